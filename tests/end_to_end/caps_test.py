"""Caps and attribution through the front door. A hard cap is checked against what the provider billed, not against our books."""

import signal
import unittest

from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import anthropic_body, background, gateway, openai_body
from scripted_upstream import scripted_upstream
from wait import wait_until

LIMIT_TOKENS = 20_000
CLIENTS = 64


def sim(tokens):
    return f"sim/gpt-4o?tokens={tokens}"


class hard_cap(unittest.TestCase):
    def test_many_at_once_never_spend_more_than_the_cap(self):
        """Every client calls until it is refused as spent. The provider's bill must stay within the cap, and come close to it."""
        caps = [*FOREVER_CAPS, {"name": "hard", "per": ["tenant"], "window": "day", "unit": "tokens", "limit": LIMIT_TOKENS}]
        with gateway(caps=caps) as stint:
            key = stint.create_key()

            def call_until_spent(client):
                answered = 0
                while True:
                    stream = client % 2 == 0
                    if client % 4 < 2:
                        answer = stint.chat(key, openai_body(model=sim(40), max_tokens=50, stream=stream))
                    else:
                        body = anthropic_body(model="sim/claude-sonnet-4-5?tokens=40", max_tokens=50, stream=stream)
                        answer = stint.chat(key, body, path="/v1/messages")
                    if answer.status == 200:
                        answered += 1
                        continue
                    self.assertEqual(answer.status, 429, answer.body)
                    # `true` means that only others' holds stand in the way: try again, as the SDKs would.
                    if answer.headers.get("x-should-retry") != "true":
                        return answered

            clients = [background(call_until_spent, number) for number in range(CLIENTS)]
            answered = sum(client.result() for client in clients)
            check_bill(stint, check_books(stint))
            billed = stint.bill()["totals"]
            spent = billed["prompt_tokens"] + billed["completion_tokens"]
            self.assertEqual(billed["requests"], answered)
            self.assertLessEqual(spent, LIMIT_TOKENS)
            self.assertGreater(spent, LIMIT_TOKENS - 2 * 100, "the last call that fits was not let in")


class refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = scripted_upstream()
        cls.addClassCleanup(cls.upstream.close)
        cls.stint = gateway(
            caps=[
                *FOREVER_CAPS,
                {"name": "one-a-day", "match": {"feature": "rare"}, "per": ["tenant"], "window": "day", "unit": "requests",
                 "limit": 1, "timezone": "Europe/Berlin"},
                {"name": "small", "match": {"feature": "small"}, "window": "request", "unit": "tokens", "limit": 100},
                {"name": "cheap", "match": {"feature": "cheap"}, "window": "month", "unit": "usd", "limit": "0.000001"},
                {"name": "only-warns", "match": {"feature": "watched"}, "window": "day", "unit": "requests", "limit": 1,
                 "mode": "warn"},
            ],
            providers={"scripted": cls.upstream.provider()},
            passthrough=[{"method": "GET", "path": "/v1/files", "provider": "scripted"}],
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key(features=["rare", "small", "cheap", "watched", "chat", "search-*"])

    def tearDown(self):
        check_books(self.stint)

    def call(self, feature, key=None, **more):
        return self.stint.chat(key or self.key, openai_body(model=sim(5), max_tokens=10, **more), {"x-stint-feature": feature})

    def row_of(self, answer):
        return wait_until(
            lambda: next((row for row in self.stint.rows(20) if row["id"] == answer.request_id), None), "the call's row"
        )

    def check_spent(self, answer, cap):
        self.assertEqual(answer.status, 429, answer.body)
        self.assertEqual(answer.headers["x-should-retry"], "false")
        error = answer.json()["error"]
        self.assertEqual(error["code"], "budget_exceeded")
        self.assertIn(cap, error["message"])
        for figure in ("limit", "used"):
            self.assertIn(figure, error["stint"])
        return error

    def test_a_spent_cap_says_which_how_much_and_until_when(self):
        self.assertEqual(self.call("rare").status, 200)
        before = self.stint.metric("stint_refusals_total", cap="one-a-day", tenant="acme")
        error = self.check_spent(self.call("rare"), "one-a-day")
        self.assertIn("acme", error["message"])
        self.assertEqual(self.stint.metric("stint_refusals_total", cap="one-a-day", tenant="acme"), before + 1)

    def test_anthropic_is_refused_in_its_own_shape(self):
        headers = {"x-stint-feature": "cheap"}
        answer = self.stint.chat(self.key, anthropic_body(), headers, "/v1/messages")
        self.assertEqual(answer.status, 429, answer.body)
        self.assertEqual(answer.headers["x-should-retry"], "false")
        self.assertEqual((answer.json()["type"], answer.json()["error"]["type"]), ("error", "rate_limit_error"))
        self.assertIn("cheap", answer.json()["error"]["message"])

    def test_one_call_alone_can_be_too_large(self):
        self.assertEqual(self.call("small").status, 200)
        answer = self.call("small", text="Too long for it. " * 30)
        self.assertIn(answer.status, (400, 413, 429), answer.body)
        self.assertIn("small", answer.json()["error"]["message"])
        self.assertNotEqual(answer.headers.get("x-should-retry"), "true")

    def test_a_cap_that_warns_refuses_nothing(self):
        self.assertEqual([self.call("watched").status for _ in range(3)], [200, 200, 200])

    def test_a_feature_that_the_key_may_not_charge_is_403(self):
        self.assertEqual(self.call("other").status, 403)
        self.assertEqual(self.call("search-web").status, 200)
        self.assertEqual(self.call("a b").status, 400)

    def test_free_tags_are_on_the_row_and_nowhere_else(self):
        answer = self.stint.chat(self.key, openai_body(model=sim(5)), {"x-stint-tags": "prompt_version=7, session=TAGGED-abc"})
        self.assertEqual(answer.status, 200)
        row = self.row_of(answer)
        self.assertEqual(row["tags"], {"prompt_version": "7", "session": "TAGGED-abc"})
        self.assertNotIn(b"TAGGED", self.stint.admin_get("/metrics").body)

    def test_a_revoked_key_is_401_at_once(self):
        key = self.stint.create_key(label="to be revoked")
        self.assertEqual(self.call("chat", key).status, 200)
        listed = self.stint.admin_get("/api/v1/keys").json()["keys"]
        name = next(one["id"] for one in listed if one["label"] == "to be revoked")
        self.stint.command("keys", "revoke", name)
        self.assertEqual(self.call("chat", key).status, 401)

    def test_a_key_for_some_models_is_403_for_others(self):
        key = self.stint.create_key(model="sim/claude-*")
        self.assertEqual(self.call("chat", key).status, 403)
        self.assertEqual(self.stint.chat(key, anthropic_body(), path="/v1/messages").status, 200)

    def test_what_is_passed_through_is_recorded_and_flagged(self):
        answer = self.stint.chat_get(self.key, "/v1/files")
        self.assertEqual(answer.status, 200)
        row = self.row_of(answer)
        self.assertEqual((row["outcome"], row["cost_nanodollars"]), ("unmetered", 0))
        self.assertIn("unmetered", row["flags"])
        self.assertEqual(self.stint.chat_get("sk-stint-wrong", "/v1/files").status, 401)


class restart(unittest.TestCase):
    def test_keys_and_spent_caps_outlive_the_process(self):
        caps = [*FOREVER_CAPS, {"name": "two", "per": ["tenant"], "window": "year", "unit": "requests", "limit": 2}]
        with gateway(caps=caps) as stint:
            key = stint.create_key()
            statuses = []
            for stop in (stint.restart, lambda: (stint.kill(), stint.start()), stint.restart):
                statuses.append(stint.chat(key, openai_body(model=sim(5))).status)
                stint.wait_until_idle()
                stop()
            self.assertEqual(statuses, [200, 200, 429])
            check_books(stint, restarted=True)

    def test_sighup_ends_nothing(self):
        with gateway() as stint:
            key = stint.create_key()
            for _ in range(20):
                stint.process.send_signal(signal.SIGHUP)
                self.assertEqual(stint.chat(key, openai_body(model=sim(5))).status, 200)


if __name__ == "__main__":
    unittest.main()
