#!/usr/bin/env python3
"""Rebuilds the .tiktoken rank files beside this script from the npm package tiktoken, and checks their SHA-256.

Usage: tokenizer/vocab/rebuild.py        (needs npm; everything else is Python's standard library)

The package keeps its ranks in encoders/<name>.json, field bpe_ranks: lines of "! <first rank> <token> <token> …", the tokens
in base64 and in rank order. A .tiktoken file has one "<token in base64> <rank>" per line, by rank.
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

PACKAGE = "tiktoken@1.0.22"
# The expected_hash values of tiktoken's openai_public.py.
EXPECTED = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}


def fetch_package(directory):
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    return tarfile.open(next(pathlib.Path(directory).glob("*.tgz")))


def read_ranks(text):
    ranks = {}
    for line in text.splitlines():
        fields = line.split(" ")
        if fields[0] != "!":
            sys.exit(f"unexpected line in bpe_ranks: {line[:40]!r}")
        first = int(fields[1])
        ranks.update({first + offset: token for offset, token in enumerate(fields[2:])})
    return ranks


def main():
    target = pathlib.Path(__file__).parent
    with tempfile.TemporaryDirectory() as directory, fetch_package(directory) as package:
        for name, expected in EXPECTED.items():
            encoder = json.load(package.extractfile(f"package/encoders/{name}.json"))
            ranks = read_ranks(encoder["bpe_ranks"])
            data = "".join(f"{ranks[rank]} {rank}\n" for rank in sorted(ranks)).encode("ascii")
            digest = hashlib.sha256(data).hexdigest()
            if digest != expected:
                sys.exit(f"{name}: SHA-256 is {digest}, expected {expected}")
            (target / f"{name}.tiktoken").write_bytes(data)
            print(f"{name}: {len(ranks)} ranks, {len(data)} bytes, SHA-256 as expected")


main()
