"""(not a benchmark) Where the tokenizer benchmark's texts come from, and how plain text is got out of each kind of file."""

import gzip
import html.parser
import re
import struct
from dataclasses import dataclass

MEGABYTE = 1_000_000


def decoded(path):
    """The file's text, or nothing when it is not UTF-8: a guessed encoding would make text that nobody ever wrote."""
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    try:
        return data.decode().replace("\0", "").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return ""


class prose_of_markup(html.parser.HTMLParser):
    """The text of HTML or of GNOME's help pages (Mallard XML): a paragraph for each block element, no scripts, no navigation."""

    INLINE = set("a abbr acronym app b big br bdo cite cmd code del dfn em file font gui guiseq i img input ins kbd key keyseq "
                 "label link media output q s samp small span strike strong sub sup sys tt u var wbr".split())
    HIDDEN = set("script style head nav aside info".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.paragraphs = []
        self.words = []
        self.hidden = 0
        self.preformatted = 0

    def handle_starttag(self, tag, attributes):
        if tag in self.HIDDEN:
            self.hidden += 1
        if tag not in self.INLINE:
            self.end_paragraph()
        if tag == "pre":
            self.preformatted += 1

    def handle_endtag(self, tag):
        if tag in self.HIDDEN and self.hidden:
            self.hidden -= 1
        if tag not in self.INLINE:
            self.end_paragraph()
        if tag == "pre" and self.preformatted:
            self.preformatted -= 1

    def handle_startendtag(self, tag, attributes):
        if tag not in self.INLINE:
            self.end_paragraph()

    def handle_data(self, text):
        if not self.hidden:
            self.words.append(text)

    def end_paragraph(self):
        text = "".join(self.words)
        self.words = []
        text = text.strip("\n").rstrip() if self.preformatted else " ".join(text.split())
        if text:
            self.paragraphs.append(text)


def markup(path):
    text = decoded(path)
    # LibreOffice's help repeats its menus on every page: the page itself begins here.
    start = text.find('<div id="DisplayArea"')
    if path.suffix != ".page" and start >= 0:
        text = text[start:]
    reader = prose_of_markup()
    reader.feed(text)
    reader.close()
    reader.end_paragraph()
    return reader.paragraphs


def plain(path):
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", decoded(path)) if part.strip()]


def fortunes(path):
    return [part.strip("\n") for part in re.split(r"\n%\n", decoded(path)) if part.strip()]


def catalogue(path):
    """The translations of a gettext .mo file."""
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, _, table = struct.unpack(order + "3I", data[8:20])
    texts = []
    for entry in range(1, count):  # entry 0 is the header
        length, start = struct.unpack_from(order + "2I", data, table + 8 * entry)
        texts += data[start : start + length].decode().split("\0")
    return [text for text in texts if text.strip()]


def manual_page(path):
    """A manual page's words: without comments and layout macros; a macro that sets words keeps them."""
    lines = []
    for line in decoded(path).split("\n"):
        if line.startswith((".SH", ".SS", ".TP", ".PP", ".P", ".LP", ".IP", ".sp")):
            lines.append("")
        if line.startswith((".", "'")):
            kept = re.match(r"\.(?:SH|SS|B|I|BR|IR|BI|RB|IB|RI|SM)\s+(.*)", line)
            line = kept[1].replace('"', "") if kept else None
        if line is not None:
            lines.append(re.sub(r"\\[&,/|]|\\f(?:\(..|\[[^\]]*\]|.)", "", line).replace("\\-", "-").replace("\\e", "\\"))
    return [part.strip() for part in re.split(r"\n{2,}", "\n".join(lines)) if part.strip()]


@dataclass(frozen=True)
class source:
    package: str
    files: str  # glob below the package's root
    read: object  # path → paragraphs
    bytes_max: int
    skip: str = r"\.min\.js$"


PROSE = [
    source("anarchism", "usr/share/doc/anarchism/html/*.html", markup, 4 * MEGABYTE, r"changelog"),
    source("postgresql-doc-15", "usr/share/doc/postgresql-doc-15/html/*.html", markup, 3 * MEGABYTE),
    source("perl-doc", "usr/share/perl/*/pod/*.pod", plain, 2 * MEGABYTE),
    source("libreoffice-help-en-us", "usr/share/libreoffice/help/en-US/text/**/*.html", markup, 2 * MEGABYTE),
    source("fortunes", "usr/share/games/fortunes/*", fortunes, 2 * MEGABYTE, r"\.(dat|u8)$"),
    source("vim-doc", "usr/share/doc/vim/html/usr_*.html", markup, MEGABYTE),
]
CODE = [
    source("libpython3.11-stdlib", "usr/lib/python3.11/**/*.py", plain, 2_500_000),
    source("python3-django", "usr/lib/python3/dist-packages/django/**/*.py", plain, MEGABYTE, r"/conf/locale/"),
    source("libstdc++-12-dev", "usr/include/c++/12/**/*", plain, 2_500_000),
    source("librust-tokio-dev", "usr/share/cargo/registry/**/*.rs", plain, 2 * MEGABYTE),
    source("libruby3.1", "usr/lib/ruby/**/*.rb", plain, 2 * MEGABYTE),
    source("libjs-three", "usr/share/javascript/three/**/*.js", plain, 1_500_000, r"\.min\.js$"),
    source("node-lodash", "usr/share/nodejs/**/*.js", plain, MEGABYTE, r"\.min\.js$"),
]
# GNOME's user documentation is translated by people; languages of which it has little are taken from LibreOffice's interface.
TRANSLATED_MANUALS = "as ca cs da de el es fa fi fr gl gu hr hu it lv mr nl pl pt pt_BR ru sl sr sv ta te uk vi".split()
TRANSLATED_INTERFACES = "ar bn fa he hi id ka th tr vi".split()
MULTILINGUAL = [
    source("gnome-user-docs", f"usr/share/help/{language}/**/*.page", markup, 400_000) for language in TRANSLATED_MANUALS
] + [
    source(f"libreoffice-l10n-{language}", "usr/lib/libreoffice/program/resource/**/*.mo", catalogue, 350_000)
    for language in TRANSLATED_INTERFACES
]
CJK = [
    source(f"libreoffice-help-{language.lower()}", f"usr/share/libreoffice/help/{language}/text/**/*.html", markup, 2_500_000)
    for language in ("ja", "zh-CN", "zh-TW", "ko")
] + [
    source("gnome-user-docs", f"usr/share/help/{language}/**/*.page", markup, MEGABYTE)
    for language in ("ja", "ko", "zh_CN")
] + [
    source("manpages-zh", "usr/share/man/zh_*/man*/*.gz", manual_page, 2 * MEGABYTE),
    source("manpages-ja", "usr/share/man/ja/man*/*.gz", manual_page, 2 * MEGABYTE),
]
