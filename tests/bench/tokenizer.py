"""Exact token counts beside tiktoken, quicktok, bpe-openai and tokenizers: megabytes per second of one core, in one run.

Texts of at least 10 MB each out of Debian packages: English prose, source code, multilingual text, Chinese with Japanese and
Korean, chat requests as JSON; passages of about 32 KB, the same ones for every counter. And short messages of up to 1 KB, no two
alike.

Before anything is timed, every counter's count of every passage, and of every piece of at most 4 KB, is compared with tiktoken's,
in o200k_base and cl100k_base. A peer that differs is named and left out; if ours differs, the run fails.

Cold is the first pass of a fresh process: tables loaded, texts in memory, nothing of them counted before. Warm is the best of
later passes over the same texts. Seconds are the process's own processor time. The rounds of ours and of the peers are
interleaved; a ratio is the median of the rounds, ours ÷ the peer's, and above 1 where ours is faster.
"""

# tests/bench/run installs: run counting
# tests/bench/run builds: tokenizer_bench

import argparse
import itertools
import json
import math
import random
import statistics
import subprocess
from pathlib import Path

import tokenizer_corpora as corpora
import tokenizer_counters as counters
from tokenizer_counters import ROOT, say

ENCODINGS = ("o200k_base", "cl100k_base")
PASSES = {"tokenizers": 2}  # of others 3: it is ten times slower than the next
QUICK_BYTES = 2_000_000
SHORT_BYTES_MAX = 1000
INSTRUCTION_BYTES = 200_000


def texts_in(path):
    return path.read_bytes().decode().split("\0")[:-1]


def first_bytes(path, size, to):
    """The first passages of a corpus, up to `size` bytes and at least one."""
    kept, total = [], 0
    for text in texts_in(path):
        if total + len(text.encode()) > size and kept:
            break
        kept.append(text)
        total += len(text.encode())
    corpora.write(to, kept)
    return to


def short_messages(paths, to, megabytes):
    """Messages of 20 to 1000 bytes, small sizes more often, no two alike: half English, the rest code and other languages."""
    dice = random.Random("short")
    messages = set()
    for name, share in (("prose", 0.5), ("code", 0.2), ("multilingual", 0.15), ("cjk", 0.15)):
        total, message, wanted = 0, "", 20
        for paragraph in itertools.chain.from_iterable(text.split("\n\n") for text in texts_in(paths[name])):
            message = f"{message}\n\n{paragraph}" if message else paragraph
            size = len(message.encode())
            if size < wanted:
                continue
            if size <= SHORT_BYTES_MAX and message not in messages:
                messages.add(message)
                total += size
                if total >= share * megabytes * 1e6:
                    break
            message, wanted = "", round(math.exp(dice.uniform(math.log(20), math.log(SHORT_BYTES_MAX))))
    kept = sorted(messages)
    dice.shuffle(kept)
    corpora.write(to, kept)
    return to


def verify(known, paths):
    """Leaves out of `known` the peers that do not count as tiktoken does; {name: how it differs}."""
    wrong = {}
    for path in paths:
        for encoding in ENCODINGS:
            expected = known["tiktoken"].counts(encoding, path)
            for name in [name for name in known if name != "tiktoken"]:
                got = known[name].counts(encoding, path)
                differing = [at for at, (theirs, right) in enumerate(zip(got, expected, strict=True)) if theirs != right]
                if not differing:
                    continue
                at = differing[0]
                where = (f"{encoding}: {len(differing)} of {len(expected)} texts of {path}; text {at} has {expected[at]} tokens, "
                         f"{name} says {got[at]}")
                if name == "stint":
                    raise SystemExit(f"our count is wrong. {where}")
                wrong[name] = where
                del known[name]
        say(f"counts of {path.name} compared")
    return wrong


def measure(known, encoding, paths, rounds):
    """{(text, counter): {"cold": [MB/s of each round], "warm": [...], "allocations": ...}}"""
    seen = {}
    for number in range(rounds):
        for text, path in paths.items():
            size = path.stat().st_size
            order = list(known)
            if number % 2:
                order.reverse()  # so that a machine that slows down or warms up favours nobody
            for name in order:
                result = known[name].time(encoding, path, PASSES.get(name, 3))
                one = seen.setdefault((text, name), {"cold": [], "warm": []})
                one["cold"].append((size - result["items"]) / 1e6 / result["seconds"][0])
                one["warm"].append((size - result["items"]) / 1e6 / min(result["seconds"][1:]))
                one["items"] = result["items"]
                one["bytes"] = size - result["items"]
                one["allocations"] = result.get("allocations")
        say(f"round {number + 1} of {rounds} done")
    return seen


def ratio(seen, text, peer, when):
    return statistics.median(a / b for a, b in zip(seen[text, "stint"][when], seen[text, peer][when], strict=True))


def instructions_per_byte(driver, encoding, path, folder):
    """Of one cold pass, tables loaded before. valgrind has no AVX-512: it counts the code for machines without it."""
    out = folder / "callgrind.out"
    done = subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=counted_pass", f"--callgrind-out-file={out}", driver,
                           encoding, "time", path, "1"], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"callgrind failed:\n{done.stderr.strip()[-2000:]}")
    total = next(int(line.split()[1]) for line in out.read_text().splitlines() if line.startswith(("totals:", "summary:")))
    out.unlink()
    return total / sum(len(text.encode()) for text in texts_in(path))


def print_table(known, missing, seen, chosen):
    print("Counters: " + ", ".join(f"{one.name} {one.version}" for one in known.values()))
    for name, why in missing.items():
        print(f"Left out: {name}: {why}")
    print(f"\n{chosen.encoding}, megabytes per second of processor time, medians of {chosen.rounds} rounds; ours ÷ the peer's\n")
    print(f"{'':14}{'':12}{'cold':>8}{'warm':>8}{'cold ×':>9}{'warm ×':>9}")
    for text, name in seen:
        one = seen[text, name]
        line = f"{text if name == 'stint' else '':14}{name:12}"
        line += "".join(f"{statistics.median(one[when]):8.1f}" for when in ("cold", "warm"))
        if name != "stint":
            line += "".join(f"{ratio(seen, text, name, when):9.2f}" for when in ("cold", "warm"))
        print(line)


def print_short(seen, nanoseconds):
    one = seen["short", "stint"]
    size = one["bytes"] / one["items"]
    whole = size / statistics.median(seen["short", "tiktoken"]["cold"]) * 1e3
    print(f"\nshort: {one['items']} messages, {size:.0f} bytes on average, up to {SHORT_BYTES_MAX}; ours allocated "
          f"{one['allocations']} times in three passes.\n"
          "The Python peers pay for a Python call for each message: an empty one costs "
          f"{nanoseconds:.0f} ns here, and tiktoken's whole call {whole:.0f} ns.")


def line_of_ratios(seen, known, encoding, instructions):
    short_name = encoding.removesuffix("_base")
    made = {}
    for when, mark in (("cold", ""), ("warm", "warm_")):
        for text in corpora.NAMES:
            for peer in known:
                if peer != "stint":
                    made[f"{short_name}_{text}_{mark}vs_{peer}"] = ratio(seen, text, peer, when)
    for peer in known:
        if peer != "stint":
            made[f"short_vs_{peer}"] = ratio(seen, "short", peer, "cold")
    for text, count in instructions.items():
        made[f"instructions_per_byte_{text}"] = count
    return {name: round(value, 3) for name, value in made.items()}


def options():
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("--quick", action="store_true", help="2 MB of each text, two rounds, without tokenizers: a minute")
    known.add_argument("--rounds", type=int)
    known.add_argument("--encoding", choices=ENCODINGS, default="o200k_base", help="which one is timed; both are verified")
    known.add_argument("--core", type=int, default=0, help="the core that every counter runs on, one after the other")
    known.add_argument("--driver", type=Path, default=ROOT / "build/release/tests/tokenizer/tokenizer_bench",
                       help="another build of tokenizer_bench")
    chosen = known.parse_args()
    chosen.rounds = chosen.rounds or (2 if chosen.quick else 5)
    return chosen


def main():
    chosen = options()
    folder = ROOT / ".cache/bench/tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    found = corpora.make(folder)
    pieces = {name: folder / f"{name}.pieces" for name in found}
    if chosen.quick:
        found = {name: first_bytes(path, QUICK_BYTES, folder / f"{name}.quick") for name, path in found.items()}
        pieces = {name: first_bytes(path, QUICK_BYTES, folder / f"{name}.quick-pieces") for name, path in pieces.items()}
    timed = found | {"short": short_messages(found, folder / "short.messages", 1 if chosen.quick else 3)}
    known, missing = counters.find(folder, chosen.driver)
    if chosen.quick:
        del known["tokenizers"]
        missing["tokenizers"] = "too slow for --quick"
    for one in known.values():
        one.prefix = ["taskset", "-c", str(chosen.core)]
    missing |= verify(known, [*timed.values(), *pieces.values()])
    seen = measure(known, chosen.encoding, timed, chosen.rounds)
    empty = counters.empty_call(folder / "python").time(chosen.encoding, timed["short"], 3)
    say("counting instructions")
    instructions = {
        name: instructions_per_byte(chosen.driver, chosen.encoding,
                                    first_bytes(found[name], INSTRUCTION_BYTES, folder / f"{name}.instructions"), folder)
        for name in corpora.NAMES
    }
    print_table(known, missing, seen, chosen)
    print_short(seen, min(empty["seconds"]) / empty["items"] * 1e9)
    print("\nInstructions per byte of a cold pass over 200 KB, counted by valgrind, which has no AVX-512: " +
          ", ".join(f"{name} {count:.2f}" for name, count in instructions.items()) + "\n")
    print(json.dumps(line_of_ratios(seen, known, chosen.encoding, instructions)))


if __name__ == "__main__":
    main()
