"""The client leaves. Mid-stream: the upstream is closed, and the call is settled at the prompt and at what was streamed, because
the provider bills that much. While it waits for an answer in one piece: the answer is awaited, and settled as billed.
SIGTERM: running calls end well, new ones are turned away."""

import json
import signal
import threading
import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import anthropic_body, background, call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, canned_answer, chunk, scripted_upstream, streamed_events
from wait import wait_until

WORDS = 5


def slow_provider(answer_may_come):
    """Streams WORDS words and then nothing until the gateway hangs up; answers in one piece only when it may."""

    def answer(wire, request):
        if not json.loads(request.body).get("stream"):
            answer_may_come.wait(60)
            wire.sendall(canned_answer(prompt_tokens=10, completion_tokens=5))
            return True
        wire.sendall(STREAM_HEAD + b"".join(map(chunk, streamed_events([" word"] * WORDS, done=False))))
        assert not wire.recv(1)
        raise ConnectionAbortedError("the gateway hung up")  # counted by the upstream

    return answer


class disconnect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.answer_may_come = threading.Event()
        cls.upstream = scripted_upstream(slow_provider(cls.answer_may_come))
        cls.addClassCleanup(cls.upstream.close)
        cls.stint = gateway(caps=FOREVER_CAPS, providers={"slow": cls.upstream.provider()})
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def tearDown(self):
        check_books(self.stint)

    def leave(self, body, path="/v1/chat/completions", after_events=0):
        """Sends a call and leaves after so many events; returns the id of the call when it was told."""
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", path, call_headers(self.key, path), encoded(body)))
            if not after_events:
                wait_until(lambda: not self.stint.idle(), "the call to be held")
                return None
            head = wire.read_head()
            events = http_client.events(wire.read_pieces(head))
            for _ in range(after_events):
                next(events)
            return head.request_id

    def row_of(self, call_id):
        self.stint.wait_until_idle()
        return next(row for row in self.stint.rows(20) if call_id in (None, row["id"]))

    def test_leaving_mid_stream_closes_the_upstream_and_charges_what_was_streamed(self):
        before = self.upstream.closed_by_peer
        call_id = self.leave(openai_body("Say it.", "gpt-4o", stream=True, max_tokens=1000), after_events=WORDS)
        wait_until(lambda: self.upstream.closed_by_peer > before, "the upstream's connection to be closed")
        row = self.row_of(call_id)
        self.assertEqual((row["outcome"], row["usage_source"]), ("client_gone", "counted"))
        self.assertIn("counted", row["flags"])
        self.assertEqual(row["usage"]["output_tokens"], WORDS)  # " word" is one token
        self.assertGreater(row["usage"]["input_tokens"], 0)
        self.assertGreater(row["cost_nanodollars"], 0)

    def test_leaving_while_waiting_is_settled_at_the_whole_answer(self):
        """A provider finishes and bills a call that does not stream, whoever left: its own figures are waited for."""
        self.leave(openai_body("Say it.", "gpt-4o", max_tokens=1000))
        self.answer_may_come.set()
        row = self.row_of(None)
        # Who was first, the answer or the sweep that notices a client's going, is chance; what is billed is not.
        self.assertIn(row["outcome"], ("client_gone", "completed"))
        self.assertEqual(row["usage_source"], "provider")
        self.assertEqual((row["usage"]["input_tokens"], row["usage"]["output_tokens"]), (10, 5))

    def test_leaving_the_simulated_provider_agrees_with_its_bill(self):
        """It ends when we half-close, and what it had sent by then is counted although nobody gets it."""
        for path, body in (
            ("/v1/chat/completions", openai_body(model="sim/gpt-4o?tokens=5000&delay_ms=2", stream=True)),
            ("/v1/messages", anthropic_body(model="sim/claude-sonnet-4-5?tokens=5000&delay_ms=2", max_tokens=8000, stream=True)),
        ):
            with self.subTest(path=path):
                row = self.row_of(self.leave(body, path, after_events=20))
                self.assertEqual(row["outcome"], "client_gone")
                self.assertGreater(row["usage"]["output_tokens"], 5)
                self.assertLess(row["usage"]["output_tokens"], 5000)
                billed = self.stint.bill()["calls"][row["id"]]["completion_tokens"]
                self.assertEqual(row["usage"]["output_tokens"], billed)


class termination(unittest.TestCase):
    def test_sigterm_lets_running_calls_finish_and_loses_nothing(self):
        with gateway(caps=FOREVER_CAPS) as stint:
            key = stint.create_key()
            started = threading.Barrier(5)

            def stream_to_the_end(path, body):
                with http_client.connection(stint.proxy) as wire:
                    wire.send(http_client.render("POST", path, call_headers(key, path), encoded(body)))
                    head = wire.read_head()
                    events = http_client.events(wire.read_pieces(head))
                    next(events)
                    started.wait(30)
                    return head.request_id, [name or data for name, data in events][-1]

            slow = "?tokens=60&delay_ms=20"
            running = [
                background(stream_to_the_end, path, body)
                for path, body in (
                    ("/v1/chat/completions", openai_body(model="sim/gpt-4o" + slow, stream=True)),
                    ("/v1/messages", anthropic_body(model="sim/claude-sonnet-4-5" + slow, max_tokens=100, stream=True)),
                )
                for _ in range(2)
            ]
            started.wait(30)
            stint.process.send_signal(signal.SIGTERM)
            wait_until(lambda: self.turned_away(stint, key), "new connections to be turned away")
            endings = [one.result() for one in running]
            self.assertEqual([last for _, last in endings], ["[DONE]", "[DONE]", "message_stop", "message_stop"])
            self.assertEqual(stint.process.wait(60), 0, stint.log_text())
            stint.start()
            rows = {row["id"]: row for row in check_books(stint, restarted=True)}
            for call_id, _ in endings:
                self.assertEqual(rows[call_id]["outcome"], "completed")
                self.assertEqual(rows[call_id]["usage"]["output_tokens"], 60)

    def turned_away(self, stint, key):
        try:
            return stint.chat(key, openai_body(), timeout_s=2).status == 503
        except (OSError, http_client.incomplete):
            return True

    def test_calls_beyond_the_drain_deadline_are_cut_and_settled(self):
        with gateway(caps=FOREVER_CAPS, limits={"drain_timeout": "300ms"}) as stint:
            key = stint.create_key()
            with http_client.connection(stint.proxy) as wire:
                body = encoded(openai_body(model="sim/gpt-4o?tokens=1000&delay_ms=100", stream=True))
                wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(key), body))
                head = wire.read_head()
                next(wire.read_pieces(head))
                self.assertEqual(stint.terminate(20), 0, stint.log_text())
            stint.start()
            row = next(row for row in check_books(stint, restarted=True) if row["id"] == head.request_id)
            self.assertGreater(row["usage"]["input_tokens"], 0)
            self.assertIn("counted", row["flags"])
            self.assertNotIn("orphaned", row["flags"], "a planned stop must settle, not abandon")


if __name__ == "__main__":
    unittest.main()
