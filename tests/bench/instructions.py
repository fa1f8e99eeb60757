"""Instructions that the gateway needs for one call, counted by valgrind: a busy machine does not change them.

The real `stint serve` with everything on (authentication, counting, three caps, ledger durability `process`, metrics), one io
thread, in front of a mock. Each case has a process of its own, so that no case works in what another left in memory. One
kept connection makes call after call, no two prompts alike, the same ones in every run. After a warm-up callgrind's counters
are set to zero, a fixed number of calls made, and the counters read: neither start-up nor a first call counts. Every case is
measured twice; what the two differ by is printed. A stream comes in nine pieces, the next one when the client has the last.

A run fails when an answer is not 200, when its usage is not what the mock sends or not what the ledger's row says, or when a
call does not stand in the ledger exactly once.

`all` is the instructions of every thread a call; `io` those of the thread that reads, counts and relays, the others being
mostly the ledger's. Kernel time is not in them, nor AVX-512, which valgrind does not have.

  tests/bench/run instructions > before.txt
  tests/bench/run instructions --against before.txt       fails where a case needs over 3 % more than the last line of the file
"""

# tests/bench/run installs: run bench counting
# tests/bench/run builds: stint

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

import gateway_process  # noqa: E402
import http_client  # noqa: E402
import proxy  # noqa: E402
from servers import mock  # noqa: E402
from wait import wait_until  # noqa: E402

WARM_UP = 100
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
MESSAGES_MODEL = "claude-opus-4-6"
PLAIN_TOKENS, STREAM_TOKENS = 16, 64  # what the mock answers
TEXTS_A_PIECE = 8  # of a stream
# Under valgrind a call takes a hundred times as long, and starting loads all vocabularies.
CALL_S = 120.0
READY_S = 600.0

CASES = {f"{api}_{shape}": (path, *proxy.SHAPES[shape])
         for api, path in (("chat", CHAT), ("messages", MESSAGES)) for shape in proxy.SHAPES}


def say(text):
    print(text, file=sys.stderr, flush=True)


def body(path, size, seed, stream):
    """A request of about `size` bytes."""
    if path == CHAT:
        return proxy.body(size, seed, stream).encode()
    request = {"model": MESSAGES_MODEL, "max_tokens": 64, "system": "You are terse.",
               "messages": [{"role": "user", "content": ""}]}
    if stream:
        request["stream"] = True
    empty = len(json.dumps(request, separators=(",", ":")))
    request["messages"][0]["content"] = proxy.prompt(size - empty, seed)
    return json.dumps(request, separators=(",", ":")).encode()


def settings(upstream):
    chosen = proxy.stint_settings(upstream)
    # A minute that begins during a run would begin a counter, at another call in each run.
    chosen["caps"] = [cap | {"window": "day"} for cap in chosen["caps"]]
    chosen["providers"]["messages"] = chosen["providers"]["mock"] | {"dialects": ["anthropic"], "models": ["claude-*"]}
    return chosen


def is_text(path):
    """What stands in every event of a stream that carries text."""
    return b'"content":" fox"' if path == CHAT else b'"text_delta"'


def usage_of(answer, path, stream):
    """(input tokens, output tokens) as the client reads them; of a stream also that every event came."""
    if not stream:
        used = answer.json()["usage"]
    else:
        events = [json.loads(data) for _, data in http_client.events([answer.body]) if data != "[DONE]"]
        texts = answer.body.count(is_text(path))
        if texts != STREAM_TOKENS:
            raise SystemExit(f"a stream of {STREAM_TOKENS} texts arrived with {texts}")
        used = [event["usage"] for event in events if event.get("usage")][-1]
    return (used["prompt_tokens"], used["completion_tokens"]) if path == CHAT else (used["input_tokens"], used["output_tokens"])


class caller:
    """Makes calls over one kept connection, and remembers what each was answered."""

    def __init__(self, stint, upstream, key):
        self.wire = http_client.connection(stint.proxy, CALL_S)
        self.upstream = http_client.connection(upstream.address, CALL_S)
        self.key = key
        self.seed = 0
        self.used = {}  # the id of a call: its usage

    def read_stream(self, path):
        """The answer, of which the mock is asked for the next piece whenever one is here."""
        answer = self.wire.read_head()
        pieces = 1
        for data in self.wire.read_pieces(answer):
            answer.body += data
            while answer.body.count(is_text(path)) >= pieces * TEXTS_A_PIECE:
                self.upstream.send(http_client.render("GET", "/more"))
                self.upstream.read_answer()
                pieces += 1
        return answer

    def calls(self, case, count):
        path, size, stream = CASES[case]
        for _ in range(count):
            self.seed += 1
            text = body(path, size, self.seed, stream)
            self.wire.send(http_client.render("POST", path, gateway_process.call_headers(self.key, path), text))
            answer = self.read_stream(path) if stream else self.wire.read_answer()
            if answer.status != 200:
                raise SystemExit(f"{case}: {answer.status} {answer.body[:300]!r}")
            used = usage_of(answer, path, stream)
            if used != (len(text) // 5, STREAM_TOKENS if stream else PLAIN_TOKENS):
                raise SystemExit(f"{case}: the usage {used} is not what the mock sends")
            self.used[answer.request_id] = used


def check_ledger(stint, answered, made):
    """Each call stands in the ledger once, with the usage that its client was told, and the mock answered no other."""
    stint.wait_until_idle()
    rows = stint.rows()
    recorded = {row["id"]: (row["usage"]["input_tokens"], row["usage"]["output_tokens"]) for row in rows}
    if len(recorded) != len(rows) or recorded != made or answered != len(made):
        right = sum(recorded.get(call) == used for call, used in made.items())
        raise SystemExit(f"{len(made)} calls were answered, {answered} by the mock, and the ledger has "
                         f"{len(rows)} rows of {len(recorded)} calls, {right} of them as answered")


class counters:
    """callgrind's, of a running process."""

    def __init__(self, process, folder):
        self.pid = process.pid
        self.folder = folder

    def _tell(self, what):
        done = subprocess.run(["vgdb", f"--pid={self.pid}", f"--vgdb-prefix={self.folder}/vgdb", what],
                              capture_output=True, text=True, timeout=READY_S)
        if done.returncode != 0:
            raise SystemExit(f"vgdb cannot reach valgrind (does this machine allow ptrace?): {done.stdout}{done.stderr}")

    def zero(self):
        self._tell("zero")

    def read(self):
        """(of all threads, of the io thread)"""
        before = set(self.folder.glob("counted.*"))
        self._tell("dump")
        threads = []
        for file in set(self.folder.glob("counted.*")) - before:
            text = file.read_text(errors="replace")
            totals = re.search(r"^totals: (\d+)", text, re.M)
            if totals:
                threads.append((int(totals[1]), "epoll_wait" in text and "recv" in text))
        reading = [count for count, reads in threads if reads]
        return sum(count for count, _ in threads), max(reading, default=0)


def measure(case, upstream, folder, calls):
    """(instructions a call of all threads, of the io thread), from one process."""
    # Threads take turns: how the ledger's thread groups its work, and with it what a call writes, is then the same each time.
    valgrind = ["valgrind", "--tool=callgrind", "--fair-sched=try", "--separate-threads=yes",
                f"--callgrind-out-file={folder}/counted", f"--vgdb-prefix={folder}/vgdb", f"--log-file={folder}/valgrind.log"]
    before = upstream.answered_for_stint()
    with gateway_process.gateway(prefix=valgrind, **settings(upstream)) as stint:
        made = caller(stint, upstream, stint.create_key(tenant="bench", features=["bench"], default_feature="bench"))
        counted = counters(stint.process, folder)
        made.calls(case, WARM_UP)
        wait_until(stint.idle, "the last hold to be settled", CALL_S)
        counted.zero()
        made.calls(case, calls)
        seen = tuple(count / calls for count in counted.read())
        check_ledger(stint, upstream.answered_for_stint() - before, made.used)
    return seen


def measure_all(cases, calls, repeats):
    """{case: [figures of each repeat]}"""
    seen = {case: [] for case in cases}
    folder = Path(tempfile.mkdtemp(prefix="stint-instructions-"))
    with mock(folder, paced=True) as upstream:
        for number in range(repeats):
            for case in cases:
                place = folder / f"{number}-{case}"
                place.mkdir()
                seen[case].append(measure(case, upstream, place, calls))
                say(f"{number + 1} of {repeats}: {case:14}{seen[case][-1][0]:12,.0f} instructions a call")
    shutil.rmtree(folder)
    return seen


def figures_of(file):
    """The JSON object on the last line of an earlier run's output."""
    return json.loads(file.read_text().strip().split("\n")[-1])


def options():
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("--calls", type=int, default=300, help="counted in each case")
    known.add_argument("--repeats", type=int, default=2, help="processes for each case")
    known.add_argument("--cases", nargs="+", default=list(CASES), choices=CASES)
    known.add_argument("--binary", type=Path, default=ROOT / "build/release/stint", help="another build of stint")
    known.add_argument("--against", type=Path, help="the output of an earlier run, to compare with")
    known.add_argument("--allow", type=float, default=3.0, help="percent that a case may need more than in --against")
    return known.parse_args()


def main():
    chosen = options()
    gateway_process.BINARY = chosen.binary.resolve()
    before = figures_of(chosen.against) if chosen.against else {}
    gateway_process.READY_S = READY_S
    seen = measure_all(chosen.cases, chosen.calls, chosen.repeats)
    print(f"{'instructions a call':22}{'all':>12}{'io':>12}{'spread':>9}" + (f"{'before':>12}{'change':>9}" if before else ""))
    line, dearer = {}, []
    for case, runs in seen.items():
        every = [of_all for of_all, _ in runs]
        mean = sum(every) / len(every)
        line[case] = round(mean)
        line[f"{case}_io"] = round(sum(of_io for _, of_io in runs) / len(runs))
        text = f"{case:22}{mean:12,.0f}{line[f'{case}_io']:12,}{(max(every) - min(every)) / mean:9.2%}"
        if case in before:
            change = (mean / before[case] - 1) * 100
            text += f"{before[case]:12,}{change:+8.2f}%"
            if change > chosen.allow:
                dearer.append(case)
        print(text)
    made = len(seen) * chosen.repeats * (WARM_UP + chosen.calls)
    print(f"\n{made} calls in {len(seen) * chosen.repeats} processes, each on its ledger exactly once")
    if dearer:
        print(f"over {chosen.allow:g} % more than before: {', '.join(dearer)}")
    print(json.dumps(line))
    sys.exit(1 if dearer else 0)


if __name__ == "__main__":
    main()
