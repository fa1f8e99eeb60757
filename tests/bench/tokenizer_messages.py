"""(not a benchmark) Short messages and conversations for the tokenizer benchmark, cut out of its texts."""

import itertools
import json
import math
import random

import tokenizer_corpora as corpora

SHORT_BYTES_MAX = 1000
CONVERSATION_BYTES = 200_000
CONVERSATIONS = 24


def paragraphs_of(path):
    texts = path.read_bytes().decode().split("\0")[:-1]
    return itertools.chain.from_iterable(text.split("\n\n") for text in texts)


def short(paths, to, megabytes):
    """Messages of 20 to 1000 bytes, small sizes more often, no two alike: half English, the rest code and other languages."""
    dice = random.Random("short")
    messages = set()
    for name, share in (("prose", 0.5), ("code", 0.2), ("multilingual", 0.15), ("cjk", 0.15)):
        total, message, wanted = 0, "", 20
        for paragraph in paragraphs_of(paths[name]):
            message = f"{message}\n\n{paragraph}" if message else paragraph
            size = len(message.encode())
            if size < wanted:
                continue
            if size <= SHORT_BYTES_MAX and message not in messages:
                messages.add(message)
                total += size
                if total >= share * megabytes * 1e6:
                    break
            message, wanted = "", round(math.exp(dice.uniform(math.log(20), math.log(SHORT_BYTES_MAX))))
    kept = sorted(messages)
    dice.shuffle(kept)
    corpora.write(to, kept)
    return to


def conversations(paths, to):
    """Pairs of chat requests: one of CONVERSATION_BYTES, and the same with one more message, as the next turn sends it."""
    dice = random.Random("conversations")
    sources = [paragraphs_of(paths[name]) for name in ("prose", "code", "multilingual", "cjk")]
    requests = []
    for _ in range(CONVERSATIONS):
        messages, size = [{"role": "system", "content": "You are a careful assistant."}], 0
        while size < CONVERSATION_BYTES or messages[-1]["role"] == "assistant":
            wanted = round(math.exp(dice.uniform(math.log(100), math.log(4000))))
            text = ""
            source = dice.choices(sources, (3, 1, 1, 1))[0]
            while len(text.encode()) < wanted:
                text += next(source) + "\n\n"
            size += len(text.encode())
            messages.append({"role": "assistant" if messages[-1]["role"] == "user" else "user", "content": text})
        for sent in (messages[:-1], messages):
            requests.append(json.dumps({"model": "gpt-4o", "messages": sent}, ensure_ascii=False))
    corpora.write(to, requests)
    return to
