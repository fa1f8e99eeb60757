"""Holds that fit: a stream holds what calls like it mostly need and more as its tokens arrive; a call that does not fit whole is
lowered to what is left and says so; where only others' holds stand in the way it waits in line. What is charged is compared with
the provider's own bill."""

import json
import threading
import unittest

import http_client
from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import anthropic_body, background, call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, canned_answer, chunk, scripted_upstream, streamed_events
from wait import wait_until

LIMIT = 100
FEATURES = [f"small-{n}" for n in range(20)]


def held(stint, cap):
    return next((one["held"] for one in stint.caps() if one["cap"] == cap), 0)


class one_gateway(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.stint = gateway(
            caps=[
                *FOREVER_CAPS,
                {"name": "small", "match": {"feature": "small-*"}, "per": ["feature"], "window": "day", "unit": "tokens",
                 "limit": LIMIT},
            ],
            **cls.settings,
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key(features=["chat", *FEATURES])

    def tearDown(self):
        check_bill(self.stint, check_books(self.stint))

    def call(self, body, feature="chat", path="/v1/chat/completions", key=None):
        return self.stint.chat(key or self.key, body, {"x-stint-feature": feature}, path)

    def row_of(self, answer):
        self.stint.wait_until_idle()
        return next(row for row in self.stint.rows(50) if row["id"] == answer.request_id)

    def forwarded(self):
        """The body of the last call as the simulated provider got it."""
        last = http_client.request(self.stint.simulated, "GET", "/simulate/last").json()
        return json.loads(last["body"])


class lowered(one_gateway):
    """Each test has a cap of its own: one feature each."""

    def test_a_call_that_does_not_fit_whole_is_lowered_and_says_so(self):
        for feature, more, field in (
            ("small-0", {"max_tokens": 1000}, "max_tokens"),
            ("small-1", {"max_completion_tokens": 1000}, "max_completion_tokens"),
            ("small-2", {}, "max_completion_tokens"),
        ):
            with self.subTest(field=field, more=more):
                answer = self.call(openai_body(model="sim/gpt-4o?tokens=500", **more), feature)
                self.assertEqual(answer.status, 200, answer.body)
                usage = answer.json()["usage"]
                limit = LIMIT - usage["prompt_tokens"]
                self.assertEqual(answer.headers["x-stint-output-limit"], str(limit))
                self.assertEqual(usage["completion_tokens"], limit)
                self.assertEqual(answer.json()["choices"][0]["finish_reason"], "length")
                self.assertEqual(self.forwarded()[field], limit)
                self.assertEqual(self.row_of(answer)["held"]["output_tokens"], limit)
                spent = self.call(openai_body(model="sim/gpt-4o?tokens=5", max_tokens=20), feature)
                self.assertEqual((spent.status, spent.headers["x-should-retry"]), (429, "false"))
                self.assertEqual(spent.json()["error"]["code"], "budget_exceeded")

    def test_every_choice_gets_its_share(self):
        answer = self.call(openai_body(model="sim/gpt-4o?tokens=500", max_tokens=1000, n=3), "small-3")
        self.assertEqual(answer.status, 200, answer.body)
        usage = answer.json()["usage"]
        each = (LIMIT - usage["prompt_tokens"]) // 3
        self.assertEqual(answer.headers["x-stint-output-limit"], str(each))
        self.assertEqual((usage["completion_tokens"], self.forwarded()["max_tokens"]), (3 * each, each))

    def test_anthropic_is_lowered_too_and_so_is_a_stream(self):
        answer = self.call(anthropic_body(model="sim/claude-sonnet-4-5?tokens=500", max_tokens=1000), "small-4", "/v1/messages")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json()["stop_reason"], "max_tokens")
        self.assertEqual(answer.headers["x-stint-output-limit"], str(answer.json()["usage"]["output_tokens"]))
        body = openai_body(model="sim/gpt-4o?tokens=500", max_tokens=1000, stream=True)
        streamed = self.call(body, "small-5")
        row = self.row_of(streamed)
        self.assertEqual(streamed.headers["x-stint-output-limit"], str(row["usage"]["output_tokens"]))
        self.assertEqual((row["outcome"], row["usage_source"]), ("completed", "provider"))

    def test_thinking_is_not_lowered_below_its_budget(self):
        body = anthropic_body(max_tokens=1000, thinking={"type": "enabled", "budget_tokens": 90})
        answer = self.call(body, "small-6", "/v1/messages")
        self.assertEqual((answer.status, answer.headers["x-should-retry"]), (429, "false"), answer.body)

    def test_a_call_that_fits_is_left_alone(self):
        answer = self.call(openai_body(max_tokens=50), "small-7")
        self.assertNotIn("x-stint-output-limit", answer.headers)
        self.assertEqual(self.forwarded()["max_tokens"], 50)


class learned(one_gateway):
    settings = {"admission": {"first_output_tokens": 40, "stream_margin_tokens": 8}}

    def stream(self, model, max_tokens, while_running):
        """Streams a call, does something after its first event, and reads on; the head and the data of the last event."""
        with http_client.connection(self.stint.proxy) as wire:
            body = encoded(openai_body(model=model, max_tokens=max_tokens, stream=True))
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
            head = wire.read_head()
            events = http_client.events(wire.read_pieces(head))
            next(events)
            while_running()
            return head, [data for _, data in events][-1]

    def teach(self, *models):
        """How much of a stream comes at once must be known before one holds less than its bound."""
        for model in models:
            self.stream(f"{model}?tokens=300&delay_ms=4", 300, lambda: None)
            self.stint.wait_until_idle()

    def test_the_first_stream_of_a_model_holds_its_bound(self):
        seen = []
        for tokens in (5, 300, 5):  # one too short to show how much comes at once, one that does
            self.stream(f"sim/gpt-4.1-mini?tokens={tokens}&delay_ms=4", 5000,
                        lambda: seen.append(held(self.stint, "all-output-tokens")))
            self.stint.wait_until_idle()
        self.assertEqual(seen[:2], [5000, 5000])
        self.assertLess(seen[2], 1000)

    def test_a_stream_holds_less_than_its_bound_and_is_extended_as_it_grows(self):
        self.teach("sim/gpt-4o")
        seen = []
        head, last = self.stream("sim/gpt-4o?tokens=300&delay_ms=2", 5000,
                                 lambda: seen.append(held(self.stint, "all-output-tokens")))
        self.assertLess(seen[0], 1000)
        self.assertEqual(last, "[DONE]")
        row = self.row_of(head)
        self.assertEqual((row["outcome"], row["usage"]["output_tokens"]), ("completed", 300))
        self.assertGreaterEqual(row["held"]["output_tokens"], 300)
        self.assertLess(row["held"]["output_tokens"], 5000)

    def test_hidden_reasoning_holds_the_bound_from_the_start(self):
        self.teach("sim/o4-mini", "sim/gpt-4o")
        seen = []
        for model in ("sim/o4-mini?tokens=5&delay_ms=20&reasoning=100", "sim/gpt-4o?tokens=5&delay_ms=20"):
            self.stream(model, 5000, lambda: seen.append(held(self.stint, "all-output-tokens")))
        self.assertEqual(seen[0], 5000)
        self.assertLess(seen[1], 1000)

    def test_reasoning_that_nobody_told_of_is_learnt_from_the_bill(self):
        self.teach("sim/gpt-4.1")
        seen = []
        for _ in range(2):
            self.stream("sim/gpt-4.1?tokens=5&delay_ms=20&reasoning=400", 5000,
                        lambda: seen.append(held(self.stint, "all-output-tokens")))
            self.stint.wait_until_idle()
        self.assertLess(seen[0], 1000)
        self.assertEqual(seen[1], 5000)

    def test_what_was_learnt_is_held_and_outlives_the_process(self):
        self.teach("sim/gpt-4o-mini")
        key = self.stint.create_key(tenant="steady")

        def one():
            body = openai_body(model="sim/gpt-4o-mini?tokens=3&delay_ms=300", max_tokens=5000, stream=True)
            return self.call(body, key=key)

        new = self.row_of(one())["held"]["output_tokens"]
        for calls in [background(one) for _ in range(40)]:
            self.assertEqual(calls.result().status, 200)
        before = self.row_of(one())["held"]["output_tokens"]
        self.assertLess(before, new)
        check_books(self.stint)
        self.stint.restart()
        self.tearDown = lambda: check_books(self.stint, restarted=True)
        self.assertLessEqual(self.row_of(one())["held"]["output_tokens"], before)  # each call teaches a little more


class held_whole(one_gateway):
    settings = {"admission": {"output_holds": "bound", "first_output_tokens": 40}}

    def test_a_stream_may_be_told_to_hold_its_bound(self):
        answer = self.call(openai_body(model="sim/gpt-4o?tokens=300", max_tokens=500, stream=True))
        row = self.row_of(answer)
        self.assertEqual((row["held"]["output_tokens"], row["usage"]["output_tokens"]), (500, 300))


class gated_provider:
    """Answers a call when it is let."""

    def __init__(self):
        self.may_answer = threading.Semaphore(0)
        self.upstream = scripted_upstream(self.answer)

    def answer(self, wire, _):
        self.may_answer.acquire(timeout=60)
        wire.sendall(canned_answer(10, 5))
        return True


class stubborn_provider:
    """Streams five words, and takes no notice of a gateway that half-closes."""

    WORDS = 5

    def __init__(self):
        self.may_end = threading.Event()
        self.upstream = scripted_upstream(self.answer)

    def answer(self, wire, _):
        wire.sendall(STREAM_HEAD + b"".join(map(chunk, streamed_events([" word"] * self.WORDS, done=False))))
        self.may_end.wait(60)
        return False


class left_alone(unittest.TestCase):
    MARGIN = 32  # admission.stream_margin_tokens; nothing came faster

    def leave(self, max_tokens):
        """What is charged to a stream that is left after its last word."""
        provider = stubborn_provider()
        self.addCleanup(provider.upstream.close)
        with gateway(caps=FOREVER_CAPS, providers={"stubborn": provider.upstream.provider()}) as stint:
            key = stint.create_key()
            with http_client.connection(stint.proxy) as wire:
                body = encoded(openai_body("Say it.", "gpt-4o", stream=True, max_tokens=max_tokens))
                wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(key), body))
                events = http_client.events(wire.read_pieces(wire.read_head()))
                for _ in range(provider.WORDS):
                    next(events)
            stint.wait_until_idle()
            provider.may_end.set()
            return check_books(stint)[0]

    def test_a_provider_that_does_not_end_is_charged_what_it_may_have_generated(self):
        row = self.leave(max_tokens=1000)
        self.assertEqual((row["outcome"], row["usage_source"]), ("client_gone", "counted"))
        self.assertEqual(row["usage"]["output_tokens"], stubborn_provider.WORDS + self.MARGIN)

    def test_but_never_more_than_the_call_was_allowed(self):
        self.assertEqual(self.leave(max_tokens=20)["usage"]["output_tokens"], 20)


class heedless_provider:
    """Streams so many words, whatever bound it was told, or until the gateway hangs up."""

    def __init__(self, words):
        self.words = words
        self.sent = 0
        self.hung_up = threading.Event()
        self.upstream = scripted_upstream(self.answer)

    def answer(self, wire, _):
        wire.sendall(STREAM_HEAD)
        wire.settimeout(0.005)
        [word] = streamed_events([" word"], done=False)
        while self.sent < self.words:
            wire.sendall(chunk(word))
            self.sent += 1
            try:
                if not wire.recv(1):
                    self.hung_up.set()
                    return False
            except TimeoutError:
                pass
        wire.settimeout(None)
        usage = {"prompt_tokens": 10, "completion_tokens": self.sent, "total_tokens": 10 + self.sent}
        wire.sendall(b"".join(map(chunk, streamed_events([], usage))) + chunk(b""))
        return False


class beyond_the_bound(unittest.TestCase):
    def ask(self, words, caps=(), **more):
        """(the provider, the answer, its row) of a stream of so many words whose max_tokens is 50."""
        provider = heedless_provider(words)
        self.addCleanup(provider.upstream.close)
        with gateway(caps=[*FOREVER_CAPS, *caps], providers={"heedless": provider.upstream.provider()}) as stint:
            key = stint.create_key()
            answer = stint.chat(key, openai_body("Say it.", "gpt-4o", stream=True, max_tokens=50, **more))
            self.assertEqual(answer.status, 200)
            stint.wait_until_idle()
            return provider, answer, check_books(stint)[0]

    def test_a_provider_that_takes_no_notice_of_max_tokens_is_held_further_while_the_caps_have_room(self):
        provider, answer, row = self.ask(words=400)
        self.assertEqual(row["outcome"], "completed")
        self.assertEqual(provider.sent, 400)
        self.assertEqual(row["usage"]["output_tokens"], 400)
        self.assertGreaterEqual(row["held"]["output_tokens"], 400)
        self.assertNotIn("over_hold", row["flags"])
        self.assertTrue(answer.body.endswith(b"data: [DONE]\n\n"), answer.body[-100:])

    def check_cut(self, cap, most):
        provider, answer, row = self.ask(words=2_000, caps=[cap])
        self.assertTrue(provider.hung_up.wait(30), "the provider was not stopped")
        self.assertEqual(row["outcome"], "cut")
        self.assertGreaterEqual(row["usage"]["output_tokens"], 50)
        self.assertLessEqual(row["held"]["output_tokens"], most)
        self.assertLess(provider.sent, most)
        self.assertIn(b'"finish_reason":"length"', answer.body)
        self.assertTrue(answer.body.endswith(b"data: [DONE]\n\n"), answer.body[-100:])

    def test_and_is_cut_where_a_cap_has_none(self):
        self.check_cut({"name": "narrow", "window": "forever", "unit": "output_tokens", "limit": 300}, 300)

    def test_and_where_a_cap_of_each_call_is_reached(self):
        self.check_cut({"name": "runaway", "window": "request", "unit": "output_tokens", "limit": 300}, 300)

    def test_a_bound_that_we_lowered_is_kept(self):
        self.check_cut({"name": "runaway", "window": "request", "unit": "output_tokens", "limit": 49}, 200)


class bulky_provider:
    """Streams a word every fiftieth of a second, each in an event so large that soon no buffer takes another; then it waits for
    the gateway to half-close. A call that does not stream is answered at the end."""

    WORDS = 40
    SHOWN = 64

    def __init__(self):
        self.half_closed = threading.Event()
        self.may_answer = threading.Event()
        self.upstream = scripted_upstream(self.answer)

    def answer(self, wire, request):
        if not json.loads(request.body).get("stream"):
            self.may_answer.wait(60)
            wire.sendall(canned_answer(10, 5))
            return True
        wire.sendall(STREAM_HEAD)
        if json.loads(request.body)["max_tokens"] == self.SHOWN:  # shows how much of a stream comes at once
            usage = {"prompt_tokens": 10, "completion_tokens": self.SHOWN, "total_tokens": 10 + self.SHOWN}
            for event in streamed_events([" word"] * self.SHOWN, usage):
                wire.sendall(chunk(event))
                self.half_closed.wait(0.02)
            wire.sendall(chunk(b""))
            return True
        for event in streamed_events([" word"] * self.WORDS, done=False):
            wire.sendall(chunk(event.replace(b'{"id"', b'{"padding": "%s", "id"' % (b"x" * 200_000), 1)))
            self.half_closed.wait(0.02)
        if not wire.recv(1):
            self.half_closed.set()
        return False


class slow_client(unittest.TestCase):
    def test_a_provider_is_stopped_when_a_client_that_reads_nothing_may_cost_more_than_is_held(self):
        provider = bulky_provider()
        self.addCleanup(provider.upstream.close)
        caps = [*FOREVER_CAPS, {"name": "both", "window": "day", "unit": "tokens", "limit": 1000}]
        settings = {"providers": {"bulky": provider.upstream.provider()}, "admission": {"first_output_tokens": 40}}
        with gateway(caps=caps, **settings) as stint:
            key = stint.create_key()
            shown = openai_body("Say it.", "gpt-4o", stream=True, max_tokens=provider.SHOWN)
            self.assertEqual(stint.chat(key, shown).status, 200)
            stint.wait_until_idle()
            with http_client.connection(stint.proxy) as wire:
                body = encoded(openai_body("Say it.", "gpt-4o", stream=True, max_tokens=500))
                wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(key), body))
                head = wire.read_head()
                rest = background(stint.chat, key, openai_body("Say it.", "gpt-4o", max_tokens=700))
                wait_until(lambda: len(provider.upstream.requests) == 3, "the rest of the cap to be held")
                self.assertTrue(provider.half_closed.wait(30), "the provider was not stopped")
                events = [data for _, data in http_client.events(wire.read_pieces(head))]
            provider.may_answer.set()
            self.assertEqual(rest.result().status, 200)
            self.assertEqual(events[-1], "[DONE]")
            self.assertEqual(json.loads(events[-2])["choices"][0]["finish_reason"], "length")
            row = next(row for row in check_books(stint) if row["streaming"])
            self.assertEqual(row["outcome"], "cut")
            self.assertLessEqual(row["usage"]["output_tokens"], row["held"]["output_tokens"])


class in_line(unittest.TestCase):
    """One call fits at a time."""

    BODY = openai_body("Say it.", "gpt-4o", max_tokens=80)

    def begin(self, **admission):
        self.provider = gated_provider()
        self.addCleanup(self.provider.upstream.close)
        caps = [*FOREVER_CAPS, {"name": "one", "window": "day", "unit": "tokens", "limit": 150}]
        self.stint = gateway(caps=caps, providers={"gated": self.provider.upstream.provider()}, admission=admission,
                             limits={"drain_timeout": "100ms"})
        self.stint.__enter__()
        self.addCleanup(self.stint.__exit__, None, None, None)
        self.key = self.stint.create_key()
        self.first = background(self.stint.chat, self.key, self.BODY)
        wait_until(lambda: self.asked() == 1, "the first call to be forwarded")

    def asked(self):
        return len(self.provider.upstream.requests)

    def test_a_call_waits_for_the_one_before_it(self):
        self.begin(wait="30s")
        second = background(self.stint.chat, self.key, self.BODY)
        with self.assertRaises(AssertionError):
            second.result(0.3)
        self.assertEqual(self.asked(), 1)
        self.provider.may_answer.release(2)
        self.assertEqual((self.first.result().status, second.result().status), (200, 200))
        self.assertEqual(len(check_books(self.stint)), 2)

    def test_a_client_that_leaves_the_line_is_never_forwarded(self):
        self.begin(wait="30s")
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), encoded(self.BODY)))
            third = background(self.stint.chat, self.key, self.BODY)
            with self.assertRaises(AssertionError):
                third.result(0.3)
        self.provider.may_answer.release(2)
        self.assertEqual((self.first.result().status, third.result().status), (200, 200))
        check_books(self.stint)
        self.assertEqual(self.asked(), 2)

    def test_after_its_patience_it_is_told_to_try_again(self):
        self.begin(wait="100ms")
        busy = self.stint.chat(self.key, self.BODY)
        self.assertEqual((busy.status, busy.headers["x-should-retry"]), (429, "true"), busy.body)
        self.assertEqual(busy.json()["error"]["code"], "budget_busy")
        self.assertGreaterEqual(int(busy.headers["retry-after"]), 1)
        self.provider.may_answer.release()
        self.assertEqual(self.first.result().status, 200)
        check_books(self.stint)

    def test_a_stop_does_not_wait_for_those_in_line(self):
        self.begin(wait="10m")
        second = background(self.cut_off, self.stint.chat, self.key, self.BODY)
        with self.assertRaises(AssertionError):
            second.result(0.3)
        self.assertEqual(self.stint.terminate(45), 0)
        second.result()
        self.cut_off(self.first.result)
        self.assertEqual(self.asked(), 1)
        self.stint.start()
        check_books(self.stint, restarted=True)

    def cut_off(self, call, *arguments):
        try:
            call(*arguments)
        except (OSError, http_client.incomplete):
            pass  # the gateway stopped


if __name__ == "__main__":
    unittest.main()
