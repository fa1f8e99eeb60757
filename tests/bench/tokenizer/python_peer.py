"""A peer of the tokenizer benchmark that is a Python package, in a process of its own: exchange.md says what it is asked.

python_peer.py PEER VOCABULARIES ENCODING counts FILE | ... ENCODING time FILE PASSES | ... ENCODING new FILE SKIPPED
"""

import json
import os
import sys
import time
from pathlib import Path


def rank_file(vocabularies, encoding):
    return Path(vocabularies) / f"{encoding}.tiktoken"


def tiktoken_encoding(encoding, vocabularies):
    """tiktoken with its own definition of the encoding, but the rank file from this repository: nothing is downloaded."""
    import tiktoken
    import tiktoken.load
    from tiktoken_ext import openai_public

    openai_public.load_tiktoken_bpe = lambda _, expected_hash: tiktoken.load.load_tiktoken_bpe(
        str(rank_file(vocabularies, encoding)), expected_hash
    )
    return tiktoken.Encoding(**getattr(openai_public, encoding)())


def reference_counter(encoding, vocabularies):
    encode = tiktoken_encoding(encoding, vocabularies).encode_ordinary
    return lambda text: len(encode(text))


def tiktoken_counter(encoding, vocabularies):
    """tiktoken's fastest way to a count, which makes no Python list of ids: a buffer of them, four bytes each."""
    encode = tiktoken_encoding(encoding, vocabularies)._core_bpe.encode_to_tiktoken_buffer
    no_special_tokens = set()
    return lambda text: memoryview(encode(text, no_special_tokens)).nbytes // 4


def quicktok_counter(encoding, _):
    import quicktok

    return quicktok.get_encoding(encoding).count


def tokenizers_counter(encoding, vocabularies):
    from tokenizer_json import tokenizer_of

    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # a batch of one has nothing for other threads
    made = tokenizer_of(rank_file(vocabularies, encoding))
    # The fast way leaves out the offsets and exists for batches only.
    return lambda text: len(made.encode_batch_fast([text], add_special_tokens=False)[0])


COUNTERS = {
    "reference": reference_counter,
    "tiktoken": tiktoken_counter,
    "quicktok": quicktok_counter,
    "tokenizers": tokenizers_counter,
    "empty": lambda *_: len,
}


def main():
    peer, vocabularies, encoding, task, path, *more = sys.argv[1:]
    count = COUNTERS[peer](encoding, vocabularies)
    items = Path(path).read_bytes().decode().split("\0")[:-1]
    if task == "counts":
        print("\n".join(str(count(item)) for item in items))
        return
    passes = int(more[0])
    if task == "new":
        for item in items[:passes]:
            count(item)
        items, passes = items[passes:], 1
    seconds = []
    for _ in range(passes):
        tokens = 0
        start = time.process_time()
        for item in items:
            tokens += count(item)
        seconds.append(time.process_time() - start)
    print(json.dumps({"items": len(items), "tokens": tokens, "seconds": seconds}))


main()
