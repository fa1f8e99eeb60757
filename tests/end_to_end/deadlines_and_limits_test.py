"""Limits and deadlines of the client side, made small by configuration so that they are reached at once."""

import unittest

import http_client
from gateway_process import call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, chunk, scripted_upstream, sse
from wait import wait_until

BODY_MAX = 64 * 1024
HEAD_MAX = 8 * 1024


def endless_stream(wire, _):
    """Streams until the gateway hangs up."""
    wire.sendall(STREAM_HEAD)
    while True:
        wire.sendall(chunk(sse({"choices": [{"index": 0, "delta": {"content": "word " * 2000}}]})))


class deadlines_and_limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = scripted_upstream(endless_stream)
        cls.addClassCleanup(cls.upstream.close)
        cls.stint = gateway(
            providers={"endless": cls.upstream.provider()},
            limits={
                "body_bytes_max": BODY_MAX,
                "head_bytes_max": HEAD_MAX,
                "head_timeout": "500ms",
                "body_timeout": "500ms",
                "idle_timeout": "700ms",
                "write_stall": "1s",
            },
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def post(self, body, **more):
        return self.stint.chat(self.key, body, **more)

    def body_of(self, size):
        body = openai_body("", "sim/gpt-4o")
        body["messages"][0]["content"] = "a " * ((size - len(encoded(body))) // 2)
        text = encoded(body)
        return text + b" " * (size - len(text))

    def test_a_body_at_the_limit_is_served_and_one_byte_more_is_413(self):
        self.assertEqual(self.post(self.body_of(BODY_MAX)).status, 200)
        answer = self.post(self.body_of(BODY_MAX + 1))
        self.assertEqual(answer.status, 413)
        self.assertIn(str(BODY_MAX), answer.json()["error"]["message"])

    def test_a_chunked_body_over_the_limit_is_413(self):
        data = self.body_of(BODY_MAX + 1)
        head = {**call_headers(self.key), "Transfer-Encoding": "chunked"}
        request = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{request}\r\n".encode())
            for start in range(0, len(data), 4096):
                part = data[start : start + 4096]
                wire.send(b"%x\r\n%s\r\n" % (len(part), part))
            wire.send(b"0\r\n\r\n")
            self.assertEqual(wire.read_answer().status, 413)

    def test_a_413_is_sent_before_the_body_is(self):
        """A client that waits for 100 Continue is spared the upload."""
        head = {**call_headers(self.key), "Content-Length": BODY_MAX + 1, "Expect": "100-continue"}
        fields = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
            self.assertEqual(wire.read_answer().status, 413)

    def test_a_refusal_reaches_a_client_that_sends_all_of_its_body_first(self):
        """A proxy before us does so, and made a 502 of the reset that took the refusal away."""
        for key, status in ((self.key, 413), ("sk-stint-wrong", 401)):
            head = {**call_headers(key), "Content-Length": 64 << 20}
            fields = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            with self.subTest(status), http_client.connection(self.stint.proxy) as wire:
                wire.send(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
                for _ in range(64):
                    wire.send(b"x" * (1 << 20))
                answer = wire.read_answer()
                self.assertEqual(answer.status, status)
                self.assertTrue(answer.closes())

    def test_continue_is_said_to_a_good_key_only(self):
        for key, first in ((self.key, b"HTTP/1.1 100 "), ("sk-stint-wrong", b"HTTP/1.1 401 ")):
            body = encoded(openai_body())
            head = {**call_headers(key), "Content-Length": len(body), "Expect": "100-continue"}
            fields = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            with http_client.connection(self.stint.proxy) as wire:
                wire.send(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
                got = wire.socket.recv(len(first))
                self.assertEqual(got, first)

    def test_a_head_over_the_limit_is_431(self):
        filler = "a" * HEAD_MAX
        self.assertEqual(self.post(openai_body(), headers={"X-Filler": filler}).status, 431)

    def closes_in_time(self, data):
        """What comes back on a connection that sends `data` and then nothing."""
        with http_client.connection(self.stint.proxy, 15) as wire:
            wire.send(data)
            got, closed = wire.read_until_closed()
            self.assertTrue(closed, "still open after 15 s")
            return got

    def test_a_head_that_does_not_come_is_408_or_closed(self):
        self.assertIn(self.closes_in_time(b"POST /v1/chat/comple")[:13], (b"HTTP/1.1 408 ", b""))

    def test_a_connection_that_says_nothing_is_closed(self):
        self.assertIn(self.closes_in_time(b"")[:13], (b"HTTP/1.1 408 ", b""))

    def test_a_body_that_stops_is_408_or_closed(self):
        whole = http_client.render("POST", "/v1/chat/completions", call_headers(self.key), encoded(openai_body()))
        self.assertIn(self.closes_in_time(whole[:-10])[:13], (b"HTTP/1.1 408 ", b""))

    def test_an_idle_kept_connection_is_closed_silently(self):
        whole = http_client.render("POST", "/v1/chat/completions", call_headers(self.key), encoded(openai_body()))
        got = self.closes_in_time(whole)
        self.assertTrue(got.startswith(b"HTTP/1.1 200 "), got[:100])
        self.assertEqual(got.count(b"HTTP/1.1 "), 1)

    def test_a_client_that_does_not_read_is_cut_off_and_its_call_settled(self):
        """The upstream streams without end, past any bound: the write-stall deadline ends this, or the hold does."""
        before = self.upstream.closed_by_peer
        body = encoded(openai_body(model="gpt-4o", stream=True))
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
            wait_until(lambda: self.upstream.closed_by_peer > before, "the upstream's connection to be closed")
        self.stint.wait_until_idle()
        row = self.stint.rows()[0]
        self.assertIn(row["outcome"], ("client_gone", "cut"))
        self.assertIn("counted", row["flags"])


if __name__ == "__main__":
    unittest.main()
