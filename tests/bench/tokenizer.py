"""Exact token counts beside tiktoken, quicktok, bpe-openai and tokenizers: megabytes per second of one core, in one run.

Texts of at least 10 MB each out of Debian packages: English prose, source code, multilingual text, Chinese with Japanese and
Korean, chat requests as JSON; passages of about 32 KB, the same ones for every counter. And short messages of up to 1 KB, no two
alike.

Before anything is timed, every count of every passage, and of every piece of at most 4 KB, is compared with that of tiktoken's
encode_ordinary, in o200k_base and cl100k_base. A peer that differs is named and left out; if ours differs, the run fails.

Cold is the first pass of a fresh process: tables loaded, texts in memory, nothing of them counted before. Warm is the best of
later passes over the same texts. Short messages are also counted as a server counts them: each is new, the process is
not. Seconds are the process's own processor time. The rounds of ours and of the peers are interleaved; a ratio is the median of
the rounds, ours ÷ the peer's, and above 1 where ours is faster.
"""

# tests/bench/run installs: run counting
# tests/bench/run builds: tokenizer_bench

import argparse
import concurrent.futures
import hashlib
import itertools
import json
import os
import statistics
import subprocess
from pathlib import Path

import tokenizer_corpora as corpora
import tokenizer_counters as counters
import tokenizer_messages as messages
from tokenizer_counters import ROOT, say

ENCODINGS = ("o200k_base", "cl100k_base")
PASSES = 3
SLOW = {"tokenizers"}  # ten times slower than the next, so measured in the first round only
QUICK_BYTES = 2_000_000
INSTRUCTION_BYTES = 200_000


def texts_in(path):
    return path.read_bytes().decode().split("\0")[:-1]


def digest(path):
    """Which text it was: instructions per byte of another text are not comparable."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


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


def difference(got, expected):
    at = next((at for at, (theirs, right) in enumerate(zip(got, expected, strict=True)) if theirs != right), None)
    return None if at is None else f"text {at} has {expected[at]} tokens, it says {got[at]}"


def verify(known, reference, paths):
    """Leaves out of `known` the peers that do not count as tiktoken does; {name: how it differs}. Untimed, so on all cores."""
    wrong = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, encoding in itertools.product(paths, ENCODINGS):
            right = pool.submit(reference.counts, encoding, path)
            asked = {name: pool.submit(one.counts, encoding, path) for name, one in known.items()}
            expected = right.result()
            for name, answer in asked.items():
                if (how := difference(answer.result(), expected)) is None:
                    continue
                if name == "stint":
                    raise SystemExit(f"our count is wrong: {encoding}, {path}: {how}")
                wrong[name] = f"{encoding}, {path}: {how}"
                del known[name]
            say(f"compared the {encoding} counts of {path.name}")
    return wrong


def measure(known, encoding, paths, rounds):
    """{(text, counter): {"cold": [MB/s of each round], "warm": [...], "allocations": ...}}"""
    seen, tokens = {}, {}
    for number in range(rounds):
        for text, path in paths.items():
            size = path.stat().st_size
            order = [name for name in known if number == 0 or name not in SLOW]
            if number % 2:
                order.reverse()  # so that a machine that slows down or warms up favours nobody
            for name in order:
                result = known[name].time(encoding, path, PASSES)
                if result["tokens"] != tokens.setdefault(text, result["tokens"]):
                    raise SystemExit(f"{name} counts {result['tokens']} tokens of {path} when timed, others {tokens[text]}")
                one = seen.setdefault((text, name), {"cold": [], "warm": []})
                one["cold"].append((size - result["items"]) / 1e6 / result["seconds"][0])
                one["warm"].append((size - result["items"]) / 1e6 / min(result["seconds"][1:]))
                one["items"] = result["items"]
                one["bytes"] = size - result["items"]
                one["allocations"] = result.get("allocations")
                if text == "short":
                    add_new_messages(one, known[name], encoding, path)
        say(f"round {number + 1} of {rounds} done")
    return seen


def add_new_messages(one, counter, encoding, path):
    """What a server does: messages it has not seen, after it has counted others for a while (the first third of them)."""
    sizes = [len(text.encode()) for text in texts_in(path)]
    skipped = len(sizes) // 3
    result = counter.new(encoding, path, skipped)
    one.setdefault("new", []).append(sum(sizes[skipped:]) / 1e6 / result["seconds"][0])
    one["allocations"] = result.get("allocations")


def ratio(seen, text, peer, when):
    return statistics.median(a / b for a, b in zip(seen[text, "stint"][when], seen[text, peer][when]))


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


def resent(ours, encoding, file, rounds):
    """{"cold": µs, "resent": µs, "ratio"} of a conversation, medians over conversations and rounds."""
    cold, again = [], []
    for _ in range(rounds):
        result = json.loads(ours.ask(encoding, "resent", file))
        cold += result["cold_seconds"]
        again += result["resent_seconds"]
    return {"cold": statistics.median(cold) * 1e6, "resent": statistics.median(again) * 1e6,
            "ratio": statistics.median(first / second for first, second in zip(cold, again, strict=True))}


def print_table(known, missing, found, seen, chosen):
    print("Texts: " + ", ".join(f"{name} {path.stat().st_size / 1e6:.1f} MB ({digest(path)})" for name, path in found.items()))
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
    whole = size / statistics.median(seen["short", "tiktoken"]["new"]) * 1e3
    print(f"\nshort: {one['items']} messages, no two alike, {size:.0f} bytes on average, up to {messages.SHORT_BYTES_MAX}. "
          f"After the first third of them the others, each once; ours allocated {one['allocations']} times:")
    for (text, name), values in seen.items():
        if text == "short":
            times = f", ours {ratio(seen, 'short', name, 'new'):.2f} times as fast" if name != "stint" else ""
            print(f"  {name:12}{statistics.median(values['new']):8.1f} MB/s{times}")
    print("The Python peers pay for a Python call for each message: an empty one costs "
          f"{nanoseconds:.0f} ns here, and tiktoken's whole call {whole:.0f} ns.")


def line_of_ratios(seen, known, encoding, instructions, turns):
    short_name = encoding.removesuffix("_base")
    made = {}
    for when, mark in (("cold", ""), ("warm", "warm_")):
        for text in corpora.NAMES:
            for peer in known:
                if peer != "stint":
                    made[f"{short_name}_{text}_{mark}vs_{peer}"] = ratio(seen, text, peer, when)
    for peer in known:
        if peer != "stint":
            made[f"short_vs_{peer}"] = ratio(seen, "short", peer, "new")
            made[f"short_cold_vs_{peer}"] = ratio(seen, "short", peer, "cold")
    made["resent_vs_cold"] = turns["ratio"]
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
    conversations = messages.conversations(found, folder / "conversations")
    pieces = {name: folder / f"{name}.pieces" for name in found}
    if chosen.quick:
        found = {name: first_bytes(path, QUICK_BYTES, folder / f"{name}.quick") for name, path in found.items()}
        pieces = {name: first_bytes(path, QUICK_BYTES, folder / f"{name}.quick-pieces") for name, path in pieces.items()}
    timed = found | {"short": messages.short(found, folder / "short.messages", 1 if chosen.quick else 3)}
    known, missing = counters.find(folder, chosen.driver)
    if chosen.quick:
        for name in SLOW:
            del known[name]
            missing[name] = "too slow for --quick"
    missing |= verify(known, counters.reference(folder), [*timed.values(), *pieces.values()])
    for one in known.values():
        one.prefix = ["taskset", "-c", str(chosen.core)]
    seen = measure(known, chosen.encoding, timed, chosen.rounds)
    empty = counters.empty_call(folder).time(chosen.encoding, timed["short"], PASSES)
    turns = resent(known["stint"], chosen.encoding, conversations, chosen.rounds)
    say("counting instructions")
    instructions = {
        name: instructions_per_byte(chosen.driver, chosen.encoding,
                                    first_bytes(found[name], INSTRUCTION_BYTES, folder / f"{name}.instructions"), folder)
        for name in corpora.NAMES
    }
    print_table(known, missing, found, seen, chosen)
    print_short(seen, min(empty["seconds"]) / empty["items"] * 1e9)
    print(f"\nA conversation of {messages.CONVERSATION_BYTES // 1000} KB, already parsed: {turns['cold']:.0f} µs when it is new, "
          f"{turns['resent']:.0f} µs when it is sent again with one more message: {turns['ratio']:.1f} times as fast.")
    print("\nInstructions per byte of a cold pass over 200 KB, counted by valgrind, which has no AVX-512: " +
          ", ".join(f"{name} {count:.2f}" for name, count in instructions.items()) + "\n")
    print(json.dumps(line_of_ratios(seen, known, chosen.encoding, instructions, turns)))


if __name__ == "__main__":
    main()
