"""The mutants of a C++ file: every way to change one operator or one constant in it.

What is changed are tokens outside comments, strings, preprocessor lines, templates' brackets, enumerations and tables of numbers.
`<` and `>` count as operators where spaces stand on both sides, as clang-format sets them. Capacities (`reserve`) and what
static_assert and invariant say are left alone: they have no behaviour that a test could ask for.
Tested by tests/mutation/mutants_test.py.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class mutant:
    file: str
    line: int
    start: int  # of what is replaced, in the file's text
    old: str
    new: str
    nth: int  # of the same change on the same line, from 1
    source: str  # the line

    @property
    def change(self):
        """As equivalent.txt and the reports write it."""
        place = "" if self.nth == 1 else f", place {self.nth}"
        return f"{self.old} becomes {self.new or 'nothing'}{place}"

    def applied_to(self, text):
        assert text.startswith(self.old, self.start)
        return text[: self.start] + self.new + text[self.start + len(self.old):]

    def __str__(self):
        return f"{self.file}:{self.line}: {self.change}    {self.source}"


def without(text, pattern, flags=0):
    """`text` with blanks where the pattern was; every other character keeps its place."""
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=flags)


def without_call(text, opening):
    """Blanks what follows `opening`, which ends in a bracket, up to the bracket that closes it."""
    pairs = {"(": ")", "{": "}"}
    for found in list(re.finditer(opening, text)):
        left, depth, end = found[0][-1], 1, found.end()
        while depth and end < len(text):
            depth += {left: 1, pairs[left]: -1}.get(text[end], 0)
            end += 1
        text = text[: found.end()] + re.sub(r"[^\n]", " ", text[found.end(): end - 1]) + text[end - 1:]
    return text


def code_of(text):
    """The text with everything blanked that is not to be changed."""
    text = without(text, r'//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"|'
                         r"(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.S)
    text = without(text, r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
    text = without_call(text, r"\b(?:static_assert|invariant)\(")
    text = without_call(text, r"[.>]reserve\(")
    text = without_call(text, r"\benum (?:class )?\w[^;{]*\{")
    text = without(text, r"^[ \t]*template <[^\n]*", re.M)
    # Rows of a table: numbers and nothing else, but for a name in front.
    text = without(text, r"^[ \t{]*(?:[ \t]{2,},[ \t]*)?(?:[-{]*(?:0x[0-9A-Fa-f']+|\d[\d']*)[uUlL]*[},; \t]*){2,}$", re.M)
    # How much room a buffer has: `char text[160]`, `std::array<char, 32>`.
    text = without(text, r"^[ \t]*(?:static |constexpr |const )*(?!return\b)[\w:<>]+ \w+\[\d+\]", re.M)
    return without(text, r"<[\w:, ]*\b\d[\d']*>")


def joins_strings(found, text):
    """A `+` beside a string's quote: there is no `-` that would compile."""
    return found[0] == "+" and '"' in (text[: found.start()].rstrip()[-1:], text[found.end():].lstrip()[:1])


def number_changes(found):
    digits = re.match(r"[\d']+", found)[0]
    suffix = found[len(digits):]
    value = int(digits.replace("'", ""))
    if value == 0:
        return ["1" + suffix]
    return [f"{value - 1}{suffix}", f"{value + 1}{suffix}"] if value > 1 else ["0" + suffix, "2" + suffix]


# The operator between spaces: what it becomes.
SPACED = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"], "+=": ["-="], "-=": ["+="],
    "&&": ["||"], "||": ["&&"],
}
RULES = [
    (re.compile(r"(?<=[ ])(?:<=|>=|==|!=|\+=|-=|&&|\|\||[-<>+*/%])(?=\s)"), SPACED.__getitem__),
    (re.compile(r"\+\+(?=[\w(*])|(?<=[\w)\]])\+\+|--(?=[\w(*])|(?<=[\w)\]])--"), lambda found: ["--" if found == "++" else "++"]),
    (re.compile(r"(?<![\w)\]=!<>])!(?=[\w(*:])"), lambda _: [""]),
    (re.compile(r"\b(?:true|false)\b"), lambda found: ["false" if found == "true" else "true"]),
    (re.compile(r"\bstd::(?:min|max)\b(?=[(<])"), lambda found: ["std::max" if found == "std::min" else "std::min"]),
    (re.compile(r"(?<![\w.'])(?:0|[1-9][\d']*)(?:[uU]?[lLzZ]{0,2})(?![\w.'])"), number_changes),
]
# Leaving out a statement: an assignment to what is there already, or a call whose result nobody takes.
STATEMENT = re.compile(r"(?<=[;{}]\n)[ ]+(?P<statement>[\w.:>()\[\]*-]+ [-+|]?= [^;{}]*;|"
                       r"(?!return\b|co_|throw\b|invariant\b|[\w.>-]+reserve\b)[\w.:>-]+\([^;{}]*\);)$", re.M)


def mutants_of(file, text, statements=False):
    """Every mutant of the file, in the order of its text."""
    code = code_of(text)
    lines = text.split("\n")
    places = [(found.start(), found[0], new) for pattern, changes in RULES for found in pattern.finditer(code)
              if not joins_strings(found, text) for new in changes(found[0])]
    if statements:
        places += [(found.start("statement"), text[found.start("statement"): found.end("statement")], ";")
                   for found in STATEMENT.finditer(code)]
    made, seen = [], {}
    for start, old, new in sorted(places):
        line = text.count("\n", 0, start) + 1
        seen[line, old, new] = nth = seen.get((line, old, new), 0) + 1
        made.append(mutant(file, line, start, old, new, nth, lines[line - 1].strip()))
    return made
