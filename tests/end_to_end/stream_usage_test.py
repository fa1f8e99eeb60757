"""Servers that refuse a call for stream_options, which the gateway puts into streams to learn what they use: the call is sent
once more without it, the client notices nothing, the output is counted here, and the field is not sent again."""

import json
import threading
import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import call_headers, encoded, gateway, openai_body
from scripted_upstream import scripted_upstream, streamed_answer, streamed_events, with_length
from wait import wait_until

WORDS = ["one", " two", " three", " four"]
REFUSAL = json.dumps({"error": {"message": "Unrecognized request argument supplied: stream_options"}}).encode()
UNRELATED = json.dumps({"error": {"message": "no such model"}}).encode()


class stream_usage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = scripted_upstream(cls.answer)
        cls.refusal = ("422 Unprocessable Entity", REFUSAL)
        cls.stint = gateway(caps=FOREVER_CAPS, providers={
            "asked": cls.upstream.provider(models=["gpt-4o*", "gpt-5*"]),
            "unasked": cls.upstream.provider(models=["gpt-4.1*"], stream_usage="never"),
        })
        cls.stint.__enter__()
        cls.addClassCleanup(cls.upstream.close)
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    # What every call is refused with, or "echo": with what it sent.
    always_refused = None
    thinks_s = 0  # before it refuses

    @classmethod
    def answer(cls, wire, request):
        if cls.always_refused == "echo":
            mistake = {"loc": ["body", "top_p"], "msg": "too much", "input": json.loads(request.body)}
            wire.sendall(with_length(json.dumps({"detail": [mistake]}).encode(), "422 Unprocessable Entity"))
        elif cls.always_refused:
            wire.sendall(with_length(cls.always_refused[1], cls.always_refused[0]))
        elif "stream_options" in json.loads(request.body):
            threading.Event().wait(cls.thinks_s)
            wire.sendall(with_length(cls.refusal[1], cls.refusal[0]))
        else:
            wire.sendall(streamed_answer(streamed_events(WORDS)))
        return True

    def stream(self, model, headers=(), **more):
        """(status, text of the answer, the bodies that the upstream saw)."""
        before = len(self.upstream.requests)
        body = openai_body(model=model, stream=True, max_tokens=50, **more)
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key, more=headers), encoded(body)))
            answer = wire.read_answer()
        return answer, [json.loads(request.body) for request in self.upstream.requests[before:]]

    def test_a_refusal_is_met_once_and_remembered(self):
        answer, seen = self.stream("gpt-4o")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn(b" four", answer.body)
        self.assertEqual(["stream_options" in body for body in seen], [True, False])
        self.assertEqual(seen[1], openai_body(model="gpt-4o", stream=True, max_tokens=50))
        answer, seen = self.stream("gpt-4o")
        self.assertEqual(answer.status, 200)
        self.assertEqual(["stream_options" in body for body in seen], [False])
        rows = [row for row in check_books(self.stint) if row["model"] == "gpt-4o"]
        self.assertEqual([row["usage_source"] for row in rows], ["counted", "counted"])
        # Another model of the provider may know the field.
        _, seen = self.stream("gpt-4o-mini")
        self.assertEqual(["stream_options" in body for body in seen], [True, False])

    def test_who_refuses_the_second_try_too_is_asked_again(self):
        """One client's bad request turned usage off for every tenant, until a restart."""
        model = "gpt-4o-2024-05-13"
        named = json.dumps({"error": {"message": "top_p and stream_options are not understood"}}).encode()
        type(self).always_refused = ("422 Unprocessable Entity", named)
        try:
            answer, seen = self.stream(model, top_p=7)
        finally:
            type(self).always_refused = None
        self.assertEqual((answer.status, answer.body), (422, named))
        self.assertEqual(["stream_options" in body for body in seen], [True, False])
        _, seen = self.stream(model)
        self.assertEqual(["stream_options" in body for body in seen], [True, False])

    def test_an_echo_of_the_body_names_nothing(self):
        model = "gpt-5-mini"
        type(self).always_refused = "echo"
        try:
            answer, seen = self.stream(model, top_p=7)
        finally:
            type(self).always_refused = None
        self.assertEqual((answer.status, len(seen)), (422, 1))
        _, seen = self.stream(model)
        self.assertIn("stream_options", seen[0])

    def test_another_body_goes_without_the_key_of_the_first(self):
        before = len(self.upstream.requests)
        answer, seen = self.stream("gpt-5-nano", headers={"Idempotency-Key": "once", "X-Title": "t"})
        self.assertEqual((answer.status, len(seen)), (200, 2))
        fields = [request.fields() for request in self.upstream.requests[before:]]
        self.assertEqual([each.get("idempotency-key") for each in fields], ["once", None])
        self.assertEqual([each.get("x-title") for each in fields], ["t", "t"])

    def test_what_a_provider_takes_to_refuse_is_not_our_overhead(self):
        def overhead(part):
            return self.stint.metric(f"stint_overhead_seconds_{part}")
        self.stint.wait_until_idle()
        calls, before = overhead("count"), overhead("sum")
        type(self).thinks_s = 0.5
        try:
            answer, seen = self.stream("gpt-5")
        finally:
            type(self).thinks_s = 0
        self.assertEqual((answer.status, len(seen)), (200, 2))
        wait_until(lambda: overhead("count") > calls, "the call to be observed")
        self.assertLess(overhead("sum") - before, 0.4)

    def test_what_the_client_asked_for_itself_is_its_own_affair(self):
        answer, seen = self.stream("gpt-4o-2024-08-06", stream_options={"include_usage": True})
        self.assertEqual((answer.status, len(seen)), (422, 1))

    def test_another_refusal_is_passed_on(self):
        type(self).refusal = ("400 Bad Request", UNRELATED)
        try:
            answer, seen = self.stream("gpt-4o-2024-11-20")
        finally:
            type(self).refusal = ("422 Unprocessable Entity", REFUSAL)
        self.assertEqual((answer.status, answer.body, len(seen)), (400, UNRELATED, 1))

    def test_a_provider_that_is_never_asked_is_never_asked(self):
        answer, seen = self.stream("gpt-4.1")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(["stream_options" in body for body in seen], [False])
        answer, seen = self.stream("gpt-4.1", stream_options={"include_usage": True})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(seen, [openai_body(model="gpt-4.1", stream=True, max_tokens=50)])


if __name__ == "__main__":
    unittest.main()
