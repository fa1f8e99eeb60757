"""Answers that come compressed although nobody asked for it: in gzip and deflate they are worth what they would be otherwise,
to the client and to the books; in any other coding they reach the client as they came. What unfolds without end is bounded.

The scripted upstream does what the first message of the request says: "MODE CODING".
"""

import gzip
import json
import re
import threading
import unittest
import zlib
from pathlib import Path

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import call_headers, encoded, gateway, openai_body
from scripted_upstream import chunk, scripted_upstream, streamed_events
from wait import SANITIZER, wait_until

USAGE = {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}
WORDS = ["one", " two", " three", " four", " five", " six"]
WHOLE = json.dumps({
    "id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-4o", "usage": USAGE,
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "".join(WORDS)}}],
}).encode()
EVENTS = streamed_events(WORDS, USAGE)
ANSWER_BYTES_MAX = 1 << 20
MEBIBYTE = 1 << 20
CUTS = 40
MAX_TOKENS = 50

# What zlib calls the window says which wrapper there is.
WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15, "raw": -15}


def compressor(coding):
    return zlib.compressobj(9, zlib.DEFLATED, WINDOWS[coding])


def compressed(coding, body):
    by = compressor(coding)
    return by.compress(body) + by.flush()


def coded_head(coding, kind, more=""):
    name = "deflate" if coding == "raw" else coding
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Encoding: {name}\r\n{more}\r\n".encode()


def whole(coding, body):
    return coded_head(coding, "application/json", f"Content-Length: {len(body)}\r\n") + body


class script:
    def __init__(self):
        self.go = threading.Event()
        self.body = b""

    def __call__(self, wire, request):
        mode, coding = json.loads(request.body)["messages"][0]["content"].split(" ")
        return getattr(self, mode)(wire, coding)

    def whole(self, wire, coding):
        wire.sendall(whole(coding, compressed(coding, WHOLE)))
        return True

    def stream(self, wire, coding):
        """Each event is let out as it is made, as servers do."""
        wire.sendall(coded_head(coding, "text/event-stream", "Transfer-Encoding: chunked\r\n"))
        by = compressor(coding)
        for event in EVENTS:
            wire.sendall(chunk(by.compress(event) + by.flush(zlib.Z_SYNC_FLUSH)))
        wire.sendall(chunk(by.flush()) + chunk(b""))
        return True

    def one_event(self, wire, coding):
        wire.sendall(coded_head(coding, "text/event-stream", "Transfer-Encoding: chunked\r\n"))
        by = compressor(coding)
        wire.sendall(chunk(by.compress(EVENTS[0]) + by.flush(zlib.Z_SYNC_FLUSH)))
        self.go.wait(60)
        wire.sendall(chunk(b"".join(map(by.compress, EVENTS[1:])) + by.flush()) + chunk(b""))
        return True

    def body_whole(self, wire, coding):
        wire.sendall(whole(coding, self.body))
        return True

    def body_stream(self, wire, coding):
        wire.sendall(coded_head(coding, "text/event-stream", "Transfer-Encoding: chunked\r\n") + chunk(self.body) + chunk(b""))
        return True

    def body_to_close(self, wire, coding):
        wire.sendall(coded_head(coding, "application/json") + self.body)
        return False


class content_coding(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.script = script()
        cls.upstream = scripted_upstream(cls.script)
        cls.addClassCleanup(cls.upstream.close)
        cls.stint = gateway(
            caps=FOREVER_CAPS,
            threads=1,  # one heap
            limits={"answer_bytes_max": ANSWER_BYTES_MAX},
            providers={"scripted": cls.upstream.provider(timeouts={"first_byte": "20s", "stall": "20s"})},
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def tearDown(self):
        self.script.go.set()
        check_books(self.stint)

    def row_of(self, answer):
        self.stint.wait_until_idle()
        return next(row for row in self.stint.rows(20) if row["id"] == answer.request_id)

    def plain(self, mode):
        return self.stint.chat(self.key, openai_body(mode, "gpt-4o", max_tokens=MAX_TOKENS))

    def start_stream(self, mode):
        body = encoded(openai_body(mode, "gpt-4o", stream=True, max_tokens=MAX_TOKENS,
                                   stream_options={"include_usage": True}))
        wire = http_client.connection(self.stint.proxy)
        wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
        return wire

    def streamed(self, mode):
        with self.start_stream(mode) as wire:
            return wire.read_answer()

    def memory(self):
        status = Path(f"/proc/{self.stint.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def check_billed_as_reported(self, answer):
        row = self.row_of(answer)
        self.assertEqual(row["outcome"], "completed")
        self.assertEqual(row["usage_source"], "provider")
        self.assertEqual(row["usage"]["input_tokens"], USAGE["prompt_tokens"])
        self.assertEqual(row["usage"]["output_tokens"], USAGE["completion_tokens"])

    def check_unknown(self, answer, outcome):
        """It was generated and cannot be read: what it may have cost is charged."""
        row = self.row_of(answer)
        self.assertEqual(row["outcome"], outcome)
        self.assertIn("unknown", row["flags"])
        self.assertEqual(row["usage"]["output_tokens"], MAX_TOKENS)

    def test_a_whole_answer_reaches_the_client_as_if_it_had_not_been_compressed(self):
        for coding in WINDOWS:
            with self.subTest(coding=coding):
                answer = self.plain(f"whole {coding}")
                self.assertEqual(answer.status, 200, answer.body[:300])
                self.assertEqual(answer.body, WHOLE)
                self.assertNotIn("content-encoding", answer.headers)
                self.assertEqual(answer.headers["content-length"], str(len(WHOLE)))
                self.check_billed_as_reported(answer)

    def test_a_stream_reaches_the_client_as_if_it_had_not_been_compressed(self):
        for coding in WINDOWS:
            with self.subTest(coding=coding):
                answer = self.streamed(f"stream {coding}")
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.body, b"".join(EVENTS))
                self.assertNotIn("content-encoding", answer.headers)
                self.check_billed_as_reported(answer)

    def test_events_are_passed_on_as_they_arrive(self):
        self.script.go = threading.Event()
        with self.start_stream("one_event gzip") as wire:
            head = wire.read_head()
            pieces = wire.read_pieces(head)
            self.assertEqual(next(pieces), EVENTS[0])
            self.script.go.set()
            self.assertEqual(b"".join(pieces), b"".join(EVENTS[1:]))
        self.check_billed_as_reported(head)

    def test_an_answer_whose_coding_is_cut_anywhere_is_502(self):
        coded = gzip.compress(WHOLE)
        for size in range(1, len(coded), max(1, len(coded) // CUTS)):
            self.script.body = coded[:size]
            for mode in ("body_whole", "body_to_close"):
                with self.subTest(bytes=size, mode=mode):
                    answer = self.plain(f"{mode} gzip")
                    self.assertEqual(answer.status, 502, answer.body[:300])
                    if zlib.decompressobj(WINDOWS["gzip"]).decompress(coded[:size]) == WHOLE:
                        # Only its checksum is missing: the report is the bill.
                        self.assertEqual(self.row_of(answer)["usage_source"], "provider")
                    else:
                        self.check_unknown(answer, "upstream_gone")

    def test_an_answer_that_is_corrupt_is_502_and_its_report_is_the_bill(self):
        coded = bytearray(gzip.compress(WHOLE))
        coded[-5] ^= 1  # of the checksum: all that was said is there
        self.script.body = bytes(coded)
        answer = self.plain("body_whole gzip")
        self.assertEqual(answer.status, 502)
        row = self.row_of(answer)
        self.assertEqual((row["outcome"], row["usage_source"]), ("upstream_gone", "provider"))
        self.assertNotIn("unknown", row["flags"])
        self.assertEqual(row["usage"]["output_tokens"], USAGE["completion_tokens"])

    def test_text_that_says_it_is_compressed_is_text(self):
        self.script.body = WHOLE
        answer = self.plain("body_whole gzip")
        self.assertEqual((answer.status, answer.body), (200, WHOLE))
        self.check_billed_as_reported(answer)

    def test_a_coding_that_we_cannot_read_reaches_the_client_as_it_came(self):
        self.script.body = b"\x1b\x05\x00\xf8\x8d\x94n\xde"
        for coding in ("br", "zstd", "gzip, br"):
            with self.subTest(coding=coding):
                before = self.stint.metric("stint_upstream_errors_total", category="garbage")
                answer = self.plain(f"body_whole {coding.replace(', ', ',')}")
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.body, self.script.body)
                self.assertEqual(answer.headers["content-encoding"], coding.replace(", ", ","))
                self.check_unknown(answer, "completed")
                self.assertEqual(self.stint.metric("stint_upstream_errors_total", category="garbage"), before + 1)

    def test_a_stream_in_a_coding_that_we_cannot_read_reaches_the_client_as_it_came(self):
        self.script.body = b"\x1b\x05\x00\xf8\x8d\x94n\xde"
        answer = self.streamed("body_stream br")
        self.assertEqual((answer.status, answer.body), (200, self.script.body))
        self.assertEqual(answer.headers["content-encoding"], "br")
        self.check_unknown(answer, "completed")

    def test_a_whole_answer_that_unfolds_beyond_the_bound_is_502_and_takes_no_memory(self):
        self.script.body = gzip.compress(b'{"text":"' + b"\0" * (10 * MEBIBYTE) + b'"}')
        self.assertLess(len(self.script.body), 11_000)
        self.plain("body_whole gzip")  # what the first call takes for good
        before = self.memory()
        for _ in range(10):
            answer = self.plain("body_whole gzip")
            self.assertEqual(answer.status, 502)
            self.check_unknown(answer, "upstream_error")
        if not SANITIZER:
            self.assertLess(self.memory() - before, 4 * MEBIBYTE)

    def test_a_stream_that_unfolds_waits_for_its_client(self):
        """A client that reads nothing: what its socket does not take stays compressed."""
        unfolded = 32 * MEBIBYTE
        comment = b":" + b"0" * 1021 + b"\n\n"
        self.script.body = gzip.compress(comment * (unfolded // len(comment)))
        self.assertLess(len(self.script.body), 200_000)
        before = None
        for _ in range(2):  # the first call takes some memory for good
            with self.start_stream("body_stream gzip") as wire:
                head = wire.read_head()
                before = before or self.memory()
                wait_until(lambda: self.stint.metric("stint_ledger_holds_active") == 1, "the stream to run")
                self.assertLess(self.memory() - before, 4 * MEBIBYTE)
                self.assertEqual(sum(map(len, wire.read_pieces(head))), unfolded)
                self.assertLess(self.memory() - before, 4 * MEBIBYTE)


if __name__ == "__main__":
    unittest.main()
