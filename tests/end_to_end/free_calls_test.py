"""Calls that cost nothing: each reaches the provider of the model that it names, counts against caps of requests alone, and is
on the record as free. And calls that go nowhere: they are counted by what was asked for."""

import unittest

from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import anthropic_body, gateway

COUNT = "/v1/messages/count_tokens"


class free_calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stint = gateway(
            caps=[
                *FOREVER_CAPS,
                {"name": "two-calls", "match": {"tenant": "capped"}, "per": ["key"], "window": "day", "unit": "requests",
                 "limit": 2},
            ],
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)

    def tearDown(self):
        check_bill(self.stint, check_books(self.stint))

    def newest_row(self):
        self.stint.wait_until_idle()
        return self.stint.rows(1)[0]

    def count(self, key, path=COUNT, headers=(), **more):
        body = anthropic_body(**more)
        del body["max_tokens"]
        return self.stint.chat(key, body, headers, path)

    def test_a_count_is_the_providers_own_and_recorded_as_free(self):
        key = self.stint.create_key()
        for path in (COUNT, COUNT + "?beta=true", "/messages/count_tokens"):
            with self.subTest(path=path):
                answer = self.count(key, path)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(list(answer.json()), ["input_tokens"])
                row = self.newest_row()
                self.assertEqual((row["flags"], row["outcome"], row["cost_nanodollars"]), (["free"], "completed", 0))
                self.assertEqual((row["model"], row["provider"]), ("sim/claude-sonnet-4-5", "sim"))
                self.assertEqual(row["usage_source"], "none")
        called = self.stint.chat(key, anthropic_body(), path="/v1/messages")
        self.assertEqual(called.json()["usage"]["input_tokens"], answer.json()["input_tokens"])

    def test_it_counts_against_caps_of_requests(self):
        key = self.stint.create_key(tenant="capped")
        for _ in range(2):
            self.assertEqual(self.count(key).status, 200)
        refused = self.count(key)
        self.assertEqual(refused.status, 429)
        self.assertEqual(refused.json()["type"], "error", "not as Anthropic says no")

    def test_a_key_for_other_models_may_not_ask(self):
        key = self.stint.create_key(model="sim/gpt-*")
        self.assertEqual(self.count(key).status, 403)

    def test_what_is_not_served_is_counted_by_the_pattern_of_its_path(self):
        key = self.stint.create_key()
        for path, pattern in (("/v1/images/generations", "/v1/images/{any*}"), ("/v1/nowhere", "unknown")):
            with self.subTest(path=path):
                before = self.stint.metric("stint_unserved_requests_total")
                of_pattern = self.stint.metric("stint_unserved_requests_total", path=pattern)
                self.assertEqual(self.stint.chat(key, {"model": "sim/gpt-4o"}, path=path).status, 404)
                self.assertEqual(self.stint.metric("stint_unserved_requests_total", path=pattern) - of_pattern, 1)
                self.assertEqual(self.stint.metric("stint_unserved_requests_total") - before, 1, "counted elsewhere too")
        before = self.stint.metric("stint_unserved_requests_total")
        self.assertEqual(self.count(key).status, 200)
        self.assertEqual(self.stint.metric("stint_unserved_requests_total"), before, "a served call was counted")

    def test_a_call_that_names_no_model_goes_nowhere(self):
        answer = self.stint.chat(self.stint.create_key(), {"messages": []}, path=COUNT)
        self.assertEqual(answer.status, 400)
        self.assertIn("model", answer.json()["error"]["message"])


if __name__ == "__main__":
    unittest.main()
