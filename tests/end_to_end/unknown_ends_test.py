"""Ends that nobody saw, by the bill of a provider that keeps its own: time-outs, resets, garbled heads, clients that leave a
reasoning model, kills and stops. Each is done again and again until the cap of 20,000 tokens says no; the provider must not
have billed more than the cap, and what was charged beyond its bill is printed."""

import json
import signal
import statistics
import threading
import time
import unittest

import http_client
from books import FOREVER_CAPS, check_books, tokens, INPUT_KINDS, OUTPUT_KINDS
from gateway_process import background, call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, canned_answer, chunk, scripted_upstream, streamed_events
from wait import PATIENCE, wait_until

CAP = 20_000
TEXT = "Say hello."
PROMPT_TOKENS = 10  # of TEXT as a message: three of its own, seven of framing
MAX_TOKENS = 500
REASONED_A_SECOND = 2_000
CLIENTS = 4
CAPS = [*FOREVER_CAPS, {"name": "tenant", "per": ["tenant"], "window": "forever", "unit": "tokens", "limit": CAP}]


class billing_provider:
    """Bills every call that it takes on: what does not stream, whole and whoever listens; a reasoning stream, until it notices
    that its client hung up."""

    def __init__(self):
        self.billed = []  # tokens of each call
        self.how = "answers"
        self.may_end = threading.Event()
        self._lock = threading.Lock()
        self.upstream = scripted_upstream(self.answer)

    def total(self):
        with self._lock:
            return sum(self.billed)

    def bill(self, output_tokens):
        with self._lock:
            self.billed.append(PROMPT_TOKENS + output_tokens)

    def answer(self, wire, request):
        body = json.loads(request.body)
        if body.get("stream"):
            return self.reason(wire, body)
        bound = body["max_tokens"]
        self.bill(bound)
        if self.how == "says nothing":
            while wire.recv(4096):
                pass
        elif self.how == "garbles its head":
            wire.sendall(b"HTTP/9.9 yes\r\n\r\n")
        elif self.how == "answers late":
            self.may_end.wait(60)
        elif self.how == "breaks off":
            wire.sendall(canned_answer(PROMPT_TOKENS, bound)[:150])
        elif self.how == "answers":
            wire.sendall(canned_answer(PROMPT_TOKENS, bound))
            return True
        return False

    def reason(self, wire, body):
        """Generates unseen, REASONED_A_SECOND, and notices within a hundredth of a second that its client is gone."""
        began, bound = time.monotonic(), body["max_completion_tokens"]
        made, gone = 0, False
        wire.settimeout(0.01)
        while made < bound and not gone:
            try:
                gone = not wire.recv(1)
            except TimeoutError:
                pass
            made = min(bound, int((time.monotonic() - began) * REASONED_A_SECOND))
        wire.settimeout(None)
        self.bill(made)
        if gone:
            return False
        usage = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": made, "total_tokens": PROMPT_TOKENS + made,
                 "completion_tokens_details": {"reasoning_tokens": made}}
        wire.sendall(STREAM_HEAD + b"".join(map(chunk, streamed_events([], usage))) + chunk(b""))
        return True


class unknown_ends(unittest.TestCase):
    def setUp(self):
        self.provider = billing_provider()
        self.addCleanup(self.provider.upstream.close)

    def start(self, **settings):
        timeouts = {"first_byte": "200ms", **settings.pop("timeouts", {})}
        provider = self.provider.upstream.provider(models=["gpt-*", "o3"], timeouts=timeouts)
        self.stint = gateway(caps=CAPS, providers={"billing": provider}, admission={"wait": "0ms"}, **settings)
        self.stint.__enter__()
        self.addCleanup(self.stint.__exit__, None, None, None)
        self.key = self.stint.create_key()

    def plain(self):
        return self.stint.chat(self.key, openai_body(TEXT, "gpt-4o", max_tokens=MAX_TOKENS))

    def spend(self, call):
        """CLIENTS at a time, until the cap is spent; the answers that were no refusals."""
        answers = []

        def client():
            for _ in range(CAP // PROMPT_TOKENS):
                answer = call()
                if answer.status == 429:
                    if answer.json()["error"]["code"] == "budget_exceeded":
                        return
                    threading.Event().wait(0.01)  # only what others hold is in the way
                    continue
                answers.append(answer.status)
            raise AssertionError("the cap never said no")

        for each in [background(client) for _ in range(CLIENTS)]:
            each.result()
        return answers

    def check(self, way, restarted=False):
        rows = check_books(self.stint, restarted=restarted)
        charged = sum(tokens(row, INPUT_KINDS) + tokens(row, OUTPUT_KINDS) for row in rows)
        billed = self.provider.total()
        print(f"{way}: billed {billed:,} of {CAP:,} ({billed / CAP - 1:+.1%}), charged {charged:,} ({charged / billed:.2f} of it)")
        self.assertLessEqual(billed, CAP, f"{way}: the provider billed more than the cap")
        self.assertGreaterEqual(charged, billed, f"{way}: tokens that were billed are missing")
        return [row for row in rows if "unknown" in row["flags"]]

    def test_answers_that_never_came_are_not_refunded(self):
        for how, status in (("says nothing", 504), ("goes", 502), ("garbles its head", 502), ("breaks off", 502)):
            self.provider = billing_provider()
            self.addCleanup(self.provider.upstream.close)
            self.provider.how = how
            self.start()
            with self.subTest(how=how):
                answers = self.spend(self.plain)
                self.assertEqual(set(answers), {status})
                unknown = self.check(f"a provider that {how}")
                self.assertEqual(len(unknown), len(answers))
                self.assertEqual(self.stint.metric("stint_flagged_calls_total", flag="unknown"), len(answers))

    def leave_while_it_thinks(self):
        body = openai_body(TEXT, "o3", stream=True, max_completion_tokens=2_000)
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), encoded(body)))
            wire.socket.settimeout(0.1 * PATIENCE)
            try:
                return wire.read_answer()  # a refusal
            except TimeoutError:
                return http_client.answer(200, {}, b"")

    def test_clients_that_leave_a_model_while_it_thinks_spend_what_it_bills(self):
        self.start(timeouts={"first_byte": "20s"})
        taught = self.stint.chat(self.stint.create_key(tenant="teacher"),
                                 openai_body(TEXT, "o3", stream=True, max_completion_tokens=1_000))
        self.assertEqual(taught.status, 200)
        self.provider.billed.clear()
        self.spend(self.leave_while_it_thinks)
        rows = [row for row in check_books(self.stint) if row["tenant"] == "acme"]
        self.stint.wait_until_idle()
        wait_until(lambda: len(self.provider.billed) == len(rows), "the provider to bill every call")
        billed = self.provider.total()
        charged = sum(tokens(row, INPUT_KINDS) + tokens(row, OUTPUT_KINDS) for row in rows)
        ratio = charged / billed
        print(f"abandoned reasoning: billed {billed:,} ({billed / CAP - 1:+.1%}), charged {charged:,} ({ratio:.2f} of it), "
              f"median {statistics.median(tokens(row, OUTPUT_KINDS) for row in rows)} a call")
        self.assertLessEqual(billed, CAP)
        self.assertLess(ratio, 2)
        for row in rows:  # one whose bound was lowered may have ended before its client left
            self.assertTrue("unknown" in row["flags"] or row["usage_source"] == "provider", row)
        self.assertIn("unknown", rows[-1]["flags"])

    def end_with_calls_in_flight(self, end):
        self.provider.how = "answers late"
        for _ in range(CAP):
            before = len(self.provider.upstream.requests)
            calling = [background(self.ignored) for _ in range(CLIENTS)]
            wait_until(lambda: len(self.provider.upstream.requests) > before or all(self.done(each) for each in calling),
                       "calls to be forwarded, or refused")
            if len(self.provider.upstream.requests) == before:
                return
            end()
            for each in calling:
                each.result()
            self.stint.start()
        raise AssertionError("the cap never said no")

    @staticmethod
    def done(each):
        return not each._thread.is_alive()

    def ignored(self):
        try:
            self.plain()
        except (OSError, http_client.incomplete):
            pass  # the gateway is gone

    def test_calls_in_flight_when_the_gateway_is_killed_are_not_refunded(self):
        self.start(timeouts={"first_byte": "20s"})
        self.end_with_calls_in_flight(self.stint.kill)
        for row in self.check("killed", restarted=True):
            self.assertEqual((row["outcome"], row["usage_source"]), ("orphaned", "orphaned"))

    def test_calls_in_flight_when_the_gateway_stops_are_not_refunded(self):
        self.start(timeouts={"first_byte": "20s"}, limits={"drain_timeout": "100ms"})

        def stop():
            self.stint.process.send_signal(signal.SIGTERM)
            self.stint.process.wait(30 * PATIENCE)

        self.end_with_calls_in_flight(stop)
        self.assertTrue(self.check("stopped", restarted=True))

    def test_who_prefers_the_other_mistake_is_refunded(self):
        self.provider.how = "says nothing"
        self.start()
        self.stint.terminate()
        self.stint.configure(admission={"wait": "0ms", "unknown_calls": "prompt"})
        self.stint.start()
        answer = self.plain()
        self.assertEqual(answer.status, 504)
        row = check_books(self.stint)[0]
        self.assertIn("unknown", row["flags"])
        self.assertEqual((tokens(row, INPUT_KINDS), tokens(row, OUTPUT_KINDS)), (PROMPT_TOKENS, 0))


if __name__ == "__main__":
    unittest.main()
