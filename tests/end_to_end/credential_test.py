"""Whose credential a provider sees: the gateway's own, in the form that the provider wants, or the call does not leave."""

import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import anthropic_body, gateway, openai_body
from scripted_upstream import canned_answer, scripted_upstream, with_length

SECRET = "provider-secret-1"


class credential(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.status = "200 OK"
        cls.upstream = scripted_upstream(cls.answer)
        cls.addClassCleanup(cls.upstream.close)

        def provider(dialects, models, **more):
            return {**cls.upstream.provider(dialects=dialects, models=models), "credential_env": "STINT_TEST_SECRET", **more}

        providers = {
            "like-openai": provider(["openai"], ["gpt-*"]),
            "like-anthropic": provider(["anthropic"], ["claude-*"]),
            "without": provider(["openai"], ["o3*"], credential_env="STINT_TEST_NOT_SET"),
        }
        for one in providers.values():
            del one["credential"]
        cls.stint = gateway(
            caps=FOREVER_CAPS,
            providers=providers,
            environment={"STINT_TEST_SECRET": SECRET},
            passthrough=[
                {"method": "GET", "path": "/v1/batches", "provider": "like-openai"},
                {"method": "GET", "path": "/v1/batches/claude", "provider": "like-anthropic"},
                {"method": "GET", "path": "/v1/files", "provider": "without"},
                {"method": "POST", "path": "/v1/rerank", "provider": "like-openai"},
            ],
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    @classmethod
    def answer(cls, wire, _):
        wire.sendall(canned_answer() if cls.status.startswith("200") else with_length(b'{"error":{}}', cls.status))
        return True

    def setUp(self):
        type(self).status = "200 OK"
        self.before = len(self.upstream.requests)

    def tearDown(self):
        check_books(self.stint)

    def fields_sent(self):
        self.assertEqual(len(self.upstream.requests), self.before + 1)
        self.assertNotIn(self.key.encode(), self.upstream.requests[-1].head)
        return self.upstream.requests[-1].fields()

    def check_form(self, anthropic):
        fields = self.fields_sent()
        self.assertEqual(fields.get("x-api-key"), SECRET if anthropic else None)
        self.assertEqual(fields.get("authorization"), None if anthropic else f"Bearer {SECRET}")
        self.assertEqual("anthropic-version" in fields, anthropic)

    def test_a_metered_call_carries_the_form_of_its_dialect(self):
        self.assertEqual(self.stint.chat(self.key, openai_body(model="gpt-4o")).status, 200)
        self.check_form(anthropic=False)
        self.before += 1
        self.stint.chat(self.key, anthropic_body(model="claude-sonnet-4-5"), path="/v1/messages")
        self.check_form(anthropic=True)

    def test_what_is_passed_through_carries_the_form_of_its_provider(self):
        """Not that of the path: a provider of one dialect has one form of credential."""
        self.assertEqual(self.stint.chat_get(self.key, "/v1/batches").status, 200)
        self.check_form(anthropic=False)
        self.before += 1
        self.assertEqual(self.stint.chat_get(self.key, "/v1/batches/claude").status, 200)
        self.check_form(anthropic=True)

    def test_a_key_of_one_model_has_no_other_by_what_is_passed_through(self):
        limited = self.stint.create_key(model="gpt-4o")
        self.assertEqual(self.stint.chat(limited, {"model": "gpt-5", "input": "hi"}, path="/v1/rerank").status, 403)
        self.assertEqual(len(self.upstream.requests), self.before)
        self.assertEqual(self.stint.chat(limited, {"model": "gpt-4o", "input": "hi"}, path="/v1/rerank").status, 200)
        self.assertEqual(self.stint.chat(self.key, {"model": "gpt-5", "input": "hi"}, path="/v1/rerank").status, 200)

    def test_what_a_client_calls_its_body_does_not_reach_the_provider(self):
        body = openai_body(model="gpt-4o")
        refused = self.stint.chat(self.key, body, {"Content-Type": "application/json; charset=utf-7"})
        self.assertEqual(refused.status, 415)
        self.assertEqual(len(self.upstream.requests), self.before)
        self.assertEqual(self.stint.chat(self.key, body, {"Content-Type": "text/json; charset=utf-8; x=y"}).status, 200)
        self.assertEqual(self.fields_sent()["content-type"], "application/json")

    def test_a_provider_that_refuses_our_credential_is_502(self):
        """401 would tell the client that its own key is wrong."""
        type(self).status = "401 Unauthorized"
        for body, path in (
            (openai_body(model="gpt-4o"), "/v1/chat/completions"),
            (anthropic_body(model="claude-sonnet-4-5"), "/v1/messages"),
        ):
            with self.subTest(path=path):
                answer = self.stint.chat(self.key, body, path=path)
                self.assertEqual(answer.status, 502, answer.body)
                self.assertIn("does not accept the gateway's credential", answer.json()["error"]["message"])
                self.stint.wait_until_idle()
                row = next(row for row in self.stint.rows(20) if row["id"] == answer.request_id)
                self.assertEqual((row["outcome"], row["cost_nanodollars"]), ("upstream_error", 0))

    def test_without_its_credential_nothing_leaves(self):
        for answer in (self.stint.chat(self.key, openai_body(model="o3")), self.stint.chat_get(self.key, "/v1/files")):
            self.assertEqual(answer.status, 502, answer.body)
            self.assertIn("STINT_TEST_NOT_SET", answer.json()["error"]["message"])
        self.assertEqual(len(self.upstream.requests), self.before)
        self.assertEqual(self.stint.metric("stint_ledger_holds_active"), 0)

    def test_an_answer_to_head_has_no_body(self):
        """Its length is that of a body which must not follow, or the next answer on the connection is misread."""
        with http_client.connection(self.stint.proxy) as wire:
            headers = {"Authorization": f"Bearer {self.key}"}
            wire.send(http_client.render("HEAD", "/v1/batches", headers) + http_client.render("GET", "/v1/batches", headers))
            refused = wire.read_head()
            self.assertIn(refused.status, (404, 405))
            self.assertGreater(int(refused.headers["content-length"]), 0)
            self.assertEqual(wire.read_answer().status, 200)


if __name__ == "__main__":
    unittest.main()
