"""A provider that refuses, resets, stalls, truncates or talks nonsense: the client gets an honest ending, the books close.

The scripted upstream does what the first message of the request says: "MODE ARGUMENT".
"""

import json
import os
import random
import socket
import struct
import threading
import time
import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import call_headers, encoded, gateway, openai_body
from scripted_upstream import (
    STREAM_HEAD,
    canned_answer,
    chunk,
    scripted_upstream,
    sse,
    streamed_answer,
    streamed_events,
    with_length,
)

USAGE = {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}
STREAM = streamed_answer(streamed_events(["one", " two", " three", " four", " five", " six"], USAGE))
PLAIN = canned_answer(12, 6)
CUTS = 40  # of each recorded answer
SEED = int(os.environ.get("STINT_SEED", str(time.time_ns() % 10**9)))

GARBAGE_HEADS = {
    "not HTTP": b"hello\r\n\r\n",
    "HTTP/0.9 body": b"<html></html>",
    "version 9.9": b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n",
    "status 999": b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n",
    "status 099": b"HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "a flood of 1xx": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10_000,
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 200_000,
    "a thousand fields": b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    "folded field": b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
    "bare LF": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
}


def reset(wire):
    """Closes with a TCP reset."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


class script:
    def __init__(self):
        self.payload = b""
        self.dice = random.Random(SEED)

    def __call__(self, wire, request):
        mode, _, argument = json.loads(request.body)["messages"][0]["content"].partition(" ")
        return getattr(self, mode)(wire, argument)

    def good(self, wire, _):
        wire.sendall(PLAIN)
        return True

    def good_then_close_soon(self, wire, _):
        wire.sendall(PLAIN)
        threading.Event().wait(self.dice.random() * 0.002)
        return False

    def payload_then_close(self, wire, _):
        wire.sendall(self.payload)
        return False

    def payload_then_reset(self, wire, _):
        wire.sendall(self.payload)
        reset(wire)
        return False

    def payload_then_silence(self, wire, _):
        wire.sendall(self.payload)
        while wire.recv(4096):  # until the gateway gives up
            pass
        return False

    def with_leftover(self, wire, tag):
        """A whole answer, and behind it the beginning of another client's."""
        wire.sendall(canned_answer(text=tag) + canned_answer(text="stolen"))
        return True

    def tagged(self, wire, tag):
        wire.sendall(canned_answer(text=tag))
        return True


class upstream_fault(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", flush=True)
        cls.script = script()
        cls.upstream = scripted_upstream(cls.script)
        cls.addClassCleanup(cls.upstream.close)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            dead_port = listener.getsockname()[1]
        cls.stint = gateway(
            caps=FOREVER_CAPS,
            providers={
                "dead": {"dialects": ["openai"], "base_url": f"http://127.0.0.1:{dead_port}", "credential": "none",
                         "models": ["gpt-4o-mini"]},
                "scripted": cls.upstream.provider(timeouts={"first_byte": "700ms", "stall": "700ms"}),
            },
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def tearDown(self):
        check_books(self.stint)

    def newest_row(self, answer):
        self.stint.wait_until_idle()
        return next(row for row in self.stint.rows(20) if row["id"] == answer.request_id)

    def check_released(self, answer, status):
        """Nothing was generated: the hold is gone and nobody pays."""
        self.assertEqual(answer.status, status, answer.body[:300])
        self.assertIn("message", answer.json()["error"])
        row = self.newest_row(answer)
        self.assertEqual(row["outcome"], "upstream_gone")
        self.assertEqual(row["cost_nanodollars"], 0)
        self.assertEqual(self.stint.metric("stint_cap_held"), 0)

    def check_unknown(self, answer, status, max_tokens=50):
        """The provider had the request and may have answered it in full: its bound is charged."""
        self.assertEqual(answer.status, status, answer.body[:300])
        self.assertIn("message", answer.json()["error"])
        row = self.newest_row(answer)
        self.assertEqual(row["outcome"], "upstream_gone")
        self.assertIn("unknown", row["flags"])
        self.assertEqual(row["usage_source"], "counted")
        self.assertEqual(row["usage"]["input_tokens"], row["held"]["input_tokens"])
        self.assertEqual(row["usage"]["output_tokens"], max_tokens)
        self.assertEqual(row["cost_nanodollars"], row["held"]["cost_nanodollars"])
        self.assertEqual(self.stint.metric("stint_cap_held"), 0)

    def plain(self, mode, model="gpt-4o"):
        return self.stint.chat(self.key, openai_body(mode, model, max_tokens=50))

    def stream(self, mode):
        """(answer head, the events, whether the body ended as its framing says)."""
        body = encoded(openai_body(mode, "gpt-4o", stream=True, stream_options={"include_usage": True}))
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
            head = wire.read_head()
            pieces, whole = [], True
            try:
                pieces.extend(wire.read_pieces(head))
            except (http_client.incomplete, ConnectionResetError):
                whole = False
            head.body = b"".join(pieces)
            return head, whole

    def test_a_port_where_nobody_listens_is_502(self):
        before = self.stint.metric("stint_upstream_errors_total", provider="dead")
        self.check_released(self.plain("good", "gpt-4o-mini"), 502)
        self.assertEqual(self.stint.metric("stint_upstream_errors_total", provider="dead"), before + 1)

    def test_silence_is_504_and_may_hide_a_whole_answer(self):
        self.script.payload = b""
        self.check_unknown(self.plain("payload_then_silence"), 504)

    def test_an_end_without_an_answer_is_502_and_may_hide_a_whole_one(self):
        self.script.payload = b""
        for mode in ("payload_then_close", "payload_then_reset"):
            with self.subTest(mode=mode):
                self.check_unknown(self.plain(mode), 502)

    def test_a_head_that_is_not_http_is_502_and_may_hide_a_whole_answer(self):
        for name, payload in GARBAGE_HEADS.items():
            self.script.payload = payload
            with self.subTest(answer=name):
                self.check_unknown(self.plain("payload_then_close"), 502)

    def test_an_error_of_the_provider_is_passed_on_and_costs_nothing(self):
        text = b'{"error":{"message":"no such thing","type":"invalid_request_error","param":null,"code":null}}'
        for status in ("400 Bad Request", "404 Not Found", "429 Too Many Requests", "500 Oops", "529 Overloaded"):
            self.script.payload = with_length(text, status)
            with self.subTest(status=status):
                answer = self.plain("payload_then_close")
                self.assertEqual(answer.status, int(status[:3]))
                self.assertEqual(answer.body, text)
                row = self.newest_row(answer)
                self.assertEqual((row["outcome"], row["cost_nanodollars"]), ("upstream_error", 0))

    def test_a_plain_answer_cut_anywhere_is_502_or_ends_early(self):
        for end in ("payload_then_close", "payload_then_reset"):
            for size in range(0, len(PLAIN), max(1, len(PLAIN) // CUTS)):
                self.script.payload = PLAIN[:size]
                with self.subTest(end=end, bytes=size):
                    answer = self.plain(end)
                    self.check_unknown(answer, 502)
        self.assertEqual(self.stint.metric("stint_cap_held"), 0)

    def check_cut_stream(self, size, end):
        self.script.payload = STREAM[:size]
        answer, whole = self.stream(end)
        row = self.newest_row(answer)
        got = answer.body[: answer.body.rfind(b"\n\n") + 1].count(b'"content"')  # in whole events
        if answer.status != 200:
            self.assertIn(answer.status, (502, 504))
            self.assertLess(size, len(STREAM_HEAD) + 8, "an answer that had begun was thrown away")
            return
        self.assertNotIn(b"[DONE]", answer.body, "a broken stream was passed off as finished")
        self.assertTrue(not whole or b'"error"' in answer.body, "nothing tells the client that the stream broke")
        if b'"usage":{' in answer.body.replace(b" ", b""):
            self.assertEqual(row["usage_source"], "provider")
            self.assertEqual(row["usage"]["output_tokens"], USAGE["completion_tokens"])
        else:
            self.assertEqual(row["usage_source"], "counted")
            self.assertIn("counted", row["flags"])
            self.assertGreaterEqual(row["usage"]["output_tokens"], got)
            self.assertEqual(row["outcome"], "upstream_gone")

    def test_a_stream_cut_anywhere_ends_honestly_and_is_settled_at_what_was_delivered(self):
        done = STREAM.index(b"data: [DONE]")
        for end in ("payload_then_close", "payload_then_reset"):
            for size in range(0, done, max(1, done // CUTS)):
                with self.subTest(end=end, bytes=size):
                    self.check_cut_stream(size, end)
        self.assertEqual(self.stint.metric("stint_cap_held"), 0)

    def test_a_stream_that_stalls_is_ended(self):
        for size in (len(STREAM_HEAD), len(STREAM) // 2):
            with self.subTest(bytes=size):
                self.check_cut_stream(size, "payload_then_silence")

    def test_broken_chunks_end_the_stream(self):
        event = streamed_events(["one"], done=False)[0]
        for name, broken in {
            "size in letters": b"zz\r\n" + event + b"\r\n",
            "size beyond 64 bits": b"fffffffffffffffff\r\n" + event + b"\r\n",
            "no end of chunk": b"%x\r\n" % len(event) + event + b"XX0\r\n\r\n",
        }.items():
            self.script.payload = STREAM_HEAD + chunk(event) + broken
            with self.subTest(chunks=name):
                answer, whole = self.stream("payload_then_silence")
                self.assertEqual(answer.status, 200)
                self.assertTrue(not whole or b'"error"' in answer.body)
                self.assertEqual(self.newest_row(answer)["usage_source"], "counted")

    def test_usage_that_cannot_be_true_is_replaced_by_our_count(self):
        for name, usage in {
            "negative": {"prompt_tokens": -5, "completion_tokens": -1, "total_tokens": -6},
            "huge": {"prompt_tokens": 2**62, "completion_tokens": 2**62, "total_tokens": 2**63 - 2},
            "texts": {"prompt_tokens": "5", "completion_tokens": "1", "total_tokens": "6"},
            "missing": None,
        }.items():
            self.script.payload = streamed_answer(streamed_events(["one", " two"], usage))
            with self.subTest(usage=name):
                answer, whole = self.stream("payload_then_close")
                self.assertTrue(whole)
                self.assertIn(b"[DONE]", answer.body)
                row = self.newest_row(answer)
                self.assertEqual(row["usage_source"], "counted")
                self.assertGreater(row["usage"]["output_tokens"], 0)
                self.assertLess(row["usage"]["output_tokens"], 20)

    def test_usage_in_several_chunks_counts_once(self):
        events = streamed_events(["one"], USAGE, done=False) + streamed_events([], USAGE)
        self.script.payload = streamed_answer(events)
        answer, _ = self.stream("payload_then_close")
        row = self.newest_row(answer)
        self.assertEqual(row["usage"]["output_tokens"], USAGE["completion_tokens"])
        self.assertEqual(row["usage"]["input_tokens"], USAGE["prompt_tokens"])

    def test_events_are_passed_on_as_they_arrive(self):
        """The upstream sends one event and falls silent; the client must have it before the stream ends."""
        event = sse({"choices": [{"index": 0, "delta": {"content": "early"}}]})
        self.script.payload = STREAM_HEAD + chunk(event)
        body = encoded(openai_body("payload_then_silence", "gpt-4o", stream=True))
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
            head = wire.read_head()
            self.assertEqual(next(wire.read_pieces(head)), event)
        self.stint.wait_until_idle()

    def test_leftover_bytes_never_reach_another_client(self):
        for i in range(100):
            answer = self.plain(f"with_leftover tag-{i}" if i % 2 == 0 else f"tagged tag-{i}")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.json()["choices"][0]["message"]["content"], f"tag-{i}")

    def test_a_kept_connection_that_died_in_the_pool_is_replaced(self):
        """The provider closed an idle connection: the next call must not see it."""
        self.script.payload = PLAIN
        self.assertEqual(self.plain("payload_then_close").status, 200)
        for _ in range(20):
            self.assertEqual(self.plain("good").status, 200)

    def test_a_call_that_meets_a_kept_connections_close_is_never_sent_twice(self):
        """The close and the next call's request are on their way at the same time, over and over. A request that lay unread
        when the provider closed is the one that cannot be told from one it has read."""
        before = len(self.upstream.requests)
        calls, answered = 200, 0
        body = encoded(openai_body("good_then_close_soon", "gpt-4o", max_tokens=50))
        with http_client.connection(self.stint.proxy) as wire:
            for _ in range(calls):
                wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
                answer = wire.read_answer()
                self.assertIn(answer.status, (200, 502), answer.body[:300])
                answered += answer.status == 200
        self.assertEqual(len(self.upstream.requests) - before, answered)
        self.assertGreater(answered, calls // 2)

    def test_a_request_that_the_provider_has_is_not_sent_again(self):
        """It closes, or resets, a kept connection in place of the answer: whether it bills the call, nobody knows."""
        self.script.payload = b""
        for mode in ("payload_then_close", "payload_then_reset"):
            for _ in range(20):
                with self.subTest(mode=mode):
                    self.assertEqual(self.plain("good").status, 200)
                    before = len(self.upstream.requests)
                    self.assertEqual(self.plain(mode).status, 502)
                    self.assertEqual(len(self.upstream.requests) - before, 1)


if __name__ == "__main__":
    unittest.main()
