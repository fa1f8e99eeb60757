"""Providers that differ from OpenAI in where their calls go, in which header their key goes, and in what they call their
tiers: each is an entry in the configuration, and the calls that reach it are as it wants them."""

import json
import unittest

from gateway_process import gateway, openai_body
from scripted_upstream import canned_answer, scripted_upstream, with_length

SECRET = "sk-of-the-provider"


class provider_entries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served_by = None
        cls.upstream = scripted_upstream(cls.answer)
        at = f"http://127.0.0.1:{cls.upstream.port}"

        def entry(base, models, **more):
            own = {"dialects": ["openai"], "base_url": at + base, "models": models, "credential_env": "STINT_TEST_PROVIDER"}
            return {**own, **more}

        cls.stint = gateway(
            environment={"STINT_TEST_PROVIDER": SECRET},
            providers={
                "versioned": entry("/api/paas/v4", ["gpt-4o"], tiers={"performance": "priority", "economy": "flex"}),
                "unversioned": entry("", ["gpt-4.1"], paths={"openai": "/chat/completions"}),
                "azure": entry("/models", ["gpt-4.1-mini"], credential_header="api-key", pass_headers=["x-ms-region"],
                               paths={"openai": "/chat/completions?api-version=2024-05-01-preview"}),
            },
            passthrough=[{"method": "GET", "path": "/v1/files", "provider": "versioned"}],
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.upstream.close)
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    @classmethod
    def answer(cls, wire, request):
        answer = json.loads(canned_answer().split(b"\r\n\r\n", 1)[1])
        if cls.served_by is not None:
            answer["service_tier"] = cls.served_by
        wire.sendall(with_length(json.dumps(answer).encode()))
        return True

    def cost_served_by(self, word, **more):
        type(self).served_by = word
        try:
            return float(self.sent_for("gpt-4o", **more)[0].headers["x-stint-cost-usd"])
        finally:
            type(self).served_by = None

    def sent_for(self, model, headers=(), path="/v1/chat/completions", **more):
        """(the answer, the request as it reached the provider)"""
        answer = self.stint.chat(self.key, openai_body(model=model, max_tokens=50, **more), headers, path)
        self.assertEqual(answer.status, 200, answer.body)
        return answer, self.upstream.requests[-1]

    def test_a_version_in_the_base_url_stands_in_place_of_ours(self):
        _, sent = self.sent_for("gpt-4o", path="/v1/chat/completions?api-version=1")
        self.assertEqual(sent.first_line, b"POST /api/paas/v4/chat/completions?api-version=1 HTTP/1.1")
        self.assertEqual(sent.fields()["authorization"], f"Bearer {SECRET}")
        self.assertEqual(self.stint.chat_get(self.key, "/v1/files?limit=2&key=mine").status, 200)
        self.assertEqual(self.upstream.requests[-1].first_line, b"GET /api/paas/v4/files?limit=2 HTTP/1.1")

    def test_a_path_of_its_own_is_where_calls_go(self):
        _, sent = self.sent_for("gpt-4.1")
        self.assertEqual(sent.first_line, b"POST /chat/completions HTTP/1.1")

    def test_a_key_goes_in_the_header_that_its_provider_wants(self):
        _, sent = self.sent_for("gpt-4.1-mini", {"x-ms-region": "eu", "x-ms-other": "1"},
                                path="/chat/completions?api-version=2020-01-01")
        self.assertEqual(sent.first_line, b"POST /models/chat/completions?api-version=2024-05-01-preview HTTP/1.1")
        got = sent.fields()
        self.assertEqual(got["api-key"], SECRET)
        self.assertEqual(got["x-ms-region"], "eu")
        for name in ("authorization", "x-ms-other"):
            self.assertNotIn(name, got)
        self.assertNotIn(self.key.encode(), sent.head)

    def test_a_tier_of_its_own_costs_what_its_entry_says(self):
        plain, _ = self.sent_for("gpt-4o")
        dearer, sent = self.sent_for("gpt-4o", service_tier="performance")
        self.assertIn(b'"performance"', sent.body)
        cost = [float(answer.headers["x-stint-cost-usd"]) for answer in (plain, dearer)]
        self.assertAlmostEqual(cost[1], 2 * cost[0])
        unknown = self.stint.chat(self.key, openai_body(model="gpt-4.1", service_tier="performance"))
        self.assertEqual(unknown.status, 400)
        self.assertIn("providers.unversioned.tiers", unknown.json()["error"]["message"])

    def test_a_tier_of_its_own_is_understood_in_the_answer(self):
        plain = self.cost_served_by("default")
        self.assertAlmostEqual(2 * self.cost_served_by("economy", service_tier="economy"), plain)
        self.assertAlmostEqual(self.cost_served_by("performance"), 2 * plain)
        self.assertAlmostEqual(self.cost_served_by("default", service_tier="performance"), plain)


if __name__ == "__main__":
    unittest.main()
