"""Makes a Hugging Face tokenizer out of a rank file, as its own conversion of tiktoken files does.

A rank file has no merges. The merge that makes a token is found by merging its bytes with the ranks below its own: what two parts
are left are the pair. Pieces that are tokens are not merged (ignore_merges): that is tiktoken's rule.
"""

import base64

# The patterns of tiktoken in the words of Oniguruma, where `{1,3}+` does not mean what it means to tiktoken. The possessive marks
# are left out, which changes no match.
PATTERNS = {
    "o200k_base": "|".join([
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]),
    "cl100k_base": "|".join([
        r"'(?i:[sdmt]|ll|ve|re)",
        r"[^\r\n\p{L}\p{N}]?\p{L}+",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]),
}


def letters_of_bytes():
    """The printable letter that byte-level BPE writes for each byte: GPT-2's table."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(rest)}


def pair_that_makes(token, ranks):
    """The two parts that are merged last; the token's own rank ends the merging."""
    end = ranks[token]
    parts = [token[at : at + 1] for at in range(len(token))]
    while len(parts) > 2:
        best = min(range(len(parts) - 1), key=lambda at: ranks.get(parts[at] + parts[at + 1], end))
        if ranks.get(parts[best] + parts[best + 1], end) >= end:
            return None  # the token cannot be merged from its bytes: only a whole piece is ever this token
        parts[best : best + 2] = [parts[best] + parts[best + 1]]
    return tuple(parts)


def tokenizer_of(rank_file):
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    ranks = {}
    for line in rank_file.read_text().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    letters = letters_of_bytes()

    def spelled(token):
        return "".join(letters[byte] for byte in token)

    merges = []
    for token in sorted(ranks, key=ranks.get):
        pair = pair_that_makes(token, ranks) if len(token) > 1 else None
        if pair:
            merges.append((spelled(pair[0]), spelled(pair[1])))
    made = Tokenizer(models.BPE(vocab={spelled(token): rank for token, rank in ranks.items()}, merges=merges, ignore_merges=True))
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERNS[rank_file.stem]), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    return made
