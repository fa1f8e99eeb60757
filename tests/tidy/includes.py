"""Who includes whom, and whether that runs in circles. Plain functions over texts, so that their own test can lie to them."""

import re
from pathlib import PurePosixPath


def includes_of(text):
    """[(line, file)] of what a source includes from this project."""
    found = ((number, re.match(r'#include "([^"]+)"', line)) for number, line in enumerate(text.split("\n"), 1))
    return [(number, include[1]) for number, include in found if include]


def room_of(file):
    """The folder of a file; what stands directly in gateway/ is a room of its own."""
    path = PurePosixPath(file)
    return str(path.with_suffix("") if str(path.parent) == "gateway" else path.parent)


def wrong_directions(includes, rooms):
    """Includes that the row of their file's room does not allow."""
    for file, found in includes.items():
        room = room_of(file)
        for line, included in found:
            other = room_of(included)
            if other != room and other not in rooms.get(room, ()):
                yield f"{file}:{line}: {room} may not include {other}"


def circles(graph):
    """One circle of each knot, as "a → b → a": a walk in depth that meets what it is still inside of."""
    done, inside = set(), []

    def walk(node):
        if node in inside:
            yield " → ".join([*inside[inside.index(node) :], node])
        elif node not in done:
            inside.append(node)
            for following in sorted(graph.get(node, ())):
                yield from walk(following)
            inside.pop()
            done.add(node)

    for node in sorted(graph):
        yield from walk(node)
