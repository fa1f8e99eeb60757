"""Requests that must be refused, as bytes. Each names the rule that it breaks; most have been used for request smuggling
against some server, or are accepted by the HTTP parser that the gateway builds on (Beast of Boost 1.81: marked "beast").

Every vector ends with a whole, valid request for a model named "smuggled": whoever takes the vector's framing differently
than we do would serve it.
"""

import json

BODY = json.dumps({"model": "gpt-4o", "max_tokens": 5, "messages": [{"role": "user", "content": "hello"}]}).encode()
SMUGGLED_BODY = json.dumps({"model": "gpt-4o-smuggled", "messages": [{"role": "user", "content": "smuggled"}]}).encode()
BAD = {400}


def smuggled(key):
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(SMUGGLED_BODY)}\r\n\r\n"
    return head.encode() + SMUGGLED_BODY


def one_chunk(body=BODY, size=None, extension=b"", end=b"\r\n", last=b"0\r\n\r\n"):
    return (size if size is not None else b"%x" % len(body)) + extension + b"\r\n" + body + end + last


class table:
    def __init__(self, key):
        self.key = key
        self.vectors = []  # (name, bytes, statuses)

    def add(self, name, text, statuses=BAD):
        self.vectors.append((name, text + smuggled(self.key), statuses))

    def post(self, name, lines, body=BODY, statuses=BAD, line=b"POST /v1/chat/completions HTTP/1.1", host=b"Host: x"):
        head = [line] + ([host] if host else []) + [b"Authorization: Bearer " + self.key.encode(),
                                                     b"Content-Type: application/json"]
        self.add(name, b"\r\n".join(head + list(lines)) + b"\r\n\r\n" + body, statuses)

    def line(self, name, line, statuses=BAD):
        self.post(name, [LENGTH], line=line, statuses=statuses)


LENGTH = b"Content-Length: %d" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked"


def framing(t):
    """RFC 9112 §6: how long is the body? Any doubt is refused."""
    encodings = {
        "beast: xchunked": [b"Transfer-Encoding: xchunked"],
        "beast: chunked, identity": [b"Transfer-Encoding: chunked, identity"],
        "beast: identity line, then chunked line": [b"Transfer-Encoding: identity", CHUNKED],
        "beast: gzip, chunked": [b"Transfer-Encoding: gzip, chunked"],
        "beast: empty": [b"Transfer-Encoding:"],
        "beast: quoted": [b'Transfer-Encoding: "chunked"'],
        "beast: folded": [b"Transfer-Encoding:\r\n chunked"],
        "chunked twice in one line": [b"Transfer-Encoding: chunked, chunked"],
        "chunked in two lines": [CHUNKED, CHUNKED],
        "chunked with parameter": [b"Transfer-Encoding: chunked;q=1"],
        "chunked, empty element": [b"Transfer-Encoding: chunked,"],
        "identity": [b"Transfer-Encoding: identity"],
        "vertical tab": [b"Transfer-Encoding: \x0bchunked"],
        "space before colon": [b"Transfer-Encoding : chunked"],
        "NUL in value": [b"Transfer-Encoding: chunked\x00"],
        "NUL in name": [b"Transfer-Encoding\x00: chunked"],
        "bare CR before name": [b"X: y\rTransfer-Encoding: chunked"],
    }
    for name, lines in encodings.items():
        t.post(f"Transfer-Encoding {name}, with length", [*lines, LENGTH])
        t.post(f"Transfer-Encoding {name}, without", lines, one_chunk())
    t.post("beast: chunked in HTTP/1.0", [CHUNKED], one_chunk(), line=b"POST /v1/chat/completions HTTP/1.0")
    t.post("length, then chunked", [LENGTH, CHUNKED], one_chunk())
    t.post("chunked, then length", [CHUNKED, LENGTH], one_chunk())
    lengths = {
        "beast: twice equal": [LENGTH, LENGTH],
        "beast: list": [b"Content-Length: %d, %d" % (len(BODY), len(BODY))],
        "twice different": [LENGTH, b"Content-Length: 3"],
        "plus": [b"Content-Length: +%d" % len(BODY)],
        "minus": [b"Content-Length: -1"],
        "minus nothing": [b"Content-Length: -0"],
        "hex": [b"Content-Length: 0x50"],
        "overflow": [b"Content-Length: 18446744073709551617"],
        "empty": [b"Content-Length:"],
        "space inside": [b"Content-Length: 8 0"],
        "letters after": [b"Content-Length: 80abc"],
        "fraction": [b"Content-Length: 80.0"],
        "space before colon": [b"Content-Length : %d" % len(BODY)],
        "beast: folded": [b"Content-Length:\r\n 80"],
    }
    for name, lines in lengths.items():
        t.post(f"Content-Length {name}", lines)


def chunks(t):
    """RFC 9112 §7.1."""
    good = b"%x" % len(BODY)
    bodies = {
        "size with 0x": one_chunk(size=b"0x" + good),
        "size with plus": one_chunk(size=b"+" + good),
        "size with minus": one_chunk(size=b"-1"),
        "size with space before": one_chunk(size=b" " + good),
        "size with space after": one_chunk(size=good + b" "),
        "size empty": one_chunk(size=b""),
        "size of 17 digits": one_chunk(size=b"0" * 15 + good),
        "size overflow": one_chunk(size=b"ffffffffffffffff1"),
        "size line ends with bare LF": good + b"\n" + BODY + b"\r\n0\r\n\r\n",
        "size line ends with bare CR": good + b"\r" + BODY + b"\r\n0\r\n\r\n",
        "data without end": one_chunk(end=b""),
        "data ends with LF": one_chunk(end=b"\n"),
        "data longer than said": one_chunk(size=b"%x" % (len(BODY) - 2)),
        "extension with bare LF": one_chunk(extension=b";a\n"),
        "extension with bare CR": one_chunk(extension=b";a\rb"),
        "extension with NUL": one_chunk(extension=b";a=\x00"),
        "last chunk ends with LF": one_chunk(last=b"0\n\n"),
        "trailer without colon": one_chunk(last=b"0\r\nnonsense\r\n\r\n"),
        "trailer folded": one_chunk(last=b"0\r\nA: b\r\n c\r\n\r\n"),
        "trailer with bare LF": one_chunk(last=b"0\r\nA: b\n\r\n"),
    }
    for name, body in bodies.items():
        t.post(f"chunk {name}", [CHUNKED], body)
    too_much = {400, 413}
    t.post("beast: chunk extension of 4 MiB", [CHUNKED], one_chunk(extension=b";" + b"a" * (4 << 20)), too_much)
    t.post("beast: trailers of 6 MB", [CHUNKED],
           one_chunk(last=b"0\r\n" + b"A: " + b"b" * 1000 + b"\r\n" * 1 + b"".join(
               b"A%d: %s\r\n" % (i, b"b" * 1000) for i in range(6000)) + b"\r\n"), too_much)
    t.post("body of one-byte chunks with extensions", [CHUNKED], b"1;aaaaaaaaaaaaaaaaaaaa\r\n \r\n" * 8000, too_much)


def heads(t):
    """RFC 9112 §2, §3, §5 and RFC 9110 §7.2."""
    path = b"/v1/chat/completions"
    t.post("beast: no Host", [LENGTH], host=b"")
    t.post("beast: two Hosts", [b"Host: y", LENGTH])
    t.post("Host with path", [LENGTH], host=b"Host: x/y")
    t.post("Host with user", [LENGTH], host=b"Host: a@x")
    t.post("Host with list", [LENGTH], host=b"Host: x, y")
    t.post("beast: folded field", [b"X-A: b\r\n c", LENGTH])
    t.post("first field folded", [LENGTH], host=b" Host: x")
    t.post("space before colon", [b"X-A : b", LENGTH])
    t.post("no colon", [b"X-A", LENGTH])
    t.post("empty name", [b": b", LENGTH])
    t.post("name with space", [b"X A: b", LENGTH])
    t.post("name with 0x80", [b"X-\x80: b", LENGTH])
    t.post("value with NUL", [b"X-A: b\x00c", LENGTH])
    t.post("value with bare CR", [b"X-A: b\rc", LENGTH])
    t.post("value with bare LF", [b"X-A: b\nContent-Length: 3", LENGTH])
    t.post("value with DEL", [b"X-A: b\x7f", LENGTH])
    t.post("two authorizations", [b"Authorization: Bearer other", LENGTH])
    t.post("two features", [b"x-stint-feature: a", b"x-stint-feature: b", LENGTH])
    t.post("upgrade to websocket", [b"Connection: Upgrade", b"Upgrade: websocket", LENGTH], statuses={426})
    t.post("unknown expectation", [b"Expect: 200-maybe", LENGTH], statuses={400, 417})
    lines = {
        "beast: target with #": b"POST " + path + b"#a HTTP/1.1",
        "beast: target with backslash": b"POST " + path + b"\\a HTTP/1.1",
        "beast: target with 0x80": b"POST " + path + b"\x80 HTTP/1.1",
        "beast: absolute form": b"POST http://x" + path + b" HTTP/1.1",
        "asterisk form": b"POST * HTTP/1.1",
        "authority form": b"POST x:80 HTTP/1.1",
        "dot segments": b"POST /v1/../v1/chat/completions HTTP/1.1",
        "encoded dot segments": b"POST /v1/%2e%2e/v1/chat/completions HTTP/1.1",
        "target with NUL": b"POST " + path + b"\x00 HTTP/1.1",
        "target with tab": b"POST " + path + b"\ta HTTP/1.1",
        "no target": b"POST  HTTP/1.1",
        "two spaces": b"POST  " + path + b" HTTP/1.1",
        "tab for space": b"POST\t" + path + b"\tHTTP/1.1",
        "space after version": b"POST " + path + b" HTTP/1.1 ",
        "space before method": b" POST " + path + b" HTTP/1.1",
        "version 1.2": b"POST " + path + b" HTTP/1.2",
        "version 2.0": b"POST " + path + b" HTTP/2.0",
        "version 0.9": b"POST " + path + b" HTTP/0.9",
        "version 1.10": b"POST " + path + b" HTTP/1.10",
        "version in small letters": b"POST " + path + b" http/1.1",
        "no version": b"POST " + path,
        "other protocol": b"POST " + path + b" ICAP/1.0",
    }
    for name, line in lines.items():
        t.line(f"request line: {name}", line, {400, 505})
    for method in (b"CONNECT", b"TRACE", b"post", b"BREW", b"P\x00ST", b"PO ST"):
        t.line(f"beast: method {method!r}", method + b" " + path + b" HTTP/1.1", {400, 405, 501})
    t.add("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 405, 501, 505})
    t.add("TLS hello", bytes.fromhex("16030100050100000100") + b"\r\n\r\n")
    t.add("empty line first", b"\r\n")
    t.post("bare LF everywhere", [], line=b"POST " + path + b" HTTP/1.1\nHost: x\nContent-Length: 0\n\n")


def sizes(t):
    too_large = {400, 414, 431}
    t.post("head of 33 KiB", [b"X-A: " + b"a" * (33 * 1024), LENGTH], statuses=too_large)
    t.post("101 fields", [b"X-%d: a" % i for i in range(101)] + [LENGTH], statuses=too_large)
    t.line("target of 40 KB", b"POST /" + b"a" * 40_000 + b" HTTP/1.1", too_large)
    t.add("a line that never ends", b"P" * 40_000, too_large)


def all_vectors(key):
    t = table(key)
    for fill in (framing, chunks, heads, sizes):
        fill(t)
    return t.vectors
