"""The pages for people name files, folders and pages that are there. Takes no options.

Looks at the pages beside this tree's README and in docs/: at what stands in backquotes and begins with a folder of this
tree, and at where links lead. What a move leaves behind is thereby found by whoever moves.
"""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in {"build", "var"}}
LAYERS = ("pricing", "tokenizer", "budgets", "gateway")


def named_paths(text):
    """What stands alone in backquotes and looks like a path; `build/…` and what holds a pattern are not meant."""
    for found in re.finditer(r"`([\w.]+(?:/[\w.]+)*/?)`", text):
        if found[1].split("/")[0] in FOLDERS and "/" in found[1]:
            yield found[1]


def linked_paths(text):
    for found in re.finditer(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in found[1]:
            yield found[1]


class documents(unittest.TestCase):
    def test_what_is_named_is_there(self):
        missing = [
            f"{page.relative_to(ROOT)}: {name}"
            for page in PAGES
            for name in named_paths(page.read_text(encoding="utf-8"))
            if not (ROOT / name).exists()
        ]
        self.assertEqual(missing, [], "\nNamed in a page, and not in the tree:\n" + "\n".join(missing))

    def test_links_lead_somewhere(self):
        missing = [
            f"{page.relative_to(ROOT)}: {name}"
            for page in PAGES
            for name in linked_paths(page.read_text(encoding="utf-8"))
            if not (page.parent / name).exists()
        ]
        self.assertEqual(missing, [], "\nLinked, and not in the tree:\n" + "\n".join(missing))

    def test_each_page_is_linked_from_where_a_reader_begins(self):
        linked = {
            (page.parent / name).resolve()
            for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md")
            for name in linked_paths(page.read_text(encoding="utf-8"))
        }
        unlinked = [page.name for page in sorted((ROOT / "docs").glob("*.md")) if page.resolve() not in linked]
        self.assertEqual(unlinked, [], "\nIn docs/, and linked by neither README.md nor CONTRIBUTING.md:\n" + "\n".join(unlinked))

    def test_every_folder_of_the_layers_has_its_line_in_the_architecture(self):
        text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
        named = set(named_paths(text))
        folders = {file.parent.relative_to(ROOT) for layer in LAYERS for file in (ROOT / layer).rglob("*.[ch]pp")}
        unnamed = [
            str(folder)
            for folder in sorted(folders)
            if not any(f"{part}/" in named for part in (folder, *folder.parents) if len(part.parts) > 1 or len(folder.parts) == 1)
        ]
        self.assertEqual(unnamed, [], "\nFolders that docs/architecture.md does not name:\n" + "\n".join(unnamed))

    def test_the_rules_catch_what_they_forbid(self):
        self.assertEqual(list(named_paths("`docs/nowhere.md`, `stint serve`, `a/b`, docs/other.md")), ["docs/nowhere.md"])
        self.assertEqual(list(linked_paths("[a](docs/x.md#y) [b](https://c.example/d)")), ["docs/x.md"])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
