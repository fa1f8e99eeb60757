"""Requests that break HTTP's rules, through a real socket, with a witness behind the gateway.

Each vector of hostile_requests.py goes in whole, byte by byte, and cut in two at many places. Each time the client must get
exactly one answer, a refusal, and then the end of the connection; and nothing of the vector may reach the upstream.
"""

import gzip
import re
import unittest
import zlib

import http_client
from gateway_process import background, call_headers, encoded, gateway, openai_body
from hostile_requests import BODY, all_vectors, one_chunk
from scripted_upstream import scripted_upstream

CUTS_PER_VECTOR = 16
DRIPPED_BYTES_MAX = 1500  # longer vectors differ in nothing but their length
ANSWER_S = 20.0


def with_length(body):
    return b"content-length: %d\r\n\r\n" % len(body) + body


def whole(wire, data):
    wire.send(data)


def byte_by_byte(wire, data):
    for i in range(len(data)):
        wire.send(data[i : i + 1])


def cut_at(position):
    def send(wire, data):
        wire.send(data[:position])
        wire.send(data[position:])

    return send


def ways(data):
    yield "whole", whole
    if len(data) <= DRIPPED_BYTES_MAX:
        yield "byte by byte", byte_by_byte
        step = max(1, len(data) // CUTS_PER_VECTOR)
        for position in range(1, len(data), step):
            yield f"cut at {position}", cut_at(position)


class bad_input(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = scripted_upstream()
        cls.stint = gateway(
            providers={"witness": cls.upstream.provider()},
            limits={"head_timeout": "10s", "body_timeout": "10s"},
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.upstream.close)
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def exchange(self, data, send):
        """(status of the one answer or None, all bytes received, whether the gateway closed)."""
        with http_client.connection(self.stint.proxy, ANSWER_S) as wire:
            try:
                send(wire, data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before it was all sent: the answer may still be there to read
            got, closed = wire.read_until_closed()
        return got, closed

    def check_refused(self, name, data, statuses, how, send):
        seen = len(self.upstream.requests)
        got, closed = self.exchange(data, send)
        with self.subTest(vector=name, sent=how):
            self.assertTrue(closed, f"the connection stayed open after {got[:200]!r}")
            answers = re.findall(rb"HTTP/1\.[01] \d{3} ", got)
            self.assertEqual(len(answers), 1, f"not exactly one answer: {got[:600]!r}")
            self.assertIn(int(got.split(b" ", 2)[1]), statuses, got[:600])
            self.assertEqual(len(self.upstream.requests), seen, "the upstream saw a request")

    def test_every_vector_is_refused_once_and_nothing_is_forwarded(self):
        vectors = all_vectors(self.key)
        self.assertGreater(len(vectors), 100)
        for name, data, statuses in vectors:
            for how, send in ways(data):
                self.check_refused(name, data, statuses, how, send)
        self.assertTrue(self.stint.alive())
        self.assertEqual(self.upstream.doubts, [])

    def test_what_is_merely_unusual_is_served(self):
        """The strictness must not reach what real clients send. Also the proof that the vectors above fail for what is wrong
        with them, and not for what they share."""
        base = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {self.key}\r\n"
        length = f"content-length: {len(BODY)}\r\n\r\n".encode() + BODY
        chunked = b"transfer-encoding: chunked\r\n\r\n"
        good = {
            "length": base.encode() + length,
            "no space after colon": base.replace(": ", ":").encode() + length,
            "spaces and tabs around a value": base.encode() + b"x-a: \t b \t \r\n" + length,
            "empty value": base.encode() + b"x-a:\r\n" + length,
            "chunked": base.encode() + chunked + one_chunk(),
            "Chunked in capitals": base.encode() + b"TRANSFER-ENCODING: Chunked\r\n\r\n" + one_chunk(),
            "chunk extension": base.encode() + chunked + one_chunk(extension=b';a=b;c="d"'),
            "trailers, ignored": base.encode() + chunked + one_chunk(last=b"0\r\nAuthorization: Bearer no\r\n\r\n"),
            "many chunks": base.encode() + chunked
            + b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n",
            "a length with an underscore": base.encode() + b"Content_Length: 3\r\nTransfer_Encoding: chunked\r\n" + length,
            "a feature with an underscore": base.encode() + b"X_Stint_Feature: no such\r\n" + length,
            "an offer of HTTP/2": base.encode() + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n" + length,
            "a slash at the end": base.replace("completions ", "completions/ ").encode() + length,
            "two slashes": base.replace("/v1/", "//v1//").encode() + length,
            "/v1 twice": base.replace("/v1/", "/v1/v1/").encode() + length,
            "no /v1": base.replace("/v1/", "/").encode() + length,
            "gzip": base.encode() + b"content-encoding: gzip\r\n" + with_length(gzip.compress(BODY)),
            "deflate": base.encode() + b"content-encoding: deflate\r\n" + with_length(zlib.compress(BODY)),
            "query": base.replace("completions ", "completions?a=b ").encode() + length,
            "99 fields": base.encode() + b"".join(b"x-%d: y\r\n" % i for i in range(95)) + length,
        }
        for name, data in good.items():
            for how, send in ways(data):
                seen = len(self.upstream.requests)
                with self.subTest(request=name, sent=how), http_client.connection(self.stint.proxy, ANSWER_S) as wire:
                    send(wire, data)
                    answer = wire.read_answer()
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertEqual(len(self.upstream.requests), seen + 1)
                    self.assertEqual(self.upstream.requests[-1].body, BODY)
                    self.assertEqual(self.upstream.requests[-1].head.split(b"\r\n")[0].split(b"?")[0].split(b" HTTP")[0],
                                     b"POST /v1/chat/completions")
                    self.assertNotIn(b"_", self.upstream.requests[-1].head)

    def test_pipelined_requests_are_served_in_order(self):
        head = call_headers(self.key)
        pair = b"".join(
            http_client.render("POST", "/v1/chat/completions", head, encoded(openai_body(text, "gpt-4o")))
            for text in ("first", "second")
        )
        with http_client.connection(self.stint.proxy, ANSWER_S) as wire:
            wire.send(pair)
            self.assertEqual([wire.read_answer().status, wire.read_answer().status], [200, 200])
        self.assertIn(b"first", self.upstream.requests[-2].body)
        self.assertIn(b"second", self.upstream.requests[-1].body)

    def test_what_is_forwarded_is_built_not_copied(self):
        """Hop-by-hop fields, the client's key and our own headers stay here; the framing is ours; the body is untouched."""
        body = b' {"model" : "gpt-4o", "messages":[{"role":"user","content":"\\u00e9 x"}],  "unknown":{"a":[1.50]} } '
        fields = {
            **call_headers(self.key),
            "Connection": "keep-alive, X-Hop",
            "X-Hop": "1",
            "HTTP-Referer": "https://app.example.com",
            "x-claude-code-session-id": "1",
            "X-HTTP-Method-Override": "DELETE",
            "x-goog-fieldmask": "choices",
            "x-amz-security-token": "secret",
            "Keep-Alive": "timeout=5",
            "TE": "trailers",
            "Proxy-Authorization": "Basic secret",
            "Cookie": "a=b",
            "Accept-Encoding": "gzip",
            "X-Forwarded-For": "1.2.3.4",
            "x-stint-feature": "chat",
            "x-stint-tags": "session=abc",
        }
        with http_client.connection(self.stint.proxy, ANSWER_S) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions?fields=id&key=k", fields, body))
            self.assertEqual(wire.read_answer().status, 200)
        sent = self.upstream.requests[-1]
        self.assertEqual(sent.body, body)
        got = sent.fields()
        self.assertEqual(got["http-referer"], "https://app.example.com")
        self.assertEqual(got["x-claude-code-session-id"], "1")
        self.assertEqual(sent.head.split(b"\r\n")[0], b"POST /v1/chat/completions HTTP/1.1")
        for name in ("x-http-method-override", "x-goog-fieldmask", "x-amz-security-token", "x-forwarded-for", "x-hop",
                     "keep-alive", "te", "proxy-authorization", "cookie", "x-stint-feature", "x-stint-tags",
                     "transfer-encoding"):
            self.assertNotIn(name, got)
        self.assertNotIn(self.key.encode(), sent.head)
        self.assertEqual(got["accept-encoding"], "identity")
        self.assertEqual(got["content-length"], str(len(body)))

    def test_a_slow_neighbour_delays_nobody(self):
        """Connections that stop in the middle of a head or a body cost a descriptor each, not a thread."""
        stuck = []
        for part in (b"POST /v1/chat/completions HT", http_client.render("POST", "/v1/chat/completions",
                                                                         call_headers(self.key), BODY)[:-5]):
            for _ in range(100):
                wire = http_client.connection(self.stint.proxy)
                wire.send(part)
                stuck.append(wire)
        waiting = background(self.stint.chat, self.key, openai_body(model="gpt-4o"))
        self.assertEqual(waiting.result(10).status, 200)
        for wire in stuck:
            wire.close()


if __name__ == "__main__":
    unittest.main()
