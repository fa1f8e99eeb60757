"""The process has few descriptors and more clients than that: the ledger can still open its files, calls over the connections
that were taken work, and the admin listener answers.
"""

import unittest

import http_client
from gateway_process import call_headers, encoded, gateway, openai_body
from wait import wait_until

LIMIT = 512
CLIENTS_MAX = 128  # as descriptors.cpp shares so many
SILENT = 600


class descriptors(unittest.TestCase):
    def setUp(self):
        self.stint = gateway(prefix=("prlimit", f"--nofile=100:{LIMIT}"), threads=1, limits={"head_timeout": "60s"})
        self.stint.__enter__()
        self.addCleanup(self.stint.__exit__, None, None, None)
        self.key = self.stint.create_key()

    def call_over(self, wire):
        body = encoded(openai_body())
        fields = "".join(
            f"{name}: {value}\r\n" for name, value in {**call_headers(self.key), "Content-Length": len(body)}.items()
        )
        wire.send(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode() + body)
        return wire.read_answer()

    def test_the_limit_is_raised_as_far_as_the_system_lets_it(self):
        self.assertEqual(self.stint.metric("process_max_fds"), LIMIT)
        self.assertIn(f"{CLIENTS_MAX} connections are taken", self.stint.log_text())

    def test_silent_connections_leave_the_ledger_its_files(self):
        with http_client.connection(self.stint.proxy) as wire:
            self.assertEqual(self.call_over(wire).status, 200)
            silent = []
            self.addCleanup(lambda: [each.close() for each in silent])
            for _ in range(SILENT):
                try:
                    silent.append(http_client.connection(self.stint.proxy))
                except OSError:
                    pass
            wait_until(
                lambda: self.stint.metric("stint_connections_open") == CLIENTS_MAX, "as many connections as are taken"
            )
            self.assertLess(self.stint.metric("process_open_fds"), LIMIT / 2)
            for _ in range(20):
                self.assertEqual(self.call_over(wire).status, 200)
            self.assertEqual(self.stint.metric("stint_ledger_writable"), 1)
            # Opens files of its own, and the ledger's.
            self.stint.command("ledger", "backup", self.stint.folder / "copy")
            self.assertEqual(self.stint.verify(), [])


if __name__ == "__main__":
    unittest.main()
