"""The Gemini API through the gateway, as bytes on the wire: whole answers, streams as events and as one JSON array, tools, what
is cached and thought and searched for, a stream that is cut at its cap, a client that leaves. Afterwards the books are what the
simulated provider billed. What is free passes, and what cannot be metered is refused by its name."""

import json
import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import background, encoded, gateway
from sdk_fixture import SLOW_MAX_TOKENS, sdk_fixture

LITE = "sim-gemini-2.5-flash-lite"
NEWEST = "sim-gemini-3.5-flash"


def gemini_body(text="Say hello.", max_tokens=None, thinks=False, **more):
    config = {} if thinks else {"thinkingConfig": {"thinkingBudget": 0}}
    if max_tokens:
        config["maxOutputTokens"] = max_tokens
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": config, **more}


def chunks_of(text):
    """Of events, read as strictly as Google's own clients do; of an array, as JSON."""
    if text.startswith("["):
        return json.loads(text)
    chunks = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        if block:
            assert block.startswith("data: "), f"a client of Google's cannot read {block[:80]!r}"
            chunks.append(json.loads(block[len("data: "):]))
    return chunks


def spoken(chunks):
    return "".join(part.get("text", "") for chunk in chunks for candidate in chunk.get("candidates", [])
                   for part in candidate["content"]["parts"])


def posted(stint, path, body, headers):
    return http_client.request(stint.proxy, "POST", path, {"Content-Type": "application/json", **headers}, encoded(body))


class broken_streams(unittest.TestCase):
    def test_a_stream_that_breaks_off_says_so_in_its_framing(self):
        with gateway(caps=FOREVER_CAPS) as stint:
            headers = {"x-goog-api-key": stint.create_key()}
            for query in ("?alt=sse", ""):
                path = f"/v1beta/models/{LITE}~tokens=50~fault=reset~after_bytes=3000:streamGenerateContent{query}"
                chunks = chunks_of(posted(stint, path, gemini_body(), headers).body.decode())
                self.assertGreater(len(chunks), 3)
                self.assertEqual((chunks[-1]["error"]["code"], chunks[-1]["error"]["status"]), (502, "UNAVAILABLE"))
                row = check_books(stint)[0]
                self.assertEqual((row["outcome"], row["status"]), ("upstream_gone", 200))
                self.assertIn("unknown", row["flags"])


class gemini(sdk_fixture):
    def post(self, model, method, body, key=None, query="", version="v1beta", headers=None):
        headers = headers or {"x-goog-api-key": key or self.key}
        return posted(self.stint, f"/{version}/models/{model}:{method}{query}", body, headers)

    def test_a_whole_answer(self):
        for version in ("v1", "v1beta", "v1alpha"):
            answer = self.post(LITE + "~tokens=20", "generateContent", gemini_body(), version=version)
            self.assertEqual(answer.status, 200, answer.body)
            told = answer.json()
            self.assertEqual(told["usageMetadata"]["candidatesTokenCount"], 20)
            self.assertEqual(told["candidates"][0]["finishReason"], "STOP")
            row = self.newest_row()
            self.assertEqual(row["usage"]["output_tokens"], 20)
            self.assertEqual((row["usage_source"], row["outcome"], row["model"]), ("provider", "completed", LITE))
            self.assertGreater(row["cost_nanodollars"], 0)

    def test_a_stream_as_events_and_as_an_array(self):
        for query in ("?alt=sse", "", "?alt=json"):
            answer = self.post(LITE + "~tokens=20", "streamGenerateContent", gemini_body(), query=query)
            self.assertEqual(answer.status, 200, answer.body)
            is_array = query != "?alt=sse"
            self.assertIn("json" if is_array else "event-stream", answer.headers["content-type"])
            chunks = chunks_of(answer.body.decode())
            self.assertEqual(len(chunks), 21)
            self.assertEqual(chunks[-1]["candidates"][0]["finishReason"], "STOP")
            row = self.newest_row()
            self.assertEqual((row["usage"]["output_tokens"], row["usage_source"]), (20, "provider"))

    def test_what_is_cached_thought_and_searched_for(self):
        body = gemini_body("Say hello. " * 40, thinks=True, tools=[{"googleSearch": {}}])
        for method, query in (("generateContent", ""), ("streamGenerateContent", "?alt=sse"), ("streamGenerateContent", "")):
            answer = self.post(NEWEST + "~tokens=10~reasoning=7~cached=30~searches=2", method, body, query=query)
            self.assertEqual(answer.status, 200, answer.body)
            row = self.newest_row()
            used = row["usage"]
            self.assertEqual((used["output_tokens"], used["reasoning_tokens"], used["cached_input_tokens"]), (17, 7, 30))
            self.assertEqual(used["web_searches"], 2)
            # 3.5-flash: $1.50 in, $0.15 cached, $9 out a million tokens; $14 a thousand searches.
            cost = used["input_tokens"] * 1500 + 30 * 150 + 17 * 9000 + 2 * 14_000_000
            self.assertEqual(row["cost_nanodollars"], cost)

    def test_a_function_is_called(self):
        tools = [{"functionDeclarations": [{"name": "weather", "description": "Says the weather", "parameters": {
            "type": "object", "properties": {"city": {"type": "string"}}}}]}]
        body = gemini_body(tools=tools, toolConfig={"functionCallingConfig": {"mode": "ANY"}})
        for method, query in (("generateContent", ""), ("streamGenerateContent", "?alt=sse"), ("streamGenerateContent", "")):
            answer = self.post(LITE, method, body, query=query)
            self.assertEqual(answer.status, 200, answer.body)
            chunks = [answer.json()] if method == "generateContent" else chunks_of(answer.body.decode())
            called = [part["functionCall"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]
                      if "functionCall" in part]
            self.assertEqual([one["name"] for one in called], ["weather"])
            self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_an_answer_without_usage_is_counted(self):
        for method, query in (("generateContent", ""), ("streamGenerateContent", "?alt=sse"), ("streamGenerateContent", "")):
            answer = self.post(LITE + "~tokens=12~usage=missing", method, gemini_body(), query=query)
            self.assertEqual(answer.status, 200, answer.body)
            row = self.newest_row()
            self.assertEqual((row["usage"]["output_tokens"], row["usage_source"]), (12, "counted"))

    def test_each_candidate_is_billed(self):
        body = gemini_body(max_tokens=50)
        body["generationConfig"]["candidateCount"] = 3
        # Of a stream's hold it matters how fast others were; a whole answer holds all that it may be.
        for method, query, holds_all in (("streamGenerateContent", "?alt=sse", False), ("generateContent", "", True)):
            self.assertEqual(self.post(LITE + "~tokens=5", method, body, query=query).status, 200)
            row = self.newest_row()
            self.assertEqual(row["usage"]["output_tokens"], 15)
            self.assertLessEqual(row["held"]["output_tokens"], 150)
            if holds_all:
                self.assertEqual(row["held"]["output_tokens"], 150)

    def test_the_key_may_come_in_three_ways_and_goes_nowhere(self):
        body = gemini_body()
        for headers, query in (({"x-goog-api-key": self.key}, ""), ({"Authorization": f"Bearer {self.key}"}, ""),
                               ({"x-none": "1"}, f"?key={self.key}")):
            self.assertEqual(self.post(LITE, "generateContent", body, query=query, headers=headers).status, 200)
            seen = http_client.request(self.stint.simulated, "GET", "/simulate/last").json()
            self.assertNotIn(self.key, json.dumps(seen))
        query = f"?alt=sse&key={self.key}&fields=candidates&$alt=sse&quotaUser=x&callback=f"
        self.assertEqual(self.post(LITE, "streamGenerateContent", body, query=query, headers={"x-none": "1"}).status, 200)
        seen = http_client.request(self.stint.simulated, "GET", "/simulate/last").json()
        line = seen["head"].splitlines()[0]
        self.assertNotIn("key", line)
        self.assertNotIn("fields", line)
        self.assertIn("alt=sse", line)
        self.assertNotIn(self.key, self.stint.log_text())
        self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_a_wrong_key_and_a_spent_budget_are_told_as_google_tells_them(self):
        answer = self.post(LITE, "generateContent", gemini_body(), key="sk-stint-wrong")
        self.assertEqual((answer.status, answer.json()["error"]["status"]), (401, "UNAUTHENTICATED"))
        capped = self.stint.create_key(tenant="capped")
        self.assertEqual(self.post(LITE, "generateContent", gemini_body(), key=capped).status, 200)
        for method, query in (("generateContent", ""), ("streamGenerateContent", "?alt=sse"), ("streamGenerateContent", "")):
            answer = self.post(LITE, method, gemini_body(), key=capped, query=query)
            error = answer.json()["error"]
            self.assertEqual((answer.status, error["code"], error["status"]), (429, 429, "RESOURCE_EXHAUSTED"))
            self.assertEqual(error["details"][0]["@type"], "type.googleapis.com/google.rpc.QuotaFailure")
            self.assertIn("PerDay", error["details"][0]["violations"][0]["quotaId"])
            self.assertEqual(answer.headers["x-should-retry"], "false")

    def test_a_bound_in_both_spellings_is_no_way_past_a_cap(self):
        body = gemini_body(max_tokens=10)
        body["generation_config"] = {"max_output_tokens": 100_000}
        answer = self.post(LITE, "generateContent", body)
        self.assertEqual((answer.status, answer.json()["error"]["status"]), (400, "INVALID_ARGUMENT"))
        self.assertIn("twice", answer.json()["error"]["message"])

    def spend(self, key, tokens):
        body = gemini_body(max_tokens=tokens)
        self.assertEqual(self.post(LITE + "~tokens=5~delay_ms=1500", "generateContent", body, key).status, 200)

    def pace(self):
        """A model's streams hold their bound, until one was long enough to show how much of it comes at once."""
        self.post(LITE + "~tokens=70~delay_ms=10", "streamGenerateContent", gemini_body(max_tokens=70), query="?alt=sse")
        self.stint.wait_until_idle()

    def test_a_stream_is_cut_at_its_cap_in_both_framings(self):
        self.pace()
        for query in ("?alt=sse", ""):
            key, take_the_rest = self.small_budget(self.spend, left=150)
            slow = background(self.post, LITE + "~tokens=1000~delay_ms=10", "streamGenerateContent",
                              gemini_body(max_tokens=SLOW_MAX_TOKENS), key, query)
            take_the_rest()
            answer = slow.result()
            self.assertEqual(answer.status, 200)
            chunks = chunks_of(answer.body.decode())
            last = chunks[-1]
            self.assertEqual([one["finishReason"] for one in last["candidates"]], ["MAX_TOKENS"])
            self.assertEqual(last["modelVersion"], LITE)
            self.stint.wait_until_idle()
            row = self.check_cut()
            self.assertEqual(last["usageMetadata"]["candidatesTokenCount"], row["usage"]["output_tokens"])
            self.assertGreater(len(spoken(chunks).split()), 20)

    def test_a_client_that_leaves_is_charged_what_was_generated(self):
        for query in ("?alt=sse", ""):
            body = encoded(gemini_body(max_tokens=3000))
            path = f"/v1beta/models/{LITE}~tokens=2000~delay_ms=2:streamGenerateContent{query}"
            with http_client.connection(self.stint.proxy) as wire:
                headers = {"x-goog-api-key": self.key, "Content-Type": "application/json"}
                wire.send(http_client.render("POST", path, headers, body))
                head = wire.read_head()
                pieces = wire.read_pieces(head)
                for _ in range(5):
                    next(pieces)
            self.check_left(generated_min=4)

    def test_counting_tokens_is_free_and_on_the_record(self):
        answer = self.post(LITE, "countTokens", gemini_body())
        self.assertEqual(answer.status, 200, answer.body)
        self.assertGreater(answer.json()["totalTokens"], 0)
        row = self.newest_row()
        self.assertEqual((row["cost_nanodollars"], row["model"]), (0, LITE))

    def test_embeddings_are_metered(self):
        content = {"parts": [{"text": "Tell me of the sea."}]}
        one = self.post("sim-gemini-embedding-001", "embedContent", {"content": content})
        self.assertEqual((one.status, list(one.json())), (200, ["embedding"]))
        first = self.newest_row()
        self.assertGreater(first["usage"]["input_tokens"], 4)
        self.assertEqual(first["usage"]["output_tokens"], 0)
        batch = {"requests": [{"model": "models/sim-gemini-embedding-001", "content": content}] * 3}
        three = self.post("sim-gemini-embedding-001", "batchEmbedContents", batch)
        self.assertEqual(len(three.json()["embeddings"]), 3)
        self.assertGreater(self.newest_row()["usage"]["input_tokens"], 2 * first["usage"]["input_tokens"])

    def test_what_cannot_be_metered_is_refused_by_name(self):
        for path, reason in ((f"models/{LITE}:batchGenerateContent", "hours later"), (f"models/{LITE}:predict", "units"),
                             (f"models/{LITE}:predictLongRunning", "units"), ("cachedContents", "hour"),
                             ("interactions", "agent")):
            answer = http_client.request(self.stint.proxy, "POST", f"/v1beta/{path}", {"x-goog-api-key": self.key}, b"{}")
            error = answer.json()["error"]
            self.assertEqual((answer.status, error["status"]), (404, "NOT_FOUND"), path)
            self.assertIn(reason, error["message"])
        for path in (f"models/a%2F{LITE}:generateContent", f"models/%2e%2e:generateContent"):
            answer = http_client.request(self.stint.proxy, "POST", f"/v1beta/{path}", {"x-goog-api-key": self.key},
                                         encoded(gemini_body()))
            self.assertIn(answer.status, (400, 404), path)


if __name__ == "__main__":
    unittest.main()
