"""A network that lets nothing out directly: providers are reached through an HTTP proxy, with a certificate of our own where they
want one. Method: a proxy that makes tunnels and keeps a list of them, and a provider over TLS that asks for certificates."""

import base64
import socket
import ssl
import tempfile
import threading
import unittest
from pathlib import Path

from gateway_process import gateway, openai_body
from scripted_upstream import canned_answer
from tls_test import authority

USER = "Basic " + base64.b64encode(b"stint:let me out").decode()


class proxy:
    """Makes a tunnel for whoever gives user and password; what it was asked for stands in `asked`."""

    def __init__(self, leads_to=None):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.leads_to = leads_to or {}  # names of servers that are known here alone
        self.asked = []
        self.heads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            wire, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire):
        head = b""
        while b"\r\n\r\n" not in head:
            head += wire.recv(65536)
        text = head.decode()
        method, target, _ = text.split(" ", 2)
        self.heads.append(text)
        if method != "CONNECT" or f"proxy-authorization: {USER}\r\n" not in text:
            wire.sendall(b"HTTP/1.1 407 Who are you\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n")
            wire.close()
            return
        self.asked.append(target)
        name, port = target.rsplit(":", 1)
        far = socket.create_connection(self.leads_to.get(name, (name, int(port))))
        wire.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        for source, sink in ((wire, far), (far, wire)):
            threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class provider:
    """Answers over TLS, and only those who show a certificate of the authority."""

    def __init__(self, certificate, key, ca):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.callers = []
        self.requests = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            wire, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, plain):
        try:
            with self._context.wrap_socket(plain, server_side=True) as wire:
                self.callers.append(dict(pair[0] for pair in wire.getpeercert()["subject"])["commonName"])
                while request := wire.recv(65536):  # each comes in one piece: they are small
                    self.requests.append(request.decode())
                    wire.sendall(canned_answer())
        except OSError:
            pass


class way_out(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="stint-way-out-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        ours = authority(cls.folder)
        cls.ca = str(ours.certificate)
        certificate, key = ours.issue("gateway-of-acme", "DNS:gateway.acme.example")
        cls.shown = {"ca_file": cls.ca, "certificate_file": str(certificate), "key_file": str(key)}
        cls.far = provider(*ours.issue("far", "DNS:far.example,IP:127.0.0.1"), cls.ca)
        cls.proxy = proxy({"far.example": ("127.0.0.1", cls.far.port)})

    def setUp(self):
        self.proxy.asked.clear()
        self.proxy.heads.clear()
        self.far.callers.clear()
        self.far.requests.clear()

    def entry(self, host="far.example", tls=None, **more):
        return {"far": {"dialects": ["openai"], "base_url": f"https://{host}:{self.far.port}", "credential": "none",
                        "models": ["gpt-4o"], "tls": tls or self.shown, **more}}

    def reach(self, environment=None, **entry):
        """The answer to one call, the one row it left, and what the gateway counts as failed on the way."""
        with gateway(providers=self.entry(**entry), environment=environment or {}) as stint:
            answer = stint.chat(stint.create_key(), openai_body(model="gpt-4o"))
            stint.wait_until_idle()
            return answer, stint.rows(), stint.metric("stint_upstream_errors_total", provider="far", category="refused")

    def check_was_reached(self, answer, rows):
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual([(row["usage"]["input_tokens"], row["usage"]["output_tokens"]) for row in rows], [(10, 5)])
        self.assertEqual(self.far.callers, ["gateway-of-acme"])

    def test_a_provider_behind_the_environments_proxy_is_reached(self):
        environment = {"HTTPS_PROXY": f"http://stint:let%20me%20out@127.0.0.1:{self.proxy.port}"}
        answer, rows, _ = self.reach(environment)
        self.check_was_reached(answer, rows)
        self.assertEqual(self.proxy.asked, [f"far.example:{self.far.port}"])
        self.assertNotIn("proxy-authorization", self.far.requests[0])

    def test_a_provider_behind_its_own_proxy_is_reached(self):
        secret = self.folder / "proxy_user"
        secret.write_text("stint:let me out\n")
        secret.chmod(0o600)
        answer, rows, _ = self.reach(proxy=f"http://127.0.0.1:{self.proxy.port}", proxy_credential_file=str(secret))
        self.check_was_reached(answer, rows)
        self.assertEqual(self.proxy.asked, [f"far.example:{self.far.port}"])

    def test_what_no_proxy_names_is_reached_directly(self):
        environment = {"HTTPS_PROXY": f"http://127.0.0.1:{self.proxy.port}", "NO_PROXY": "127.0.0.0/8"}
        answer, rows, _ = self.reach(environment, host="127.0.0.1")
        self.check_was_reached(answer, rows)
        self.assertEqual(self.proxy.heads, [])

    def test_a_proxy_that_refuses_is_told_and_nothing_is_charged(self):
        answer, rows, refused = self.reach({"HTTPS_PROXY": f"http://127.0.0.1:{self.proxy.port}"})
        self.assertEqual(answer.status, 502, answer.body)
        self.assertIn("407", answer.json()["error"]["message"])
        self.assertIn("HTTPS_PROXY", answer.json()["error"]["message"])
        self.assertEqual(refused, 1)
        self.assertEqual([row["cost_nanodollars"] for row in rows], [0])
        self.assertEqual(self.far.callers, [])

    def test_without_its_certificate_the_provider_takes_no_call(self):
        answer, rows, _ = self.reach(host="127.0.0.1", tls={"ca_file": self.ca})
        self.assertEqual(answer.status, 502, answer.body)
        self.assertEqual(self.far.requests, [])


if __name__ == "__main__":
    unittest.main()
