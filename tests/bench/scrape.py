"""Calls during a scrape of /metrics, with a million live cap scopes: how much longer they take than without one.

A ledger with a million users, each of whom has a counter of a cap that is split by user, is written by the ledger's benchmark,
and served by the real gateway with the simulated provider. Callers on kept connections, each calling again as soon as it was
answered, run for a while alone, and for as long while /metrics is asked for again and again, in turns. What a call may wait for
at most is the longest step of the list that a scrape has made; the figures are those of the calls, end to end.
"""

# tests/bench/run installs: run
# tests/bench/run builds: ledger_bench stint

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

import http_client  # noqa: E402
from gateway_process import background, call_headers, encoded, gateway, openai_body  # noqa: E402

# As ledger_bench writes them: with another limit or name their counters would be others.
CAPS = [
    {"name": "tenant-day", "per": ["tenant"], "unit": "usd", "window": "day", "limit": 1_000_000},
    {"name": "feature-day", "per": ["tenant", "feature"], "unit": "tokens", "window": "day", "limit": 10**15},
    {"name": "org-for-ever", "unit": "usd", "window": "forever", "limit": 1_000_000},
    {"name": "user-for-ever", "per": ["user"], "unit": "usd", "window": "forever", "limit": 1_000_000},
]
PROMPT = "Tell me what happened to the order, please, and why it was late. " * 16


def say(what):
    print(what, file=sys.stderr, flush=True)


class caller:
    """One connection, on a thread of its own. It alone writes its calls, and they are read when it has ended."""

    def __init__(self, stint, key, number, stop):
        body = encoded(openai_body(PROMPT, "sim/gpt-4o-mini", user=f"user-{1_000_000_000 + number}"))
        self.request = http_client.render("POST", "/v1/chat/completions", call_headers(key), body)
        self.wire = http_client.connection(stint.proxy)
        self.stop = stop
        self.calls = []  # (when it ended, milliseconds)
        self.thread = background(self.run)

    def run(self):
        with self.wire:
            while not self.stop.is_set():
                begin = time.monotonic()
                self.wire.send(self.request)
                answer = self.wire.read_answer()
                if answer.status != 200:
                    raise SystemExit(f"a call was answered with {answer.status}: {answer.body[:300]!r}")
                end = time.monotonic()
                self.calls.append((end, (end - begin) * 1e3))

    def check(self):
        """Raises what ended it: figures of those who are left would be another measurement's."""
        if self.thread.done():
            self.thread.result()


class phase:
    """A stretch of time in which all callers call, alone or beside scrapes."""

    def __init__(self, callers, seconds, scrape=None):
        self.scrapes = []  # seconds
        self.begin = time.monotonic()
        until = self.begin + seconds
        if scrape is None:
            threading.Event().wait(seconds)
        while (now := time.monotonic()) < until:
            scrape()
            self.scrapes.append(time.monotonic() - now)
        self.end = time.monotonic()
        for one in callers:
            one.check()

    def times(self, callers):
        """In milliseconds, of the calls that ended in it; when the callers have ended."""
        return [took for one in callers for when, took in one.calls if self.begin <= when < self.end]


def measure(stint, chosen):
    """The calls' times in milliseconds, alone and during scrapes, and the scrapes' in seconds."""
    key = stint.create_key()

    def scrape():
        answer = http_client.request(stint.admin, "GET", "/metrics", timeout_s=120)
        hidden = re.search(r"^stint_cap_scopes_hidden (\S+)$", answer.body.decode(), re.M)
        if hidden is None or float(hidden[1]) < 0.9 * chosen.scopes:
            raise SystemExit("the scopes are not there")

    stop = threading.Event()
    callers = [caller(stint, key, number, stop) for number in range(chosen.callers)]
    alone, during = [], []
    try:
        phase(callers, 2)  # until what is kept is warm
        for number in range(chosen.rounds):
            alone.append(phase(callers, chosen.seconds))
            during.append(phase(callers, chosen.seconds, scrape))
            say(f"round {number + 1} of {chosen.rounds} done")
    finally:
        stop.set()
    for one in callers:
        one.thread.result()
    calls = [[took for each in phases for took in each.times(callers)] for phases in (alone, during)]
    return *calls, [took for each in during for took in each.scrapes]


def summary(times):
    ordered = sorted(times)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    return {"calls": len(ordered), "p50_ms": at(0.5), "p99_ms": at(0.99), "p999_ms": at(0.999), "max_ms": ordered[-1]}


def options():
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("--scopes", type=int, default=1_000_000)
    known.add_argument("--callers", type=int, default=4)
    known.add_argument("--rounds", type=int, default=5)
    known.add_argument("--seconds", type=float, default=5)
    known.add_argument("--directory", type=Path, default=ROOT / ".cache/bench/scrape", help="the ledger is written below it")
    known.add_argument("--driver", type=Path, default=ROOT / "build/release/tests/bench/ledger/ledger_bench")
    return known.parse_args()


def main():
    chosen = options()
    chosen.directory.mkdir(parents=True, exist_ok=True)
    # Below the one that was named, which may hold what is somebody's.
    with tempfile.TemporaryDirectory(dir=chosen.directory, ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        say(f"writing a ledger with {chosen.scopes:,} users")
        load = [chosen.driver, "load", data, str(chosen.scopes), str(chosen.scopes)]
        subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
        with gateway(caps=CAPS, data_directory=str(data)) as stint:
            alone, during, scrapes = measure(stint, chosen)
    print(f"{os.cpu_count()} cores, {chosen.callers} callers, {chosen.scopes:,} live scopes, "
          f"{chosen.rounds} × {chosen.seconds:g} s each\n")
    print(f"{'':22}{'calls':>8}{'p50 ms':>9}{'p99 ms':>9}{'p99.9 ms':>10}{'max ms':>9}")
    for name, times in (("alone", alone), ("while it is scraped", during)):
        one = summary(times)
        print(f"{name:22}{one['calls']:8}{one['p50_ms']:9.2f}{one['p99_ms']:9.2f}{one['p999_ms']:10.2f}{one['max_ms']:9.2f}")
    print(f"\n{len(scrapes)} scrapes, median {statistics.median(scrapes):.2f} s, longest {max(scrapes):.2f} s\n")
    figures = {"scraped_p99_vs_alone": summary(during)["p99_ms"] / summary(alone)["p99_ms"],
               "scraped_max_ms": summary(during)["max_ms"], "scrape_seconds": statistics.median(scrapes)}
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
