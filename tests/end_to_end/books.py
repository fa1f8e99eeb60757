"""Do the books agree? Σ ledger rows = Σ counters of the caps that never reset = Σ Prometheus counters, difference exactly 0."""

# One cap for each unit, over everything, for ever: its counter must be the sum of all rows.
FOREVER_CAPS = [
    {"name": f"all-{unit.replace('_', '-')}", "window": "forever", "unit": unit, "limit": limit}
    for unit, limit in (
        ("usd", 1_000_000),
        ("tokens", 10**15),
        ("input_tokens", 10**15),
        ("output_tokens", 10**15),
        ("requests", 10**12),
    )
]

INPUT_KINDS = ("input", "cached_input", "cache_write_5m", "cache_write_1h", "audio_input")
OUTPUT_KINDS = ("output", "audio_output")
NOT_ADMITTED = ("refused",)


def tokens(row, kinds):
    return sum(row["usage"][f"{kind}_tokens"] for kind in kinds)


def row_sums(rows):
    """What each unit comes to over these rows."""
    return {
        "usd": sum(row["cost_nanodollars"] for row in rows),
        "input_tokens": sum(tokens(row, INPUT_KINDS) for row in rows),
        "output_tokens": sum(tokens(row, OUTPUT_KINDS) for row in rows),
        "tokens": sum(tokens(row, INPUT_KINDS + OUTPUT_KINDS) for row in rows),
        "requests": sum(row["outcome"] not in NOT_ADMITTED for row in rows),
    }


def metric_sums(stint):
    """What the counters of /metrics come to since the process started."""
    samples = stint.metrics()

    def total(family, **labels):
        return round(sum(value for (name, pairs), value in samples.items()
                         if name == family and labels.items() <= dict(pairs).items()))

    return {
        "usd": total("stint_cost_nanodollars_total"),
        "input_tokens": sum(total("stint_tokens_total", kind=kind) for kind in INPUT_KINDS),
        "output_tokens": sum(total("stint_tokens_total", kind=kind) for kind in OUTPUT_KINDS),
        "tokens": total("stint_tokens_total"),
        "rows": total("stint_calls_total"),
    }


def cap_sums(stint):
    standings = stint.caps()
    held = {one["cap"]: one["held"] for one in standings if one["held"]}
    assert not held, f"holds leaked: {held}"
    return {one["unit"]: one["used"] for one in standings if one["cap"].startswith("all-")}


def check_books(stint, restarted=False):
    """Waits until no call is in flight, then compares. Returns the rows. With `restarted`, the metrics cover a part of the rows
    only and are left out; see metric_sums and row_sums for comparing differences."""
    stint.wait_until_idle()
    rows = stint.rows()
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)), "a call is on the ledger twice"
    sums = row_sums(rows)
    counted = cap_sums(stint)
    for unit, used in counted.items():
        assert used == sums[unit], f"cap counter {unit}: {used}, ledger rows: {sums[unit]}"
    if not restarted:
        seen = metric_sums(stint)
        assert seen.pop("rows") == len(rows), f"stint_calls_total and {len(rows)} ledger rows differ"
        for unit, total in seen.items():
            assert total == sums[unit], f"metric {unit}: {total}, ledger rows: {sums[unit]}"
    assert counted or not rows, "no cap for ever is configured"
    assert stint.verify() == [], stint.verify()
    return rows


def check_bill(stint, rows, provider="sim"):
    """Compares the ledger with what the simulated provider billed since it started, call by call. A call that ended well must
    agree exactly, and so must one that was left or cut in the middle, unless its provider would not end in time: then it was
    charged what may have been generated.
    Returns how many calls were compared exactly."""
    billed = stint.bill()["calls"]
    rows = {row["id"]: row for row in rows if row["provider"] == provider and row["outcome"] not in NOT_ADMITTED}
    assert billed.keys() <= rows.keys(), f"billed, but not on the ledger: {billed.keys() - rows.keys()}"
    exact = 0
    for call_id, line in billed.items():
        row = rows[call_id]
        ours = (tokens(row, INPUT_KINDS), row["usage"]["cached_input_tokens"], tokens(row, OUTPUT_KINDS))
        theirs = (line["prompt_tokens"], line["cached_tokens"], line["completion_tokens"])
        assert line["requests"] == 1, f"the provider was called {line['requests']} times for {call_id}"
        if row["outcome"] in ("client_gone", "cut") and ours != theirs:
            assert ours[0] == theirs[0] and ours[2] >= theirs[2], f"{call_id}: row {ours}, bill {theirs}"
        else:
            assert ours == theirs, f"{call_id}: row {ours}, bill {theirs}"
            exact += 1
    return exact
