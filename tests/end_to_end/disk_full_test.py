"""The disk of the ledger is full: calls are refused in their dialect's own shape and nothing is forwarded unrecorded, streams
that run end properly, and when space returns everything works again without a restart, and the books agree.

Method: the data directory is a small file system in memory that the test fills to the last byte. Making one needs root; without
it the test is skipped and says so.
"""

import json
import os
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

import http_client
from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import anthropic_body, background, call_headers, encoded, gateway, openai_body
from wait import wait_until

SIZE_MIB = 24
STREAM_TOKENS = 1500
# The log has taken some megabytes of the disk in advance; rows that are large use them up soon.
LARGE = {"x-stint-tags": ",".join(f"tag{number}={'x' * 250}" for number in range(16))}


class small_disk:
    """A file system of its own, of a few megabytes."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="stint-disk-"))
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "stint-test", self.folder], capture_output=True, text=True
        )
        if mounted.returncode != 0:
            self.folder.rmdir()
            raise unittest.SkipTest(f"cannot mount a small file system here: {mounted.stderr.strip()}")

    def fill(self):
        with open(self.folder / "ballast", "ab", buffering=0) as ballast:
            for piece in (1 << 20, 4096, 1):
                try:
                    while ballast.write(b"x" * piece) == piece:
                        pass
                except OSError:
                    continue

    def free(self):
        (self.folder / "ballast").unlink(missing_ok=True)

    def close(self):
        subprocess.run(["umount", "-l", self.folder], check=True)
        self.folder.rmdir()


class disk_full(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small file system")
        self.disk = small_disk()
        self.addCleanup(self.disk.close)

    def stream(self, stint, key, started):
        """The events' data of one long stream."""
        body = openai_body("Tell me.", f"sim/gpt-4o?tokens={STREAM_TOKENS}&delay_ms=5", stream=True)
        body["stream_options"] = {"include_usage": True}
        seen = []
        with http_client.connection(stint.proxy, timeout_s=60) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(key), encoded(body)))
            head = wire.read_head()
            self.assertEqual(head.status, 200)
            for _, data in http_client.events(wire.read_pieces(head)):
                seen.append(data)
                if len(seen) == 20:
                    started.set()
        return seen

    def refused(self, stint, key):
        """Both dialects' refusals, or None while calls are still admitted."""
        if 200 in [stint.chat(key, openai_body(), LARGE).status for _ in range(20)]:
            return None
        openai = stint.chat(key, openai_body())
        anthropic = stint.chat(key, anthropic_body(), path="/v1/messages")
        if (openai.status, anthropic.status) != (503, 503):
            return None
        return openai.json(), anthropic.json()

    def test_a_full_disk_refuses_calls_and_works_again_when_space_returns(self):
        with gateway(caps=FOREVER_CAPS, data_directory=str(self.disk.folder / "data")) as stint:
            key = stint.create_key()
            self.assertEqual(stint.chat(key, openai_body()).status, 200)
            started = threading.Event()
            running = background(self.stream, stint, key, started)
            self.assertTrue(started.wait(30), "the stream did not start")
            self.disk.fill()
            openai, anthropic = wait_until(lambda: self.refused(stint, key), "calls to be refused", 60)
            self.assertEqual(anthropic["type"], "error")
            self.assertTrue(openai["error"]["message"] and anthropic["error"]["message"])
            forwarded = len(stint.bill()["calls"])
            for _ in range(20):
                self.assertEqual(stint.chat(key, openai_body()).status, 503)
            self.assertEqual(len(stint.bill()["calls"]), forwarded, "a call was forwarded unrecorded")
            seen = running.result()
            self.assertEqual(seen[-1], "[DONE]")
            self.assertTrue(any(json.loads(data).get("usage") for data in seen[:-1]), "the stream came without its usage")

            self.disk.free()
            wait_until(lambda: stint.chat(key, openai_body()).status == 200, "calls to be admitted again", 60)
            self.assertEqual(stint.starts, 1, "it took a restart")
            self.assertTrue(stint.alive())
            rows = check_books(stint)
            self.assertGreater(check_bill(stint, rows), 0)


if __name__ == "__main__":
    unittest.main()
