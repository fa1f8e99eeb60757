"""OpenAI Responses through the real gateway: whole and streamed, with searches, tiers and tools, cut by a cap, left by its
client, refused by name. What is charged is compared with the provider's own bill."""

import json
import unittest

import http_client
from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import call_headers, encoded, gateway, responses_body
from scripted_upstream import scripted_upstream

PATH = "/v1/responses"
LIMIT = 800
SEARCH = [{"type": "web_search"}]


class responses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stint = gateway(
            caps=[
                *FOREVER_CAPS,
                {"name": "small", "match": {"feature": "small-*"}, "per": ["feature"], "window": "day", "unit": "tokens",
                 "limit": LIMIT},
            ],
            admission={"first_output_tokens": 40, "stream_margin_tokens": 8},
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key(features=["chat", "small-1", "small-2", "small-3", "small-4"])

    def tearDown(self):
        rows = check_books(self.stint)
        check_bill(self.stint, rows)
        billed = self.stint.bill()["calls"]
        for row in rows:
            if row["outcome"] == "completed" and row["id"] in billed:
                self.assertEqual(row["usage"]["web_searches"], billed[row["id"]]["web_searches"])

    def call(self, body, path=PATH, **headers):
        return self.stint.chat(self.key, body, {f"x-stint-{name}": value for name, value in headers.items()}, path)

    def row_of(self, answer):
        self.stint.wait_until_idle()
        return next(row for row in self.stint.rows(50) if row["id"] == answer.request_id)

    def stream(self, body, after_first=lambda: None, **headers):
        """The head, and the events as (type, data)."""
        with http_client.connection(self.stint.proxy) as wire:
            fields = {f"x-stint-{name}" if name == "feature" else name: value for name, value in headers.items()}
            wire.send(http_client.render("POST", PATH, call_headers(self.key, PATH, fields), encoded({**body, "stream": True})))
            head = wire.read_head()
            events = http_client.events(wire.read_pieces(head))
            seen = [next(events)]
            after_first()
            seen += events
            return head, [(kind, json.loads(data)) for kind, data in seen]

    def test_a_whole_answer_is_billed_as_its_provider_bills_it(self):
        for steer in ("tokens=20", "tokens=20&reasoning=30", "tokens=20&cached=2&cache_write=3", "tokens=20&usage=missing"):
            with self.subTest(steer=steer):
                answer = self.call(responses_body(model=f"sim/gpt-4o?{steer}"))
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(answer.json()["status"], "completed")
                row = self.row_of(answer)
                self.assertEqual((row["outcome"], row["usage"]["output_tokens"]), ("completed", 50 if "reas" in steer else 20))

    def test_a_stream_is_billed_by_its_last_event(self):
        head, events = self.stream(responses_body(model="sim/gpt-5.6-sol?tokens=20&reasoning=30&cached=2"))
        self.assertEqual([kind for kind, _ in events][:2], ["response.created", "response.in_progress"])
        self.assertEqual(events[-1][0], "response.completed")
        self.assertEqual([data["sequence_number"] for _, data in events], list(range(len(events))))
        row = self.row_of(head)
        self.assertEqual((row["usage_source"], row["usage"]["reasoning_tokens"]), ("provider", 30))

    def test_searches_and_tiers_cost_what_they_cost(self):
        # 2 searches at $0.01; flex is half of the tokens' price, whether it was asked for or not.
        plain = self.row_of(self.call(responses_body(model="sim/gpt-5?tokens=1000")))
        body = responses_body(model="sim/gpt-5?tokens=1000&searches=2&tier=flex", tools=SEARCH, service_tier="flex")
        for row in (self.row_of(self.call(body)), self.row_of(self.stream(body)[0])):
            self.assertEqual((row["usage"]["web_searches"], row["service_tier"]), (2, "flex"))
            self.assertEqual(row["cost_nanodollars"], 20_000_000 + (1_250 * row["usage"]["input_tokens"] + 10_000 * 1000) // 2)
        self.assertEqual(plain["cost_nanodollars"], 1_250 * plain["usage"]["input_tokens"] + 10_000 * 1000)

    def test_a_tool_is_called_whole_and_streamed(self):
        parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
        tools = [{"type": "function", "name": "weather", "parameters": parameters}]
        body = responses_body(model="sim/gpt-4o?tool=1", tools=tools)
        self.assertEqual(self.call(body).json()["output"][0]["name"], "weather")
        _, events = self.stream(body)
        self.assertIn("response.function_call_arguments.delta", [kind for kind, _ in events])
        self.assertEqual(events[-1][1]["response"]["output"][0]["name"], "weather")

    def test_an_answer_that_goes_on_with_another_holds_and_pays_for_both(self):
        first = self.call(responses_body(model="sim/gpt-4o?tokens=50", max_output_tokens=60)).json()
        answer = self.call(responses_body(model="sim/gpt-4o?tokens=5", max_output_tokens=60, previous_response_id=first["id"]))
        row = self.row_of(answer)
        self.assertEqual(row["usage"]["input_tokens"], first["usage"]["total_tokens"] + first["usage"]["input_tokens"])
        self.assertGreaterEqual(row["held"]["input_tokens"], row["usage"]["input_tokens"])
        self.assertIn("hidden_input", row["flags"])

    def ask(self, method, path, key=None):
        return http_client.request(self.stint.proxy, method, path, {"Authorization": f"Bearer {key or self.key}"})

    def test_an_answer_that_was_recorded_is_held_at_its_size_and_another_at_the_window(self):
        first = self.call(responses_body(model="sim/gpt-4o?tokens=50", max_output_tokens=60)).json()
        known = responses_body(model="sim/gpt-4o?tokens=5", max_output_tokens=60, previous_response_id=first["id"])
        held = self.row_of(self.call(known))["held"]["input_tokens"]
        self.assertLess(held, 2 * first["usage"]["total_tokens"] + 100)
        unknown = self.call({**known, "previous_response_id": "resp_of_before"})
        self.assertEqual(unknown.status, 400, unknown.body)  # by the provider
        self.assertGreater(self.row_of(unknown)["held"]["input_tokens"], 128_000)
        stored = self.call({**known, "store": False}).json()
        later = self.call({**known, "previous_response_id": stored["id"]})
        self.assertGreater(self.row_of(later)["held"]["input_tokens"], 128_000, "it was not to be kept")

    def test_only_its_own_key_may_ask_for_an_answer_and_only_its_tenant_goes_on_with_it(self):
        made = self.call(responses_body()).json()
        path = f"{PATH}/{made['id']}"
        sibling = self.stint.create_key()
        stranger = self.stint.create_key(tenant="other")
        for method, below in (("GET", ""), ("GET", "/input_items?limit=5"), ("POST", "/cancel"), ("DELETE", "")):
            for key in (sibling, stranger):
                refused = self.ask(method, path + below, key)
                self.assertEqual((refused.status, refused.json()["error"]["param"]), (404, "response_id"), method)
        body = responses_body(previous_response_id=made["id"])
        self.assertEqual(self.stint.chat(sibling, body, path=PATH).status, 200)
        refused = self.stint.chat(stranger, body, path=PATH)
        self.assertEqual((refused.status, refused.json()["error"]["param"]), (400, "previous_response_id"))
        for method, below, kind in (("GET", "", "response"), ("GET", "/input_items", "list"), ("POST", "/cancel", "response")):
            answer = self.ask(method, path + below)
            self.assertEqual((answer.status, answer.json()["object"]), (200, kind), answer.body)
            self.assertEqual((self.row_of(answer)["flags"], self.row_of(answer)["cost_nanodollars"]), (["free"], 0))
        self.assertEqual(self.ask("DELETE", path).json()["deleted"], True)
        self.assertEqual(self.ask("GET", path).status, 404)

    def test_a_conversation_is_summed_up_at_its_price_and_never_lowered(self):
        body = {"model": "sim/gpt-5?tokens=40", "input": [{"role": "user", "content": "Hello"}]}
        answer = self.call(body, path=PATH + "/compact")
        self.assertEqual((answer.status, answer.json()["object"]), (200, "response.compaction"), answer.body)
        row = self.row_of(answer)
        self.assertEqual((row["usage_source"], row["usage"]["output_tokens"]), ("provider", 40))
        self.assertGreaterEqual(row["held"]["input_tokens"], row["usage"]["input_tokens"])
        self.assertEqual(self.call({**body, "stream": True}, path=PATH + "/compact").status, 400)
        self.assertEqual(self.call(body, path=PATH + "/compact", feature="small-4").status, 429)

    def test_a_prompt_is_counted_for_nothing(self):
        answer = self.call(responses_body(), path=PATH + "/input_tokens")
        self.assertEqual((answer.status, answer.json()["object"]), (200, "response.input_tokens"), answer.body)
        self.assertEqual(self.row_of(answer)["flags"], ["free"])

    def test_a_call_that_does_not_fit_whole_is_lowered(self):
        answer = self.call(responses_body(model="sim/gpt-4o?tokens=5000", max_output_tokens=5000), feature="small-1")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json()["status"], "incomplete")
        usage = answer.json()["usage"]
        self.assertEqual(answer.headers["x-stint-output-limit"], str(usage["output_tokens"]))
        self.assertLessEqual(usage["total_tokens"], LIMIT)
        refused = self.call(responses_body(model="sim/gpt-4o?tokens=500", max_output_tokens=100), feature="small-1")
        self.assertEqual((refused.status, refused.headers["x-should-retry"]), (429, "false"))
        self.assertEqual(refused.json()["error"]["code"], "budget_exceeded")

    def cut(self, feature, **headers):
        """A stream that a cap has no more room for in its middle."""
        # How much of a stream comes at once must be known before one holds less than its bound.
        self.stream(responses_body(model="sim/gpt-4o?tokens=100&delay_ms=10", max_output_tokens=120))
        self.stint.wait_until_idle()

        def take():
            held = next(one["held"] for one in self.stint.caps() if one["cap"] == "small" and one["held"])
            room = LIMIT - held - 60
            taken = self.call(responses_body(model=f"sim/gpt-4o?tokens={room}", max_output_tokens=room), feature=feature)
            self.assertEqual(taken.status, 200, taken.body)

        body = responses_body(model="sim/gpt-4o?tokens=1000&delay_ms=10", max_output_tokens=1000)
        head, events = self.stream(body, take, feature=feature, **headers)
        row = self.row_of(head)
        self.assertEqual(row["outcome"], "cut")
        billed = self.stint.bill()["calls"][row["id"]]["completion_tokens"]
        self.assertEqual(row["usage"]["output_tokens"], billed)
        return events, row

    def test_a_stream_that_is_cut_ends_as_at_its_bound(self):
        events, row = self.cut("small-2")
        kind, last = events[-1]
        self.assertEqual((kind, last["response"]["incomplete_details"]), ("response.incomplete", {"reason": "max_output_tokens"}))
        self.assertEqual(last["response"]["usage"]["output_tokens"], row["usage"]["output_tokens"])
        said = "".join(data["delta"] for kind, data in events if kind == "response.output_text.delta")
        self.assertEqual(last["response"]["output"][0]["content"][0]["text"], said)
        self.assertEqual([data["sequence_number"] for _, data in events], list(range(len(events))))
        self.assertEqual({data["response"]["id"] for _, data in events if "response" in data}, {last["response"]["id"]})

    def test_codex_is_told_of_a_cut_as_of_want_of_quota(self):
        events, _ = self.cut("small-3", **{"User-Agent": "codex_cli_rs/0.171.0"})
        kind, last = events[-1]
        self.assertEqual((kind, last["response"]["error"]["code"]), ("response.failed", "insufficient_quota"))

    def test_a_client_that_leaves_pays_for_what_was_streamed(self):
        with http_client.connection(self.stint.proxy) as wire:
            body = responses_body(model="sim/gpt-4o?tokens=2000&delay_ms=2", stream=True)
            wire.send(http_client.render("POST", PATH, call_headers(self.key, PATH), encoded(body)))
            head = wire.read_head()
            events = http_client.events(wire.read_pieces(head))
            for _ in range(9):
                next(events)
        row = self.row_of(head)
        self.assertEqual(row["outcome"], "client_gone")
        self.assertIn("counted", row["flags"])
        self.assertNotIn("unknown", row["flags"])
        self.assertLess(row["usage"]["output_tokens"], 1000, "all of it, which would have taken four seconds")

    def test_what_cannot_be_metered_is_refused_by_its_name(self):
        before = len(self.stint.rows())
        for name, more in (
            ("background", {"background": True}),
            ("multi_agent", {"multi_agent": {}}),
            ("prompt", {"prompt": {"id": "pmpt_1"}}),
            ("tools", {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}),
            ("tools", {"tools": [{"type": "brand_new"}]}),
            ("prompt_cache_options.ttl", {"prompt_cache_options": {"ttl": "12h"}}),
            ("service_tier", {"service_tier": "ultrafast"}),
        ):
            with self.subTest(name=name):
                answer = self.call(responses_body(**more))
                self.assertEqual((answer.status, answer.json()["error"]["param"]), (400, name), answer.body)
        self.assertEqual(len(self.stint.rows()), before)

    def test_a_response_on_the_chats_path_is_one_all_the_same(self):
        answer = self.call(responses_body(model="sim/gpt-4o?tokens=7"), path="/v1/chat/completions")
        self.assertEqual((answer.status, answer.json()["object"]), (200, "response"), answer.body)
        self.assertEqual(self.row_of(answer)["usage"]["output_tokens"], 7)
        neither = self.call({"model": "sim/gpt-4o"}, path="/v1/chat/completions")
        self.assertEqual((neither.status, neither.json()["error"]["param"]), (400, "messages"))

    def test_a_web_socket_is_declined_so_that_clients_go_on_without(self):
        with http_client.connection(self.stint.proxy) as wire:
            fields = {"Authorization": f"Bearer {self.key}", "Connection": "Upgrade", "Upgrade": "websocket",
                      "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
            wire.send(http_client.render("GET", PATH, fields, b""))
            head = wire.read_head()
            self.assertEqual((head.status, head.headers["connection"]), (426, "close"))


class restarted(unittest.TestCase):
    def test_what_is_known_of_answers_survives_a_restart_and_a_kill(self):
        with gateway(caps=FOREVER_CAPS) as stint:
            key = stint.create_key()
            made = stint.chat(key, responses_body(model="sim/gpt-4o?tokens=50"), path=PATH).json()
            stint.wait_until_idle()
            for end in (stint.restart, lambda: (stint.kill(), stint.start())):
                end()
                # The simulated provider forgot it: that it is asked shows that the gateway did not.
                answer = stint.chat_get(key, f"{PATH}/{made['id']}")
                self.assertEqual((answer.status, answer.json()["error"]["message"]),
                                 (404, f"Response with id '{made['id']}' not found."))
            check_books(stint, restarted=True)


class elsewhere(unittest.TestCase):
    def test_a_provider_that_does_not_speak_it_is_not_sent_it(self):
        upstream = scripted_upstream()
        self.addCleanup(upstream.close)
        with gateway(caps=FOREVER_CAPS, providers={"chat-only": upstream.provider(models=["m"])}) as stint:
            key = stint.create_key()
            for path in (PATH, "/v1/chat/completions"):
                answer = stint.chat(key, responses_body(model="m"), path=path)
                self.assertEqual(answer.status, 404, answer.body)
                self.assertIn("responses API", answer.json()["error"]["message"])
        self.assertEqual(upstream.requests, [])


if __name__ == "__main__":
    unittest.main()
