"""The mutants that no test can tell from the original, as tests/mutation/equivalent.txt lists them. They are not tried."""

from pathlib import Path

FILE = Path(__file__).resolve().parent / "equivalent.txt"


def read(text):
    """{(file, line of source, change): reason}. Entries are four lines; `#` begins a comment, blank lines stand between."""
    known = {}
    for block in text.split("\n\n"):
        lines = [line.strip() for line in block.split("\n") if line.strip() and not line.startswith("#")]
        if not lines:
            continue
        if len(lines) != 4:
            raise SystemExit(f"equivalent.txt: an entry is file, line, change and reason, not: {lines}")
        file, source, change, reason = lines
        known[file, source, change] = reason
    return known


def load():
    return read(FILE.read_text())


def key(mutant):
    return mutant.file, mutant.source, mutant.change
