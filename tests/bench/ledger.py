"""The ledger beside bare RocksDB: hold + settle pairs a second, a lone hold, memory of a million scopes, start-up, spend queries.

Pairs: one caller, as an io thread is one, keeps 1, 4, 16 or 64 calls outstanding with the ledger thread: each is held, and when
that is answered settled, under three caps. Then the batches that the ledger wrote are read back from its log, and written
again, the same bytes in the same groups, into a RocksDB with the same options and nothing around it: no state, no encoding, no
other thread. Rounds of ours and of the bare one alternate; a ratio is the median of the rounds, ours ÷ bare. The figure on the
last line is the worst of the four. The caller looks for answers for 50 µs before it sleeps, as a thread with other connections
does; the table also has one that sleeps at once and that each answer has to wake.

A lone hold: nothing else is going on and every thread sleeps. Median time to the answer ÷ (median bare put of the same bytes +
median hand-over through a condition variable to a thread that does nothing, and back).

A month of calls is written, and proved (Σ rows = Σ roll-ups = Σ counters). A start is timed until its first call is answered. It
may read, of the tables of rows, their indexes and the one record that says where the log ends, but no other data block: every
read of a table is seen. Spend by tenant × feature of the whole month is timed from the roll-ups and from the rows, which must
agree.
"""

# tests/bench/run installs: run
# tests/bench/run builds: ledger_bench

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLERS = (1, 4, 16, 64)
DURABILITIES = ("process", "disk")
# What a start reads of the rows' data is the block with the record of the last group, once to check it and once to go on from it.
ROWS_BYTES_MAX = 64 * 1024


def say(what):
    print(what, file=sys.stderr, flush=True)


class bench:
    def __init__(self, driver, folder):
        self.driver, self.folder = driver, folder

    def ask(self, command, *numbers, folder="pairs"):
        place = self.folder / folder
        place.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([self.driver, command, place, *map(str, numbers)], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"ledger_bench {command} failed")
        return json.loads(done.stdout)


def measure_pairs(ours, rounds, seconds):
    """{(durability, asleep, callers): [answer of each round]}"""
    seen = {}
    for number in range(rounds):
        for durability in DURABILITIES:
            for asleep in (0, 1):
                for callers in CALLERS if not asleep else CALLERS[:1]:
                    answer = ours.ask("pairs", int(durability == "disk"), asleep, callers, seconds)
                    seen.setdefault((durability, asleep, callers), []).append(answer)
        say(f"pairs: round {number + 1} of {rounds} done")
    return seen


def median(answers, what):
    return statistics.median(what(one) for one in answers)


def pairs_ratio(answers):
    return median(answers, lambda one: one["ours"] / one["bare"])


def print_pairs(seen):
    print("Hold + settle pairs a second, medians of the rounds; the worst ratio of each durability is its figure\n")
    print(f"{'':9}{'callers':>10}{'in a group':>12}{'ours':>10}{'bare':>10}{'ours ÷ bare':>13}{'CPU µs ours':>13}{'bare':>7}")
    for (durability, asleep, callers), answers in seen.items():
        line = f"{durability:9}{str(callers) + (' asleep' if asleep else ''):>10}"
        line += f"{median(answers, lambda one: one['group']):12.1f}"
        line += "".join(f"{median(answers, lambda one, of=of: one[of]):10.0f}" for of in ("ours", "bare"))
        line += f"{pairs_ratio(answers):13.2f}"
        line += f"{median(answers, lambda one: one['ours_cpu_us']):13.1f}{median(answers, lambda one: one['bare_cpu_us']):7.1f}"
        print(line)


def measure_month(ours, rows, counters):
    say(f"writing a month of {rows:,} calls")
    load = ours.ask("load", rows, counters, folder="month")
    verified = ours.ask("verify", rows, counters, folder="month")
    say(f"proved in {verified['verify_seconds']:.0f} s")
    starts = [ours.ask("startup", rows, counters, folder="month") for _ in range(3)]
    for start in starts:
        if start["rows_blocks_bytes"] > ROWS_BYTES_MAX:
            raise SystemExit(f"a start read {start['rows_blocks_bytes']} bytes of rows")
    return load, sorted(starts, key=lambda one: one["seconds"])[1], ours.ask("spend", rows, counters, folder="month")


def print_month(load, start, spend):
    print(f"\nA month of {load['rows']:,} calls (written in {load['seconds']:.0f} s, proved):")
    print(f"  start with {start['counters']:,} live counters: {start['seconds']:.2f} s. "
          f"Of {start['rows_bytes'] / 1e6:.0f} MB of rows it read "
          f"{start['rows_blocks_bytes']} bytes in {start['rows_blocks']} blocks (the record of the last group), "
          f"of their indexes and filters {start['rows_index_bytes'] / 1e6:.1f} MB, "
          f"of all else {start['state_blocks_bytes'] / 1e6:.1f} MB")
    print(f"  spend by tenant × feature, {spend['lines']} lines: {spend['spend_seconds'] * 1e3:.1f} ms from the roll-ups, "
          f"{spend['scan_seconds']:.2f} s from the rows")


def options():
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("--quick", action="store_true", help="1,000,000 rows and short rounds; its figures are marked as quick")
    known.add_argument("--rounds", type=int)
    known.add_argument("--rows", type=int)
    known.add_argument("--directory", type=Path, default=ROOT / ".cache/bench/ledger",
                       help="on the disk that is to be measured; the ledgers are written below it")
    known.add_argument("--driver", type=Path, default=ROOT / "build/release/tests/bench/ledger/ledger_bench")
    chosen = known.parse_args()
    chosen.rounds = chosen.rounds or (3 if chosen.quick else 9)
    chosen.rows = chosen.rows or (1_000_000 if chosen.quick else 10_000_000)
    return chosen


def main():
    chosen = options()
    chosen.directory.mkdir(parents=True, exist_ok=True)
    # Below the one that was named, which may hold what is somebody's.
    with tempfile.TemporaryDirectory(dir=chosen.directory, ignore_cleanup_errors=True) as folder:
        ours = bench(chosen.driver, Path(folder))
        pairs = measure_pairs(ours, chosen.rounds, 0.5 if chosen.quick else 1)
        lone = [ours.ask("lone", 500 if chosen.quick else 2_000) for _ in range(chosen.rounds)]
        scopes = ours.ask("scopes", 1_000_000)
        load, start, spend = measure_month(ours, chosen.rows, 100_000)
    print(f"{'QUICK, fewer rows and shorter rounds: ' if chosen.quick else ''}{os.cpu_count()} cores, {chosen.rounds} rounds\n")
    print_pairs(pairs)
    lone_ratio = median(lone, lambda one: one["hold_us"] / (one["put_us"] + one["hand_over_us"]))
    print(f"\nA lone hold: {median(lone, lambda one: one['hold_us']):.1f} µs; a bare put "
          f"{median(lone, lambda one: one['put_us']):.1f} µs, "
          f"a hand-over and back {median(lone, lambda one: one['hand_over_us']):.1f} µs")
    print(f"1,000,000 live scopes: {scopes['mb']:.0f} MB")
    print_month(load, start, spend)
    figures = {
        f"pairs_vs_bare_{durability}": min(pairs_ratio(pairs[durability, 0, callers]) for callers in CALLERS)
        for durability in DURABILITIES
    }
    figures |= {"lone_hold_vs_bare": lone_ratio, "scopes_million_mb": scopes["mb"], "startup_seconds": start["seconds"],
                "spend_vs_scan": spend["scan_seconds"] / spend["spend_seconds"]}
    if chosen.quick:
        figures["quick"] = True
    print("\n" + json.dumps({name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}))


if __name__ == "__main__":
    main()
