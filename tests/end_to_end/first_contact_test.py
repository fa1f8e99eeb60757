"""What a client's first call meets: probes without a key, a browser's question, keys in each header, a compressed body."""

import gzip
import unittest

import http_client
from gateway_process import call_headers, encoded, gateway, openai_body

PAGE = "https://app.example.com"
CHUNK_BYTES = 7


class first_contact(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stint = gateway(listen={"cors_origins": [PAGE]}, limits={"body_bytes_max": "64KiB"})
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def ask(self, method, path, headers=(), body=b""):
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render(method, path, dict(headers), body))
            return wire.read_head() if method == "HEAD" else wire.read_answer()

    def test_probes_need_no_key(self):
        for method in ("GET", "HEAD"):
            for path in ("/", "/healthz", "/api/hello"):
                with self.subTest(probe=f"{method} {path}"):
                    self.assertEqual(self.ask(method, path).status, 200)
        self.assertEqual(self.ask("GET", "/v1/nothing").status, 404)

    def test_a_page_of_a_configured_origin_may_call(self):
        question = {"Origin": PAGE, "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization, content-type"}
        answer = self.ask("OPTIONS", "/v1/chat/completions", question)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["access-control-allow-origin"], PAGE)
        self.assertIn("authorization", answer.headers["access-control-allow-headers"])
        for key, status in ((self.key, 200), ("sk-stint-wrong", 401)):
            called = self.stint.chat(key, openai_body(), {"Origin": PAGE})
            self.assertEqual(called.status, status)
            self.assertEqual(called.headers["access-control-allow-origin"], PAGE)

    def test_a_page_of_another_origin_may_not(self):
        question = {"Origin": "https://evil.example.com", "Access-Control-Request-Method": "POST"}
        refused = self.ask("OPTIONS", "/v1/chat/completions", question)
        self.assertGreaterEqual(refused.status, 400)
        called = self.stint.chat(self.key, openai_body(), {"Origin": "https://evil.example.com"})
        for answer in (refused, called):
            self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_the_key_that_is_ours_is_found_in_each_header(self):
        body = encoded(openai_body())
        plain = {"Content-Type": "application/json"}
        for headers in ({"api-key": self.key}, {"x-api-key": self.key, "Authorization": "Bearer sk-ant-oat01-other"},
                        {"x-api-key": "sk-ant-other", "Authorization": f"Bearer {self.key}"}):
            with self.subTest(headers=sorted(headers)):
                self.assertEqual(self.ask("POST", "/v1/chat/completions", {**plain, **headers}, body).status, 200)

    def test_a_bound_of_minus_one_is_none(self):
        answer = self.stint.chat(self.key, openai_body(max_tokens=-1))
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["x-stint-output-tokens"], "16")  # what the simulated provider writes by itself

    def test_a_compressed_body_is_counted_as_what_it_means(self):
        body = encoded(openai_body("count me " * 500))
        plain = self.stint.chat(self.key, body)
        coded = gzip.compress(body)
        answer = self.stint.chat(self.key, coded, {"Content-Encoding": "gzip"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["x-stint-input-tokens"], plain.headers["x-stint-input-tokens"])
        head = http_client.render("POST", "/v1/chat/completions",
                                  {**call_headers(self.key), "Content-Encoding": "gzip", "Transfer-Encoding": "chunked"})
        head = head.replace(b"\r\nContent-Length: 0", b"")
        pieces = [coded[at:at + CHUNK_BYTES] for at in range(0, len(coded), CHUNK_BYTES)]
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n")
            self.assertEqual(wire.read_answer().headers["x-stint-input-tokens"], plain.headers["x-stint-input-tokens"])

    def test_what_unfolds_into_too_much_is_refused(self):
        coded = gzip.compress(encoded(openai_body("x" * 100_000)))
        self.assertLess(len(coded), 1_000)
        self.assertEqual(self.stint.chat(self.key, coded, {"Content-Encoding": "gzip"}).status, 413)
        self.assertEqual(self.stint.chat(self.key, coded[:-9], {"Content-Encoding": "gzip"}).status, 413)
        small = gzip.compress(encoded(openai_body()))
        self.assertEqual(self.stint.chat(self.key, small[:-9], {"Content-Encoding": "gzip"}).status, 400)
        self.assertEqual(self.stint.chat(self.key, small, {"Content-Encoding": "br"}).status, 415)

    def test_websocket_is_refused_so_that_clients_go_on_without(self):
        answer = self.ask("GET", "/v1/responses", {"Connection": "Upgrade", "Upgrade": "websocket",
                                                   "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"})
        self.assertEqual(answer.status, 426)
        self.assertTrue(answer.closes())


if __name__ == "__main__":
    unittest.main()
