"""kill -9 under load, again and again. Goal: 0 settled calls lost, 0 doubled, 0 holds leaked; afterwards the ledger, the cap
counters, the metrics and the clients' own notes agree exactly.

Method: clients on many threads, plain and streaming, in both dialects, note every call whose answer they received to its end.
The gateway is killed after a random number of such answers and started again on the same data. STINT_KILLS and STINT_SEED
(environment) choose how often and how; the seed is printed.
"""

import json
import os
import random
import threading
import time
import unittest

import http_client
from books import FOREVER_CAPS, check_books, metric_sums, row_sums, tokens, INPUT_KINDS, OUTPUT_KINDS
from gateway_process import anthropic_body, call_headers, encoded, gateway, openai_body
from wait import wait_until

KILLS = int(os.environ.get("STINT_KILLS", "50"))
SEED = int(os.environ.get("STINT_SEED", str(time.time_ns() % 10**9)))
CLIENTS = 8
ANSWERS_BETWEEN_KILLS_MAX = 120


class load:
    """The clients. Each keeps calling, over a new or a kept connection, while the gateway is there."""

    def __init__(self, seed):
        self.acknowledged = []  # (id, input tokens, output tokens) as the client saw them
        self.wrong = []
        self.up = threading.Event()
        self.over = False
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(seed * 1000 + i),), daemon=True) for i in range(CLIENTS)
        ]

    def start(self, address, key):
        self.address, self.key = address, key
        self.up.set()
        for thread in self._threads:
            if not thread.is_alive() and thread.ident is None:
                thread.start()

    def pause(self):
        self.up.clear()

    def stop(self):
        self.over = True
        self.up.set()
        for thread in self._threads:
            thread.join(60)

    def count(self):
        with self._lock:
            return len(self.acknowledged)

    def _run(self, dice):
        while True:
            self.up.wait()
            if self.over:
                return
            try:
                with http_client.connection(self.address, timeout_s=20) as wire:
                    for _ in range(dice.randint(1, 10)):
                        if self.over:
                            return
                        self._call(wire, dice)
            except (OSError, http_client.incomplete):
                continue  # killed in the middle: not acknowledged
            except Exception as error:  # noqa: BLE001 - reported by the test
                with self._lock:
                    self.wrong.append(repr(error))
                return

    def _call(self, wire, dice):
        stream = dice.random() < 0.5
        steering = f"?tokens={dice.randint(1, 40)}" + ("&delay_ms=1" if dice.random() < 0.5 else "")
        text = " ".join(dice.choice(("budget", "ledger", "tenant", "naïve", "日本")) for _ in range(dice.randint(1, 30)))
        if dice.random() < 0.5:
            path, body = "/v1/chat/completions", openai_body(text, "sim/gpt-4o" + steering, stream=stream)
            if stream:
                body["stream_options"] = {"include_usage": True}
        else:
            path, body = "/v1/messages", anthropic_body(text, "sim/claude-sonnet-4-5" + steering, 100, stream=stream)
        wire.send(http_client.render("POST", path, call_headers(self.key, path), encoded(body)))
        head = wire.read_head()
        if head.status == 503:
            raise http_client.incomplete("turned away")
        assert head.status == 200, f"{head.status}: {b''.join(wire.read_pieces(head))!r}"
        read = read_stream if stream else read_plain
        seen = read(wire, head)
        with self._lock:
            self.acknowledged.append((head.request_id, *seen))


def usage_numbers(usage):
    return usage.get("prompt_tokens", usage.get("input_tokens")), usage.get("completion_tokens", usage.get("output_tokens"))


def read_plain(wire, head):
    head.body = b"".join(wire.read_pieces(head))
    return usage_numbers(head.json()["usage"])


def read_stream(wire, head):
    """(input tokens, output tokens) of a stream that came with its terminator."""
    sent = got = None
    ended = False
    for name, data in http_client.events(wire.read_pieces(head)):
        if data == "[DONE]" or name == "message_stop":
            ended = True
            continue
        event = json.loads(data)
        usage = event.get("usage") or event.get("message", {}).get("usage")
        if usage:
            new_sent, new_got = usage_numbers(usage)
            sent, got = new_sent or sent, new_got or got
    assert ended, "the stream ended in good order, without its terminator"
    return sent, got


class kill(unittest.TestCase):
    def test_killed_at_random_it_loses_nothing_doubles_nothing_leaks_nothing(self):
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        dice = random.Random(SEED)
        with gateway(caps=FOREVER_CAPS) as stint:
            key = stint.create_key()
            clients = load(SEED)
            orphans = 0
            for _ in range(KILLS):
                target = clients.count() + dice.randint(1, ANSWERS_BETWEEN_KILLS_MAX)
                clients.start(stint.proxy, key)
                wait_until(lambda: clients.count() >= target or clients.wrong, "answers", 60)
                stint.kill()
                clients.pause()
                stint.start()
                self.assertEqual(stint.metric("stint_ledger_holds_active"), 0, "a hold leaked over the restart")
                orphans += stint.metric("stint_ledger_orphans_at_start")
            self.assertEqual(clients.wrong, [])
            before_rows, before_seen = check_books(stint, restarted=True), metric_sums(stint)
            target = clients.count() + 100
            clients.start(stint.proxy, key)
            wait_until(lambda: clients.count() >= target or clients.wrong, "answers after the last start", 60)
            clients.stop()
            self.assertEqual(clients.wrong, [])
            rows = check_books(stint, restarted=True)
            self.check_metrics(before_rows, before_seen, rows, metric_sums(stint))
            self.check_acknowledged(clients.acknowledged, rows)
            self.assertGreater(orphans, 0, "no kill ever caught a call in flight: the test proves nothing")
            print(f"{len(clients.acknowledged)} answers acknowledged, {len(rows)} rows, {round(orphans)} orphans")

    def check_metrics(self, before_rows, before_seen, rows, seen):
        """Since the last start: what the metrics grew by is what the rows grew by."""
        old = {row["id"] for row in before_rows}
        grown = row_sums([row for row in rows if row["id"] not in old])
        grown["rows"] = len(rows) - len(before_rows)
        for name, value in seen.items():
            self.assertEqual(value - before_seen[name], grown[name], f"metric {name}")

    def check_acknowledged(self, acknowledged, rows):
        by_id = {row["id"]: row for row in rows}
        self.assertEqual(len({call_id for call_id, _, _ in acknowledged}), len(acknowledged), "an id was given twice")
        lost = [call_id for call_id, _, _ in acknowledged if call_id not in by_id]
        self.assertEqual(lost, [], f"{len(lost)} acknowledged calls are not on the ledger")
        for call_id, sent, got in acknowledged:
            row = by_id[call_id]
            self.assertEqual(row["outcome"], "completed", row)
            self.assertEqual((tokens(row, INPUT_KINDS), tokens(row, OUTPUT_KINDS)), (sent, got), row)


if __name__ == "__main__":
    unittest.main()
