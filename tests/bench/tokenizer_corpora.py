"""(not a benchmark) Makes the tokenizer benchmark's texts, the same ones on every machine with the same package versions.

The packages are downloaded and unpacked under .cache, not installed: most need half a desktop beside them, and small images
leave documentation out of what they install. A corpus is a file of passages, each ended by a NUL.
"""

import hashlib
import itertools
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tokenizer_sources as sources
from tokenizer_sources import MEGABYTE

PASSAGE_BYTES = 32_000
PIECE_BYTES = 4096
CORPUS_BYTES = 11 * MEGABYTE
CJK_LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
NAMES = ("prose", "code", "multilingual", "cjk", "json")


def say(text):
    print(text, file=sys.stderr, flush=True)


def fetch(archives, packages):
    """Downloads the packages of which there is no archive yet."""
    missing = [package for package in packages if not list(archives.glob(f"{package}_*.deb"))]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise SystemExit(f"the texts come from Debian packages, and there is no apt-get here. Put these into {archives}, as .deb "
                         f"files of Debian 12: {' '.join(missing)}")
    archives.mkdir(parents=True, exist_ok=True)
    say(f"downloading {len(missing)} packages of text: {' '.join(missing)}")
    done = subprocess.run(["apt-get", "download", "-q", *missing], cwd=archives, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"the packages of text cannot be downloaded: {done.stderr.strip()}\nIf the package index is old or was "
                         "never fetched, run: apt-get update")


def unpack(archives, packages, folder):
    """Every package's files, below folder/<package>."""
    for package in packages:
        newest = max(archives.glob(f"{package}_*.deb"), key=lambda path: path.stat().st_mtime)
        subprocess.run(["dpkg-deb", "-x", newest, folder / package], check=True)


def passages_of(paragraphs):
    """Paragraphs, or documents, joined to passages of about PASSAGE_BYTES."""
    passage, size = [], 0
    for paragraph in paragraphs:
        passage.append(paragraph)
        size += len(paragraph.encode()) + 2
        if size >= PASSAGE_BYTES:
            yield "\n\n".join(passage)
            passage, size = [], 0
    if passage:
        yield "\n\n".join(passage)


def is_cjk(paragraph):
    return len(CJK_LETTER.findall(paragraph)) * 4 >= len(paragraph)


def is_translated(paragraph):
    """Not only words of ASCII: paragraphs that nobody has translated yet are English. Latin languages have accents enough."""
    return not paragraph.isascii()


def of_source(chosen, folder, keep, seen):
    """The passages of one source, no paragraph twice in the whole corpus."""
    paths = sorted(path for path in (folder / chosen.package).glob(chosen.files)
                   if path.is_file() and not path.is_symlink() and not re.search(chosen.skip, str(path)))
    random.Random(f"{chosen.package} {chosen.files}").shuffle(paths)

    def documents():
        for path in paths:
            fresh = []
            for paragraph in chosen.read(path):
                if not keep(paragraph):
                    continue
                if len(paragraph) > 40:
                    digest = hashlib.blake2b(paragraph.encode(), digest_size=12).digest()
                    if digest in seen:
                        continue
                    seen.add(digest)
                fresh.append(paragraph)
            yield from passages_of(fresh)

    total = 0
    # Small documents are joined once more, so that the cost of a call does not count.
    for passage in passages_of(documents()):
        size = len(passage.encode())
        if total + size > chosen.bytes_max:
            break
        total += size
        yield passage


def corpus(name, folder, chosen, keep=bool):
    seen = set()
    made = []
    for one in chosen:
        passages = list(of_source(one, folder, keep, seen))
        if not passages:
            raise SystemExit(f"{one.package} has no text at {one.files}: a newer version of it may have moved them. Mend "
                             "tests/bench/tokenizer_sources.py")
        made += passages
    return shuffled(name, made)


def shuffled(name, passages):
    random.Random(name).shuffle(passages)
    kept, total = [], 0
    for passage in passages:
        if total >= CORPUS_BYTES:
            break
        kept.append(passage)
        total += len(passage.encode())
    if total < 10 * MEGABYTE:
        raise SystemExit(f"the corpus {name} is only {total / MEGABYTE:.1f} MB: it needs more sources")
    return kept


TOOL = {
    "type": "function",
    "function": {
        "name": "search_documents",
        "description": "Finds passages about a subject.",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": "What to look for"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 50},
            },
            "required": ["query"],
        },
    },
}


def chat_requests(corpora):
    """OpenAI chat requests whose messages are cut out of the other corpora: half English, a quarter code, the rest translated."""
    dice = random.Random("json")
    shares = (("prose", 5.6), ("code", 2.6), ("multilingual", 1.2), ("cjk", 1.2))
    paragraphs = []
    for name, megabytes in shares:
        total = 0
        for passage in corpora[name]:
            for paragraph in passage.split("\n\n"):
                paragraphs.append(paragraph)
                total += len(paragraph.encode())
            if total > megabytes * MEGABYTE:
                break
    # Neighbours stay together, as in a conversation about one thing.
    runs = [paragraphs[at : at + 24] for at in range(0, len(paragraphs), 24)]
    dice.shuffle(runs)
    remaining = list(itertools.chain.from_iterable(runs))
    made = []
    at = 0
    while at < len(remaining):
        messages = [{"role": "system", "content": remaining[at]}]
        at += 1
        for turn in range(dice.choice((1, 3, 5, 9, 15))):
            size = dice.randint(1, 6)
            text = "\n\n".join(remaining[at : at + size])
            at += size
            if text:
                messages.append({"role": ("user", "assistant")[turn % 2], "content": text})
        request = {"model": "gpt-4o", "messages": messages, "temperature": round(dice.random(), 2), "max_tokens": 1024}
        if dice.random() < 0.3:
            request["tools"] = [TOOL]
        made.append(json.dumps(request, ensure_ascii=dice.random() < 0.3))
    return shuffled("json", made)


def pieces_of(passages):
    """Every passage cut into pieces of at most PIECE_BYTES, at character borders: what the verification compares."""
    for passage in passages:
        data = passage.encode()
        at = 0
        while at < len(data):
            end = min(at + PIECE_BYTES, len(data))
            while end < len(data) and data[end] & 0xC0 == 0x80:
                end -= 1
            yield data[at:end]
            at = end


def write(path, items):
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        for item in items:
            file.write((item if isinstance(item, bytes) else item.encode()) + b"\0")
    unfinished.rename(path)


def made_from():
    """Changes when the texts would: a corpus made by an older recipe is made again."""
    recipe = b"".join(open(module, "rb").read() for module in (__file__, sources.__file__))
    return hashlib.sha256(recipe).hexdigest()


def make(folder):
    """Makes what is missing; {name: path of the corpus}."""
    stamp = folder / "made_from"
    paths = {name: folder / f"{name}.corpus" for name in NAMES}
    if stamp.exists() and stamp.read_text() == made_from() and all(path.exists() for path in paths.values()):
        return paths
    recipes = {"prose": (sources.PROSE, bool), "code": (sources.CODE, bool),
               "multilingual": (sources.MULTILINGUAL, is_translated), "cjk": (sources.CJK, is_cjk)}
    packages = sorted({one.package for chosen, _ in recipes.values() for one in chosen})
    fetch(folder / "packages", packages)
    corpora = {}
    with tempfile.TemporaryDirectory(dir=folder) as unpacked:  # ten times the archives' size, so only for as long as it takes
        unpack(folder / "packages", packages, Path(unpacked))
        for name, (chosen, keep) in recipes.items():
            say(f"making the corpus {name}")
            corpora[name] = corpus(name, Path(unpacked), chosen, keep)
    corpora["json"] = chat_requests(corpora)
    for name, passages in corpora.items():
        write(paths[name], passages)
        write(folder / f"{name}.pieces", pieces_of(passages))
    stamp.write_text(made_from())
    return paths
