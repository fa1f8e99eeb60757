"""Puts the first inputs of a fuzz target into its corpus: plant_seeds.py CORPUS [FILE …].

A file under tests/vectors/http gives one input for each of its vectors, any other file is one input.
Inputs are named by their content, so planting again changes nothing.
"""

import hashlib
import pathlib
import sys


def inputs_of(path):
    content = path.read_bytes()
    if path.parent.parts[-2:] != ("vectors", "http"):
        return [content]
    lines = content.decode().splitlines()
    vectors = [line.split(" | ", 3)[3] for line in lines if line and not line.startswith("#")]
    return [text.encode("ascii").decode("unicode_escape").encode("latin-1") for text in vectors]


corpus = pathlib.Path(sys.argv[1])
corpus.mkdir(parents=True, exist_ok=True)
for name in sys.argv[2:]:
    for content in inputs_of(pathlib.Path(name)):
        (corpus / hashlib.sha1(content).hexdigest()).write_bytes(content)
