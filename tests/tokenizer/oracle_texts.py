"""(not a test) The texts of the exactness test, as bytes, the same for the same seed: every code point in small contexts,
random strings over alphabets that sit on the borders of the pre-tokenizers' rules, long pieces, malformed bytes, real text."""

import gzip
import pathlib
import random

WORDS = (
    "the of and to in is that for it as was with be by on not he his but at are this have from or had an they "
    "which one tokenizer "
    "gateway antidisestablishmentarianism iPhone HTTPServer camelCaseName SCREAMING_CASE don't WE'RE it'll "
    "naïve café Straße Ǆungla ǅ "
    "12 345 6789 3.14159 0xDEADBEEF 1,000,000"
).split(" ")
SCRIPTS = [
    "Привет мир, как дела сегодня? Длинноеслово", "مرحبا بالعالم كيف حالك", "שלום עולם",
    "नमस्ते दुनिया क्षत्रिय क़िला", "สวัสดีชาวโลกยินดีต้อนรับ",
    "你好，世界。今天天气很好我们去公园散步", "こんにちは世界、カタカナとひらがな・ヴー", "안녕하세요 세계 여러분", "Γειά σου Κόσμε", "Xin chào thế giới",
    "გამარჯობა", "Բարեւ", "ሰላም ልዑል", "𐐀𐐁𐐨𐐩", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "ⅣⅤ½²³①", "٠١٢٣٤٥", "ᾈᾉ ǅ ǈ", "가각\u1100\u1161\u11a8한글",
]
BORDERS = [
    "'s", "'S", "'ſ", "'t", "'RE", "'re", "'Ve", "'lL", "'ll", "'l", "'d", "'M", "'", "’s", "ſ", "\u212a", "İ",
    "ı", "\u0085", "\u00a0",
    "\u2028", "\u2029", "\u3000", "\u1680", "\u180e", "\u200b", "\u200d", "\ufeff", "\u000b", "\u000c", "\u001c",
    "\t", "\r\n", "\n", "\r",
    " ", "  ", "   ", "/", "//", "\u0301", "\u0300\u0308", "\u0323\u0301", "\u20dd", "é", "A", "z", "Ab", "aB",
    "あ", "中", "一", "龥", "\u9fa6",
    "\u3040", "\u3097", "\u3099", "゛", "ー", "・", "゠", "ヿ", "\u3100", "ʰ", "ª", "ǅ", "0", "12", "345", "６", "½",
    "!", "?!", "---", "_",
    '"', "{", "}", "$", "^", "`", "~", "|", "\\", "«", "€", "<|endoftext|>", "<|im_start|>", "<｜User｜>", "👍",
    "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "\U0001f3fd",
    "\ufffd", "\u0000", "\u0001", "\u007f", "\U0010ffff", "\ue000", "\u0378", "𐐀", "\ua7cb", "\u1c89", "\ua7ce",
    "\u0903", "\u212b", "\u0958",
    "\uf900", "\u1df6", "\U0001d15e",
]
CODE = [
    "int main(void) {\n", "  return 0;\n", "}\n\n", "\tif (a->b != NULL && x >= 0x1F) {\n",
    "def f(self, *args, **kwargs):\n", "    ",
    "// comment/\n", "/* ** */",
    "SELECT * FROM t WHERE id=1;\r\n", '<div class="a b">', "&amp;", '"key": [1, 2.5, null],',
    "std::vector<std::string>", "#include <x.h>\n", "=>", "!==", "\\n", "\\u00e9", "${name}", "```js\n",
    "aGVsbG8gd29ybGQ=",
    "https://example.com/a?b=c&d=%20", "\n\n\n", "        ", " \n \n", "\t\t\n",
]
RUNS = [
    "a", "A", " ", "\n", "\r\n", "\t", "0", "!", "=", "-", "/", "é", "中", "ก", "あ", "・", "👍", "\u0301", "\u00a0",
    "aB", "ab", ". ", "xyz",
    "़क", "\u0001", "\u3099",
]
MALFORMED = [
    bytes.fromhex(each)
    for each in (
        "80 bf80 c0af c1 c3 e282 e080af eda080 edb0 f09f91 f0808080 f4908080 f5 ff fe f09f e228a1 c5 27c5 27c5bf "
        "e3 e381 e4b8 65cc".split()
    )
]


def some(rng, items, most, joint=""):
    return joint.join(rng.choices(items, k=rng.randint(1, most)))


def random_point(rng):
    point = rng.randrange(rng.choice([0x80, 0x800, 0x3000, 0x10000, 0x20000, 0x110000]))
    return "\ufffd" if 0xD800 <= point < 0xE000 else chr(point)


def runs(rng):
    return "".join(rng.choice(RUNS) * rng.randint(1, 40) + rng.choice(BORDERS) for _ in range(rng.randint(1, 4)))


KINDS = [
    lambda rng: some(rng, WORDS, 30, rng.choice([" ", " ", "  ", "\n", "", "-", ", "])),
    lambda rng: some(rng, BORDERS, 12),
    lambda rng: some(rng, BORDERS, 6),
    lambda rng: some(rng, BORDERS + WORDS, 20),
    lambda rng: some(rng, CODE, 15),
    lambda rng: "".join(rng.choice(rng.choice(SCRIPTS)) for _ in range(rng.randint(1, 25))),
    lambda rng: some(rng, rng.choice(SCRIPTS), 60),
    runs,
    lambda rng: "".join(random_point(rng) for _ in range(rng.randint(1, 20))),
    lambda rng: "".join(chr(32 + rng.randrange(95)) for _ in range(rng.randint(1, 40))),
    lambda rng: some(rng, "etaoinshrdlu", 120),
]


def malformed_text(rng):
    parts = [
        rng.choice(MALFORMED) if rng.random() < 0.4 else rng.choice(BORDERS if rng.random() < 0.7 else WORDS).encode()
        for _ in range(rng.randint(1, 10))
    ]
    text = b"".join(parts)
    return text[: rng.randrange(len(text))] if rng.random() < 0.3 else text


def random_texts(seed, count):
    rng = random.Random(seed)
    for i in range(count):
        yield malformed_text(rng) if i % 8 == 7 else rng.choice(KINDS)(rng).encode()


def every_code_point():
    """Each code point between a small and a capital letter; up to U+3200 also beside a space, a mark, a symbol, a digit, a
    newline, a contraction and a character of DeepSeek's range. 48 to a text."""
    text = ""
    for point in range(0x110000):
        if 0xD800 <= point < 0xE000:
            continue
        c = chr(point)
        if point < 0x3200 or 0x9F80 <= point < 0xA000:
            text += f"a{c}B {c}c {c}\u0301{c}{c}A!{c}'s{c}1{c}\n{c}  {c}中{c}{c}中 {c}"
        else:
            text += f"a{c}B{c} " if point < 0x33480 else f"{c}A"
        if point % 48 == 47:
            yield text.encode()
            text = ""
    yield text.encode()


def long_runs():
    for run in RUNS:
        for size in (127, 128, 129, 130, 1000, 5000):
            repeated = run * -(-size // len(run.encode()))
            yield repeated.encode()
            yield f"x{repeated} {repeated}y".encode()


def long_pieces(seed):
    """Single pieces that are hard to cut and hard to merge; the reference takes quadratic time for them."""
    rng = random.Random(seed)
    for alphabet in ("etaoinshrdlu", "ab", "abc", "АБВГДабвгд", "中文字符测试我们的是", "กขคงจฉชซ", "=-=", "aaaab"):
        yield "".join(rng.choices(alphabet, k=9000)).encode()


def real_texts(root, most):
    """Passages of about 4 KB: this repository, and what Debian has on the machine: the licences, Python's own library, and the
    translations of installed programs."""
    files = [file for pattern in ("*.md", "*/*.[ch]pp", "*/*/*.py",
    "*/*/*.json") for file in sorted(root.glob(pattern))]
    for place, pattern in (
        ("/usr/share/common-licenses", "*"), ("/usr/share/locale", "*/LC_MESSAGES/*.mo"), ("/usr/lib/python3.11",
    "*.py"),
        ("/usr/share/doc", "*/NEWS*"), ("/usr/share/vim/vim90", "*/*.txt"),
    ):
        files += sorted(pathlib.Path(place).glob(pattern))
    random.Random(most).shuffle(files)
    for file in files:
        if not file.is_file() or most <= 0:
            continue
        data = file.read_bytes()
        if file.suffix == ".gz":
            data = gzip.decompress(data)
        for start in range(0, min(len(data), 40_000), 4000):
            most -= 1
            yield data[start : start + 4000]
