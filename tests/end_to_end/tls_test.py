"""TLS on both sides, with certificates made for the test: the listener serves it, and upstreams are verified by default."""

import contextlib
import json
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

import http_client
from gateway_process import call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, canned_answer, chunk, streamed_events


class authority:
    """A certificate authority of our own, and certificates signed by it."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate = folder / "ca.pem"
        self.key = folder / "ca.key"
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                  "-subj", "/CN=Stint test authority", "-keyout", self.key, "-out", self.certificate)

    def _run(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def issue(self, name, alternative):
        key, request, certificate = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        extension = self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={alternative}\n")
        self._run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
                  "-keyout", key, "-out", request)
        self._run("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                  "-days", "2", "-extfile", extension, "-out", certificate)
        return certificate, key


class tls_upstream:
    """Answers every call over TLS. A stream says WORDS words, and ends when the gateway sends no more."""

    WORDS = 5

    def __init__(self, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._listener = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
        self.port = self._listener.getsockname()[1]
        self.served = 0
        self.connections = 0
        self.closes = False  # after each answer, unannounced
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                wire, _ = self._listener.accept()
            except ssl.SSLError:
                continue  # the gateway did not trust us
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire):
        with wire:
            try:
                while request := wire.recv(65536):  # each request comes in one piece: they are small
                    self.served += 1
                    if b'"stream": true' in request:
                        wire.sendall(STREAM_HEAD + b"".join(map(chunk, streamed_events([" word"] * self.WORDS, done=False))))
                    else:
                        wire.sendall(canned_answer())
                    if self.closes:
                        return
            except OSError:
                pass

    def provider(self, name, models, **tls):
        return {"dialects": ["openai"], "base_url": f"https://{name}:{self.port}", "credential": "none", "models": models,
                "tls": tls}


class tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="stint-tls-")
        cls.addClassCleanup(folder.cleanup)
        ours = authority(Path(folder.name))
        cls.ca = ours.certificate
        good = tls_upstream(*ours.issue("good", "DNS:localhost,IP:127.0.0.1"))
        other = tls_upstream(*ours.issue("other", "DNS:elsewhere.example"))
        certificate, key = ours.issue("listener", "IP:127.0.0.1")
        cls.good, cls.other = good, other
        cls.stint = gateway(
            providers={
                "trusted": good.provider("127.0.0.1", ["gpt-4o"], ca_file=str(cls.ca)),
                "unknown-authority": good.provider("127.0.0.1", ["gpt-4.1"]) | {"tls": {"verify": True}},
                "wrong-name": other.provider("127.0.0.1", ["gpt-4o-mini"], ca_file=str(cls.ca)),
                "unverified": other.provider("127.0.0.1", ["gpt-4.1-mini"], verify=False),
            },
            listen={"tls": {"certificate_file": str(certificate), "key_file": str(key)}},
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    @contextlib.contextmanager
    def calling(self, model, **more):
        """A call that was sent over the TLS listener; the client verifies the gateway too."""
        context = ssl.create_default_context(cafile=str(self.ca))
        with http_client.connection(self.stint.proxy) as wire:
            wire.socket = context.wrap_socket(wire.socket, server_hostname="127.0.0.1")
            body = encoded(openai_body(model=model, **more))
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
            yield wire

    def call(self, model, **more):
        with self.calling(model, **more) as wire:
            return wire.read_answer()

    def test_a_trusted_upstream_is_used_and_kept(self):
        before = self.good.connections
        for _ in range(10):
            answer = self.call("gpt-4o")
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json()["choices"][0]["message"]["content"], "hello")
        self.assertLessEqual(self.good.connections - before, self.stint.settings["threads"])

    def test_a_kept_connection_that_its_upstream_closed_is_replaced(self):
        self.good.closes = True
        self.addCleanup(setattr, self.good, "closes", False)
        before = self.good.served
        for _ in range(20):
            self.assertEqual(self.call("gpt-4o").status, 200)
        self.assertEqual(self.good.served - before, 20)

    def check_not_trusted(self, model, provider, server):
        served = server.served
        answer = self.call(model)
        self.assertEqual(answer.status, 502)
        self.assertIn("error", json.loads(answer.body))
        self.assertEqual(server.served, served, "the request was sent to a server that was not verified")
        self.assertEqual(self.stint.metric("stint_upstream_errors_total", provider=provider, category="tls"), 1)
        self.stint.wait_until_idle()

    def test_an_unknown_authority_is_refused(self):
        self.check_not_trusted("gpt-4.1", "unknown-authority", self.good)

    def test_a_certificate_for_another_name_is_refused(self):
        self.check_not_trusted("gpt-4o-mini", "wrong-name", self.other)

    def test_verification_can_be_turned_off_on_purpose(self):
        self.assertEqual(self.call("gpt-4.1-mini").status, 200)

    def test_streams_pass_over_tls(self):
        answer = self.call("sim/gpt-4o", stream=True)
        self.assertTrue(answer.body.rstrip().endswith(b"data: [DONE]"), answer.body[-200:])

    def test_a_stream_that_is_left_is_ended_and_charged_what_was_sent(self):
        with self.calling("gpt-4o", stream=True, max_tokens=1000) as wire:
            head = wire.read_head()
            events = http_client.events(wire.read_pieces(head))
            for _ in range(tls_upstream.WORDS):
                next(events)
        self.stint.wait_until_idle()
        row = next(row for row in self.stint.rows(10) if row["id"] == head.request_id)
        self.assertEqual((row["outcome"], row["usage"]["output_tokens"]), ("client_gone", tls_upstream.WORDS))

    def test_plain_http_on_the_tls_port_is_turned_away(self):
        with http_client.connection(self.stint.proxy, 15) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), encoded(openai_body())))
            got, closed = wire.read_until_closed()
        self.assertTrue(closed)
        self.assertNotIn(b"HTTP/1.1 200", got)


if __name__ == "__main__":
    unittest.main()
