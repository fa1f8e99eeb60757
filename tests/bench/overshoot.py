"""Caps under concurrency: what three policies overshoot, leave unused and cut, by the provider's own bill.

Eight tenants at once, each with a budget for ever and so many clients that call as fast as they are answered, until the
budget is spent. Three policies beside each other:

  after   count afterwards: a call goes out while what has been counted is below the budget (the clients themselves do the
          counting here, from the usage of each answer; the gateway only forwards)
  worst   hold the worst case: each call holds its whole bound and is refused where that does not fit; nothing is lowered
  ours    what Stint does by default

Three tables of these: `tokens`, streams under a budget of 20,000 tokens; `money`, streams of three models with cached
prompts under a budget in dollars; `whole`, calls that do not stream. A fourth, `unseen`, has the ways in which the end of a
call is missed (time-outs, resets, streams and reasoning that are left, kills, stops), each done until a budget of 20,000
tokens is spent, by the bill of a provider that keeps its own: how far over, and what was charged for what was billed.
Overshoot and use are read from the bill of the simulated provider, which counts what it generates and knows of no budget. A
cut is a stream that the gateway ended, or an answer that ended at a bound that the gateway had lowered.

Only counts are measured, no times. The rate at which a stream's tokens come is set so that all streams together bring some
ten thousand tokens a second, which a client, the gateway and the provider on two cores can carry."""

# tests/bench/run installs: run bench
# tests/bench/run builds: stint

import argparse
import asyncio
import json
import math
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

import http_client  # noqa: E402
from gateway_process import gateway  # noqa: E402
from overshoot_load import crowd  # noqa: E402
from unseen_ends import CAP, WAYS  # noqa: E402

TENANTS = 8
CONCURRENCIES = (1, 8, 32, 128)
SEEDS = (1, 2, 3)
POLICIES = ("after", "worst", "ours")
MAX_TOKENS = 1_024
MEDIAN_TOKENS = 150
TOKENS_A_SECOND = 10_000

# Dollars for a million tokens: input, cached input, output. Written down here again, so that a wrong price of ours shows.
PRICES = {"gpt-4o": (2.5, 1.25, 10.0), "gpt-4o-mini": (0.15, 0.075, 0.6), "gpt-4.1": (2.0, 0.5, 8.0)}
NANO = 10**9

TABLES = {
    "tokens": {"unit": "tokens", "limit": 20_000, "models": ["sim/gpt-4o-mini"], "stream": True},
    "money": {"unit": "usd", "limit": 0.1, "stream": True,
              "models": ["sim/gpt-4o?cached=20", "sim/gpt-4o-mini?cached=8", "sim/gpt-4.1?cached=15"]},
    "whole": {"unit": "tokens", "limit": 20_000, "models": ["sim/gpt-4o-mini"], "stream": False},
}


def configuration(table, policy, seed, delay_ms):
    settings = {
        "simulated": {"output": "log_normal", "tokens": MEDIAN_TOKENS, "seed": seed, "token_delay": f"{delay_ms}ms"},
        "threads": 1,
    }
    if policy == "worst":
        settings["admission"] = {"output_holds": "bound", "output_min_tokens": MAX_TOKENS, "wait": "0ms"}
    budget = {"name": "budget", "per": ["tenant"], "window": "forever", "unit": table["unit"], "limit": table["limit"]}
    return settings, [] if policy == "after" else [budget]


def nano_dollars(model, line):
    """One call by the price list, rounded up once."""
    fresh, cached, output = PRICES[model.removeprefix("sim/").split("?")[0]]
    exact = ((line["prompt_tokens"] - line["cached_tokens"]) * fresh + line["cached_tokens"] * cached
             + line["completion_tokens"] * output)
    return math.ceil(round(exact * 1_000, 3))


def billed(table, bill, models):
    """What the provider charges each tenant, in the unit of the cap (dollars as nano-dollars)."""
    if table["unit"] == "tokens":
        return {name: line["prompt_tokens"] + line["completion_tokens"] for name, line in bill["tenants"].items()}
    sums = dict.fromkeys(bill["tenants"], 0)
    for call, line in bill["calls"].items():
        tenant, model = models[call]
        sums[tenant] += nano_dollars(model, line)
    return sums


def cell(table, policy, concurrency, seed):
    """One run; answers overshoot, share used and cuts of the worst tenant."""
    streams = TENANTS * min(concurrency, 32)
    delay_ms = max(1, round(1_000 * streams / TOKENS_A_SECOND))
    settings, caps = configuration(table, policy, seed, delay_ms)
    with gateway(caps=caps, **settings) as stint:
        tenants = [f"tenant-{number}" for number in range(TENANTS)]
        keys = {name: stint.create_key(tenant=name) for name in tenants}
        limit = table["limit"] if table["unit"] == "tokens" else round(table["limit"] * NANO)
        load = crowd(stint.proxy, keys, table["models"], table["stream"], MAX_TOKENS,
                     counted_limit=limit if policy == "after" else None,
                     charge=None if table["unit"] == "tokens" else nano_dollars)
        asyncio.run(load.run(concurrency))
        stint.wait_until_idle()
        bill = stint.bill()
        spent = billed(table, bill, load.models)
        rows = stint.rows()
        cuts = dict.fromkeys(tenants, 0)
        for row in rows:
            cuts[row["tenant"]] += row["outcome"] == "cut" or row["id"] in load.lowered
        assert stint.verify() == [], stint.verify()
        assert bill["calls_forgotten"] == 0 and bill["totals"]["requests"] == len(load.models), "the bill and the answers differ"
        assert spent.keys() == keys.keys(), f"tenants without a single call: {keys.keys() - spent.keys()}"
    return {
        "over": max(0, max(spent.values()) - limit),
        "used": min(min(spent.values()) / limit, 1.0),
        "cut": max(cuts.values()),
        "calls": len(load.models),
        "busy": load.busy,
    }


def run_table(name, table, seeds, concurrencies, policies):
    unit = "tokens" if table["unit"] == "tokens" else "nano-dollars"
    print(f"\n{name}: {TENANTS} tenants, a budget of {table['limit']} {table['unit']} each, max_tokens {MAX_TOKENS}, "
          f"median output {MEDIAN_TOKENS}, seeds {list(seeds)}; the worst tenant and seed of each cell")
    print(f"{'clients':>8} {'policy':>7} {'over, ' + unit:>19} {'over %':>8} {'used %':>8} {'cut':>4} {'calls':>7} {'busy':>7}")
    worst = {}
    for concurrency in concurrencies:
        for policy in policies:
            cells = []
            for seed in seeds:
                print(f"  {name} {concurrency} {policy} seed {seed} …", file=sys.stderr, flush=True)
                cells.append(cell(table, policy, concurrency, seed))
            over = max(one["over"] for one in cells)
            used = min(one["used"] for one in cells)
            cut = max(one["cut"] for one in cells)
            limit = table["limit"] if unit == "tokens" else table["limit"] * NANO
            print(f"{concurrency:>8} {policy:>7} {over:>19,} {100 * over / limit:>8.2f} {100 * used:>8.2f} {cut:>4} "
                  f"{sum(one['calls'] for one in cells):>7,} {sum(one['busy'] for one in cells):>7,}", flush=True)
            figures = worst.setdefault(policy, {"over": 0, "used": 1.0, "cut": 0})
            figures["over"] = max(figures["over"], over)
            figures["used"] = min(figures["used"], used)
            figures["cut"] = max(figures["cut"], cut)
    return worst


def run_unseen():
    """{way: over and charged ÷ billed}"""
    print(f"\nunseen: a budget of {CAP:,} tokens, each way until it is spent")
    print(f"{'way':>34} {'over, tokens':>13} {'over %':>8} {'charged ÷ billed':>17} {'calls':>7}")
    figures = {}
    for way, run in WAYS.items():
        print(f"  unseen {way} …", file=sys.stderr, flush=True)
        of = run()
        assert of["charged"] >= of["billed"], f"{way}: tokens that were billed are missing"
        ratio = of["charged"] / of["billed"]
        print(f"{way:>34} {of['over']:>13,} {100 * of['over'] / CAP:>8.2f} {ratio:>17.2f} {of['calls']:>7,}", flush=True)
        figures["unseen_" + way.replace(" ", "_")] = {"over": of["over"], "charged_per_billed": round(ratio, 3)}
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=[*TABLES, "unseen"], action="append", help="only this table; all by default")
    parser.add_argument("--quick", action="store_true", help="one seed and no more than 32 clients a tenant")
    parser.add_argument("--policy", choices=POLICIES, action="append", help="only this policy; all three by default")
    chosen = parser.parse_args()
    os.environ.setdefault("STINT_BINARY", str(ROOT / "build/release/stint"))
    seeds = SEEDS[:1] if chosen.quick else SEEDS
    concurrencies = CONCURRENCIES[:3] if chosen.quick else CONCURRENCIES
    policies = chosen.policy or POLICIES
    figures = {}
    for name in chosen.table or [*TABLES, "unseen"]:
        if name == "unseen":
            figures |= run_unseen()
            continue
        # The figures of merit are those of the first table; the others show that its rule holds there, too.
        prefix = "" if name == "tokens" else f"{name}_"
        unit = "usd_nanodollars" if TABLES[name]["unit"] == "usd" else "tokens"
        for policy, worst in run_table(name, TABLES[name], seeds, concurrencies, policies).items():
            figures[f"{prefix}{policy}_overshoot_{unit}_max"] = worst["over"]
            figures[f"{prefix}{policy}_usable_min"] = round(worst["used"], 5)
            figures[f"{prefix}{policy}_cut_per_tenant_max"] = worst["cut"]
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
