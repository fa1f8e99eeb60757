"""A backup is taken while clients keep calling, restored to a new place, and a gateway is started on it: everything answered
before the backup began is there to the token and the nano-dollar, and the books agree."""

import re
import threading
import unittest

import http_client
from books import FOREVER_CAPS, cap_sums, row_sums, tokens, INPUT_KINDS, OUTPUT_KINDS
from gateway_process import gateway, openai_body
from wait import wait_until

CLIENTS = 4
DAY_CAP = {"name": "tenant-day", "per": ["tenant"], "window": "day", "unit": "usd", "limit": 1_000_000}


class callers:
    """Threads that call until told to stop, and note what was answered in full."""

    def __init__(self, stint, key):
        self.answered = {}
        self.wrong = []
        self._lock = threading.Lock()
        self._over = False
        self._threads = [threading.Thread(target=self._run, args=(stint, key), daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, stint, key):
        while not self._over:
            answer = stint.chat(key, openai_body("How much is left of the budget?"))
            with self._lock:
                if answer.status != 200:
                    self.wrong.append(answer.body)
                    return
                usage = answer.json()["usage"]
                self.answered[answer.request_id] = (usage["prompt_tokens"], usage["completion_tokens"])

    def seen(self):
        with self._lock:
            return dict(self.answered)

    def stop(self):
        self._over = True
        for thread in self._threads:
            thread.join(60)


class backup(unittest.TestCase):
    def test_what_was_answered_before_a_backup_is_in_the_gateway_restored_from_it(self):
        with gateway(caps=[*FOREVER_CAPS, DAY_CAP]) as stint:
            key = stint.create_key()
            load = callers(stint, key)
            wait_until(lambda: len(load.seen()) >= 100 or load.wrong, "answers", 60)
            before = load.seen()
            copy = stint.folder / "copy"
            made = stint.command("ledger", "backup", copy)
            self.assertIn("backed up", made.stdout)
            later = len(load.seen()) + 50
            wait_until(lambda: len(load.seen()) >= later or load.wrong, "answers after the backup", 60)
            load.stop()
            self.assertEqual(load.wrong, [])
            refused = stint.command("ledger", "backup", copy, check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("not empty", refused.stderr)
            restored = stint.folder / "restored"
            self.assertIn("restored", stint.command("ledger", "restore", copy, restored).stdout)

            self.assertEqual(stint.terminate(), 0)
            stint.configure(data_directory=str(restored))
            self.assertIn("agrees with itself", stint.command("ledger", "verify", "--data", restored).stdout)
            stint.start()
            rows = {row["id"]: row for row in stint.rows()}
            self.assertEqual(before.keys() - rows.keys(), set(), "answered before the backup, and not in it")
            for call_id, (sent, got) in before.items():
                row = rows[call_id]
                self.assertEqual((tokens(row, INPUT_KINDS), tokens(row, OUTPUT_KINDS)), (sent, got), row)
            self.assertEqual(cap_sums(stint), row_sums(rows.values()))
            proof = stint.command("ledger", "verify").stdout
            self.assertEqual(int(re.search(r"([\d,]+) rows", proof)[1].replace(",", "")), len(rows), proof)
            self.assertEqual(stint.chat(key, openai_body()).status, 200, "a restored key works")
            self.assertEqual(http_client.request(stint.admin, "GET", "/healthz").status, 200)


if __name__ == "__main__":
    unittest.main()
