"""The rules of this code base that a program can check, run over the tree. Each rule says why it is one.

Takes no options; prints every offence as file:line. Reads what git would commit: tracked files, and new ones not ignored.
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

from includes import circles, includes_of, room_of, wrong_directions
from repeats import repeats
from rooms import MAY_INCLUDE

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {room.split("/")[0] for room in MAY_INCLUDE}
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 130
CODE = {".cpp", ".hpp", ".py", ".sh", ".cjs", ".mjs", ".cmake"}


def files():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return [Path(name) for name in listed if name and (ROOT / name).is_file()]


FILES = files()
CPP = [file for file in FILES if file.suffix in {".cpp", ".hpp"}]
PRODUCT = [file for file in CPP if file.parts[0] in LAYERS]
PYTHON = [file for file in FILES if file.suffix == ".py"]
# This file names what it forbids.
TEXTS = [file for file in FILES if file.suffix in CODE and file != Path(__file__).resolve().relative_to(ROOT)]


def read(file):
    return (ROOT / file).read_text(encoding="utf-8")


INCLUDES = {str(file): includes_of(read(file)) for file in PRODUCT}


def blanked(text):
    """C++ without comments, strings and characters; every other character keeps its place."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.S
    )
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def awaited_braces(text):
    """Lines with a brace inside a co_await expression."""
    code = blanked(text)
    for found in re.finditer(r"\bco_await\b", code):
        depth = 0
        for position in range(found.end(), len(code)):
            character = code[position]
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
            if depth < 0 or (depth == 0 and character == ";"):
                break
            if character == "{":
                yield line_of(code, position)
                break


def long_functions(text):
    """(line, length) of functions over the limit: a line that ends in ") … {", until the brace at the same indent."""
    start = None
    for number, line in enumerate(blanked(text).split("\n"), 1):
        opening = re.match(r"^( {0,2})\S.*\)[^;=]*\{\s*$", line)
        if start is None and opening and not re.match(r"\s*(namespace|class|struct|enum)\b", line):
            start, indent = number, opening[1]
        elif start is not None and re.match(rf"^{indent}\}}", line):
            if number - start + 1 > FUNCTION_LINES_MAX:
                yield start, number - start + 1
            start = None


class tidy(unittest.TestCase):
    def check(self, offences, why):
        offences = list(offences)
        self.assertEqual(offences, [], f"\n{why}\n" + "\n".join(map(str, offences)))

    def matches(self, chosen, pattern, flags=0):
        for file in chosen:
            text = read(file)
            for found in re.finditer(pattern, text, flags):
                yield f"{file}:{line_of(text, found.start())}: {found[0].strip()!r}"

    def test_nothing_braced_inside_co_await(self):
        self.check(
            (f"{file}:{line}" for file in CPP for line in awaited_braces(read(file))),
            "g++ 12 destroys braced temporaries inside a co_await expression twice. Name the value first.",
        )

    def test_files_are_short(self):
        self.check(
            (f"{file}: {count} lines" for file in TEXTS if (count := read(file).count("\n")) > FILE_LINES_MAX),
            f"About {FILE_LINES_MAX} lines, of product or test, is where to ask whether a file holds two thoughts. Slicing one "
            "thought over many files is no better: where this one is whole, raise the limit and say so in the commit.",
        )

    def test_functions_are_short(self):
        self.check(
            (f"{file}:{line}: {length} lines" for file in PRODUCT for line, length in long_functions(read(file))),
            f"A function over {FUNCTION_LINES_MAX} lines does not read like a sentence: name its steps.",
        )

    def test_lines_fit_a_screen(self):
        self.check(
            (f"{file}:{number}" for file in TEXTS if file in PRODUCT or file.suffix == ".py" for number, line in enumerate(read(file).split("\n"), 1)
             if len(line) > LINE_COLUMNS_MAX),
            f"Lines have at most {LINE_COLUMNS_MAX} columns; vectors in C++ tests may be longer.",
        )

    def test_names_say_what_things_are(self):
        words = re.compile(r"(^|[_.])(utils?|common|helpers?|manager|misc)([_.]|$)")
        self.check(
            (str(file) for file in FILES if any(words.search(part) for part in file.parts)),
            "utils, common, helpers, manager and misc name nothing.",
        )

    def test_nothing_is_left_to_do(self):
        self.check(self.matches(TEXTS, r"\b(TODO|FIXME|XXX|HACK)\b"), "Unfinished work belongs in an issue.")

    def test_tests_wait_for_conditions(self):
        """A poll may pause: its deadline stands within the lines before."""

        def fixed_sleeps():
            for file in TEXTS:
                lines = read(file).split("\n") if file.parts[0] == "tests" else []
                for number, line in enumerate(lines):
                    sleeps = re.search(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|\btime\.sleep\s*\(", line)
                    if sleeps and not any("deadline" in before for before in lines[max(0, number - 4) : number]):
                        yield f"{file}:{number + 1}: {line.strip()}"

        self.check(fixed_sleeps(), "A sleep is either too short or too long. Wait for a condition with a deadline.")

    def test_rooms_include_what_their_row_allows(self):
        self.check(
            wrong_directions(INCLUDES, MAY_INCLUDE),
            "Each room includes what its row in tests/tidy/rooms.py names: gateway → budgets → pricing, gateway → tokenizer, and "
            "one way inside each. Move what two rooms need to the lower one.",
        )

    def test_rooms_stand_above_one_another(self):
        self.check(circles(MAY_INCLUDE), "The table of rooms allows a circle.")
        self.check(
            sorted(MAY_INCLUDE[room] - MAY_INCLUDE.keys() for room in MAY_INCLUDE if MAY_INCLUDE[room] - MAY_INCLUDE.keys()),
            "A row names a room that has no row.",
        )
        self.check(sorted({room_of(file) for file in INCLUDES} - MAY_INCLUDE.keys()), "A new room needs a row in rooms.py.")

    def test_what_is_included_is_there(self):
        known = {str(file) for file in FILES}
        self.check(
            (f"{file}:{line}: {included}" for file, found in INCLUDES.items() for line, included in found if included not in known),
            "An include that names no file: two branches that each compiled may meet so.",
        )

    def test_no_file_includes_itself_in_a_circle(self):
        graph = {file: {included for _, included in found} for file, found in INCLUDES.items()}
        self.check(circles(graph), "Files that need each other are one thought, or the lower half of one is missing.")

    def test_nothing_is_written_twice(self):
        self.check(
            repeats({str(file): read(file) for file in CPP + PYTHON}),
            "Ten equal lines in two places are mended in one of them. Give them a name and a place of their own.",
        )

    def test_sockets_and_storage_stay_in_their_place(self):
        below = [file for file in PRODUCT if file.parts[0] != "gateway"]
        self.check(self.matches(below, r"boost/(asio|beast)|\bco_await\b"), "Asio, Beast and coroutines live in gateway/.")
        others = [file for file in PRODUCT if file.parts[0] != "budgets"]
        self.check(self.matches(others, r"rocksdb::|<rocksdb/"), "RocksDB is known to the ledger alone.")

    def test_simdjson_is_used_through_its_dom(self):
        self.check(
            self.matches(PRODUCT, r"\bondemand\b"),
            "On-Demand does not validate what it skips, and Debian's compiles to the slow fallback kernel.",
        )

    def test_headers_introduce_themselves(self):
        self.check(
            (str(file) for file in PRODUCT if file.suffix == ".hpp" and not read(file).startswith("//")),
            "A header opens with what it is, who owns it and on which thread it lives.",
        )
        self.check(
            (str(file) for file in CPP if file.suffix == ".hpp" and "#pragma once" not in read(file)), "No include guard."
        )

    def test_sources_name_tests_that_exist(self):
        def missing():
            for file in PRODUCT:
                for named in re.findall(r"\btests/[\w/]+(?:\.(?:cpp|py|mjs))?", read(file)):
                    if not (ROOT / named).exists():
                        yield f"{file}: {named}"

        self.check(missing(), "A test that is named in the code must be there.")

    def test_nothing_large_or_binary_is_committed(self):
        self.check(
            (f"{file}: {size} bytes" for file in FILES
             if (size := (ROOT / file).stat().st_size) > 1_500_000 and "vocab" not in file.parts),
            "Only the vocabularies may be large.",
        )

    def test_the_rules_catch_what_they_forbid(self):
        """The checks above would pass on a tree that they cannot read."""
        self.assertTrue(PRODUCT and TEXTS)
        self.assertEqual(list(awaited_braces("f();\nco_await g({1, 2});")), [2])
        self.assertEqual(list(awaited_braces("if (co_await g(x)) {\n}\nco_await h(\"{\");  // {")), [])
        body = "void f(int a) {\n" + "  g();\n" * FUNCTION_LINES_MAX + "}\n"
        self.assertEqual(list(long_functions(body)), [(1, FUNCTION_LINES_MAX + 2)])
        self.assertEqual(list(long_functions(body.replace("  g();\n", "", 5))), [])

    def test_a_broken_direction_is_caught(self):
        rooms = {"low": set(), "gateway/call": {"low"}, "gateway/handle": {"gateway/call"}}
        down = {
            "gateway/call/step.cpp": includes_of('#include "low/money.hpp"\n#include "gateway/call/step.hpp"\n'),
            "gateway/handle.cpp": includes_of('#include <vector>\n#include "gateway/handle.hpp"\n#include "gateway/call/step.hpp"\n'),
        }
        self.assertEqual(list(wrong_directions(down, rooms)), [])
        up = {"gateway/call/step.cpp": includes_of('#include "low/money.hpp"\n\n#include "gateway/handle.hpp"\n')}
        self.assertEqual(list(wrong_directions(up, rooms)), ["gateway/call/step.cpp:3: gateway/call may not include gateway/handle"])
        # One that skips a floor is a direction that no row states.
        skipping = {"gateway/handle.cpp": includes_of('#include "low/money.hpp"\n')}
        self.assertEqual(list(wrong_directions(skipping, rooms)), ["gateway/handle.cpp:1: gateway/handle may not include low"])

    def test_a_circle_is_caught(self):
        self.assertEqual(list(circles({"a": {"b", "c"}, "b": {"c"}, "c": set()})), [])
        self.assertEqual(list(circles({"a": {"b"}, "b": {"c"}, "c": {"b"}})), ["b → c → b"])
        self.assertEqual(list(circles({"a": {"a"}})), ["a → a"])
        hold_and_relay = {**MAY_INCLUDE, "gateway/call/hold": MAY_INCLUDE["gateway/call/hold"] | {"gateway/call/relay"}}
        self.assertEqual(len(list(circles(hold_and_relay))), 1)

    def test_what_is_written_twice_is_caught(self):
        ten = "".join(f"  step_{number}();\n" for number in range(10))
        apart = {"a.cpp": f"void f() {{\n{ten}}}\n", "b.cpp": f"int g(int n) {{\n  // why\n{ten}  return n;\n}}\n"}
        self.assertEqual(list(repeats(apart)), ["10 lines: a.cpp:2 and b.cpp:3"])
        self.assertEqual(list(repeats({"a.cpp": ten.replace("step_4", "other"), "b.cpp": ten})), [])
        self.assertEqual(list(repeats({"a.cpp": ten + "x();\n" + ten})), ["10 lines: a.cpp:1 and a.cpp:12"])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
