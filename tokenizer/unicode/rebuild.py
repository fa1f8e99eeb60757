#!/usr/bin/env python3
"""Rebuilds classes.inc: which of the classes that the pre-tokenizers tell apart each code point belongs to.

Usage: tokenizer/unicode/rebuild.py      (needs npm and node; everything else is Python's standard library)

The classes are asked of the reference implementation itself: the WASM package tiktoken is given a byte vocabulary and one
Unicode class as its pattern, so a code point yields tokens exactly when its regex engine puts it into that class. The answer
is Unicode 16.0 (U+1C89, new in 16.0, is a letter; U+A7CE, new in 17.0, is not). It is then compared with Python's
unicodedata: where that older version has a code point assigned, both must agree.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

PACKAGE = "tiktoken@1.0.22"
# In the order of enum char_class (tokenizer/unicode/char_class.hpp).
OTHER, UPPER, LOWER, LETTER, MARK, NUMBER, SPACE, NEWLINE, PUNCTUATION = range(9)
PATTERNS = {r"\p{Lu}": UPPER, r"\p{Lt}": UPPER, r"\p{Ll}": LOWER, r"\p{Lm}": LETTER, r"\p{Lo}": LETTER,
            r"\p{M}": MARK, r"\p{N}": NUMBER, r"\s": SPACE, r"\p{P}": PUNCTUATION, r"\p{S}": PUNCTUATION}
ASK = r"""
const {Tiktoken} = require("tiktoken");
let bytes = "! 0";
for (let i = 0; i < 256; i++) bytes += " " + Buffer.from([i]).toString("base64");
const answer = {};
for (const pattern of JSON.parse(process.argv[1])) {
  const matcher = new Tiktoken(bytes, {}, pattern);
  answer[pattern] = [];
  for (let point = 0; point < 0x110000; point++) {
    if (point >= 0xd800 && point < 0xe000) continue;
    if (matcher.encode_ordinary(String.fromCodePoint(point)).length) answer[pattern].push(point);
  }
}
process.stdout.write(JSON.stringify(answer));
"""
BLOCK = 128


def ask_reference():
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", directory, PACKAGE], check=True)
        command = ["node", "-e", ASK, json.dumps(list(PATTERNS))]
        return json.loads(subprocess.run(command, cwd=directory, check=True, capture_output=True).stdout)


def classify(members):
    classes = [OTHER] * 0x110000
    for pattern, points in members.items():
        for point in points:
            if classes[point] != OTHER:
                sys.exit(f"U+{point:04X} is in two classes")
            classes[point] = PATTERNS[pattern]
    classes[0x0A] = classes[0x0D] = NEWLINE
    return classes


def check_against_python(classes):
    expected = dict.fromkeys("Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So".split(), PUNCTUATION)
    expected |= {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER, "Lm": LETTER, "Lo": LETTER,
                "Mn": MARK, "Mc": MARK, "Me": MARK, "Nd": NUMBER, "Nl": NUMBER, "No": NUMBER}
    for point, found in enumerate(classes):
        category = unicodedata.category(chr(point))
        if category not in ("Cn", "Cs") and found not in (SPACE, NEWLINE) and found != expected.get(category, OTHER):
            sys.exit(f"U+{point:04X} is {category} in Unicode {unicodedata.unidata_version}, the reference disagrees")


def render(classes):
    """Two levels: the number of each 128-point block's shape, and the shapes, 16 classes of 4 bits to a word."""
    shapes, index = {}, []
    for start in range(0, len(classes), BLOCK):
        index.append(shapes.setdefault(tuple(classes[start:start + BLOCK]), len(shapes)))
    words = [sum(kind << (4 * i) for i, kind in enumerate(shape[start:start + 16]))
             for shape in shapes for start in range(0, BLOCK, 16)]
    if len(shapes) > 256:
        sys.exit("more than 256 different blocks: the index no longer fits bytes")
    out = ["// Made by rebuild.py in this folder (Unicode 16.0); not edited by hand.", "// clang-format off",
           f"constexpr std::array<std::uint8_t, {len(index)}> block_shape = {{"]
    out += ["  " + ",".join(map(str, index[i:i + 28])) + "," for i in range(0, len(index), 28)]
    out += ["};", f"constexpr std::array<std::uint64_t, {len(words)}> shape_classes = {{"]
    out += ["  " + ",".join(f"{word:#x}" for word in words[i:i + 6]) + "," for i in range(0, len(words), 6)]
    out += ["};", "// clang-format on", ""]
    return "\n".join(out)


def main():
    classes = classify(ask_reference())
    check_against_python(classes)
    (pathlib.Path(__file__).parent / "classes.inc").write_text(render(classes))
    print("classes.inc written")


main()
