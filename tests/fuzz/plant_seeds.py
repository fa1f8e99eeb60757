"""Puts the first inputs of a fuzz target into its corpus: plant_seeds.py CORPUS [FILE …].

Of vectors, each gives an input: the bytes of those under vectors/http, every column of those under
vectors/provider, where columns are parted by tabs. Any other file is one input. Inputs are named by
their content, so planting again changes nothing.
"""

import hashlib
import pathlib
import sys


def unescape(text):
    return text.encode("utf-8").decode("unicode_escape").encode("latin-1")


def inputs_of(path):
    if path.parent.parent.name != "vectors":
        return [path.read_bytes()]
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    if path.parent.name == "http":
        return [unescape(line.split(" | ", 3)[3]) for line in lines]
    columns = [column for line in lines for column in line.split("\t") if column]
    return [unescape(column) if path.stem == "event_stream" else column.encode() for column in columns]


corpus = pathlib.Path(sys.argv[1])
corpus.mkdir(parents=True, exist_ok=True)
for name in sys.argv[2:]:
    for content in inputs_of(pathlib.Path(name)):
        (corpus / hashlib.sha1(content).hexdigest()).write_bytes(content)
