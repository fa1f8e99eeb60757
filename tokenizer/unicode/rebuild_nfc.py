#!/usr/bin/env python3
"""Rebuilds nfc.inc: which code points Normalization Form C may touch, as the reference has it.

Usage: python3 tokenizer/unicode/rebuild_nfc.py      (needs the package tokenizers of tests/tokenizer/python/requirements.lock)

The reference is the NFC normalizer of Hugging Face's tokenizers. Its tables are those of Unicode 9.0: of what was assigned
later it knows no combining class and no composition. A code point is asked in the company of marks that would be reordered
around it or composed with it:
  FOLLOWS  may change or move because of what stands before it, or changes by itself (NFC_Quick_Check=No or Maybe, or ccc > 0)
  LEADS    none of these, but may change because of a mark behind it
  INERT    everything else: neither it nor a border beside it is ever touched
"""
import pathlib
import sys
import unicodedata

from tokenizers import normalizers

INERT, LEADS, FOLLOWS = range(3)
BLOCK = 128
reference = normalizers.NFC().normalize_str
POINTS = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]


def changes(text):
    return reference(text) != text


def pairs():
    """What each composite that Python knows is made of: its first character and its last."""
    for point in POINTS:
        kind, _, parts = unicodedata.decomposition(chr(point)).rpartition("> ")
        if parts and not kind and " " in parts:
            first, last = parts.split(" ")
            yield chr(int(first, 16)), chr(int(last, 16))
    yield "\u1100", "\u1161"  # Hangul is composed by rule
    yield "\uac00", "\u11a8"


def classify():
    firsts = {}
    for first, last in pairs():
        if changes(first + last):
            firsts.setdefault(last, []).append(first)
    for vowel in range(0x1161, 0x1176):
        firsts[chr(vowel)] = ["\u1100"]
    for final in range(0x11A8, 0x11C3):
        firsts[chr(final)] = ["\uac00"]
    lasts = "".join(sorted(firsts))
    kinds = [INERT] * 0x110000
    for point in POINTS:
        one = chr(point)
        # U+0334 has class 1, the lowest, U+0345 class 240, the highest: one of the two changes places with any mark.
        if (changes(one) or changes("\u0345" + one) or changes(one + "\u0334")
                or any(changes(first + one) for first in firsts.get(one, ()))):
            kinds[point] = FOLLOWS
        elif changes("".join(one + last + "\0" for last in lasts)):
            kinds[point] = LEADS
    return kinds


def render(kinds):
    """Two levels: the number of each 128-point block's shape, and the shapes, 32 kinds of 2 bits to a word."""
    while not any(kinds[-BLOCK:]):
        del kinds[-BLOCK:]
    shapes, index = {}, []
    for start in range(0, len(kinds), BLOCK):
        index.append(shapes.setdefault(tuple(kinds[start:start + BLOCK]), len(shapes)))
    if len(shapes) > 256:
        sys.exit("more than 256 different blocks: the index no longer fits bytes")
    words = [sum(kind << (2 * i) for i, kind in enumerate(shape[start:start + 32]))
             for shape in shapes for start in range(0, BLOCK, 32)]
    out = ["// Made by rebuild_nfc.py in this folder; not edited by hand.", "// clang-format off",
           f"constexpr std::array<std::uint8_t, {len(index)}> nfc_block_shape = {{"]
    out += ["  " + ",".join(map(str, index[i:i + 28])) + "," for i in range(0, len(index), 28)]
    out += ["};", f"constexpr std::array<std::uint64_t, {len(words)}> shape_kinds = {{"]
    out += ["  " + ",".join(f"{word:#x}" for word in words[i:i + 6]) + "," for i in range(0, len(words), 6)]
    out += ["};", "// clang-format on", ""]
    return "\n".join(out)


def main():
    kinds = classify()
    (pathlib.Path(__file__).parent / "nfc.inc").write_text(render(kinds))
    print(f"nfc.inc written: {kinds.count(FOLLOWS)} code points follow, {kinds.count(LEADS)} lead")


main()
