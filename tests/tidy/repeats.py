"""What is written twice: runs of ten or more equal lines, in one file or in two."""

import re
from collections import defaultdict

RUN = 10
# Lines that are alike because the language wants them so.
NO_MATTER = re.compile(r"//|#include|#pragma|# |import |from \S+ import |using ")


def lines_that_matter(text):
    """[(line, what it says)] without blank lines, comments, includes, and the width of spaces."""
    stripped = ((number, " ".join(line.split())) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in stripped if line and not NO_MATTER.match(line)]


def repeats(texts):
    """"N lines: a:1 and b:2" for each pair of places, where `texts` maps a name to its text."""
    lines = {name: lines_that_matter(text) for name, text in texts.items()}
    places = defaultdict(list)  # where each run of RUN lines starts
    for name, said in lines.items():
        for start in range(len(said) - RUN + 1):
            places[tuple(line for _, line in said[start : start + RUN])].append((name, start))
    told = set()  # pairs that continue one told before
    for found in places.values():
        for at, (name, start) in enumerate(found):
            for other, begin in found[at + 1 :]:
                following = (name, start + 1, other, begin + 1)
                known = (name, start, other, begin) in told
                told.add(following)
                if known or (name == other and begin - start < RUN):
                    continue
                length = RUN
                while (
                    start + length < len(lines[name])
                    and begin + length < len(lines[other])
                    and lines[name][start + length][1] == lines[other][begin + length][1]
                ):
                    length += 1
                yield f"{length} lines: {name}:{lines[name][start][0]} and {other}:{lines[other][begin][0]}"
