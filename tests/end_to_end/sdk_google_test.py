"""The official Python package `google-genai` against the real gateway, unchanged but for its base URL and key. Needs the virtual
environment with it."""

import base64
import os
import unittest

from google import genai
from google.genai import errors, types

from sdk_fixture import PIXEL, SLOW_MAX_TOKENS, WEATHER, sdk_fixture

MODEL = "sim-gemini-2.5-flash-lite"
LONG = "~tokens=2000~delay_ms=2"
SLOW = "~tokens=1000~delay_ms=10"
ASK = "What is a ledger?"
QUICK = types.ThinkingConfig(thinking_budget=0)


class google_sdk(sdk_fixture):
    def client(self, key=None):
        options = types.HttpOptions(base_url=f"http://{self.stint.proxy}")
        made = genai.Client(api_key=key or self.key, http_options=options)
        self.addCleanup(made.close)  # and is kept: what is collected is closed, with the streams that it has
        return made

    def config(self, **more):
        return types.GenerateContentConfig(thinking_config=QUICK, **more)

    def test_plain(self):
        done = self.client().models.generate_content(model=MODEL, contents=ASK)
        self.assertEqual(done.usage_metadata.candidates_token_count, 16)
        self.assertTrue(done.text)
        self.assertEqual(done.candidates[0].finish_reason, types.FinishReason.STOP)
        self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_streaming(self):
        chunks = list(self.client().models.generate_content_stream(model=MODEL, contents=ASK))
        self.assertEqual(chunks[-1].usage_metadata.candidates_token_count, 16)
        self.assertTrue("".join(chunk.text or "" for chunk in chunks))
        self.assertEqual(chunks[-1].candidates[0].finish_reason, types.FinishReason.STOP)
        row = self.newest_row()
        self.assertEqual((row["usage_source"], row["usage"]["output_tokens"]), ("provider", 16))

    def test_tools(self):
        declared = types.FunctionDeclaration(name="weather", description="Says the weather", parameters_json_schema=WEATHER)
        config = self.config(
            tools=[types.Tool(function_declarations=[declared])],
            tool_config=types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY")),
        )
        done = self.client().models.generate_content(model=MODEL, contents=ASK, config=config)
        self.assertEqual([call.name for call in done.function_calls], ["weather"])
        self.assertEqual(self.newest_row()["usage_source"], "provider")
        chunks = list(self.client().models.generate_content_stream(model=MODEL, contents=ASK, config=config))
        self.assertEqual([call.name for chunk in chunks for call in chunk.function_calls or []], ["weather"])
        self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_an_image_and_a_system_instruction(self):
        picture = types.Part.from_bytes(data=base64.b64decode(PIXEL), mime_type="image/png")
        done = self.client().models.generate_content(
            model=MODEL, contents=[ASK, picture], config=self.config(system_instruction="Be brief.")
        )
        self.assertGreaterEqual(done.usage_metadata.prompt_token_count, 258, "a small image costs 258 tokens")

    def test_structured_output(self):
        config = self.config(response_mime_type="application/json", response_json_schema=WEATHER)
        self.assertTrue(self.client().models.generate_content(model=MODEL, contents=ASK, config=config).text)

    def test_a_wrong_key_is_a_client_error(self):
        with self.assertRaises(errors.ClientError) as seen:
            self.client("sk-stint-wrong").models.generate_content(model=MODEL, contents=ASK)
        self.assertEqual((seen.exception.code, seen.exception.status), (401, "UNAUTHENTICATED"))

    def test_over_the_cap_is_a_client_error_and_is_not_retried(self):
        client = self.client(self.capped_key())
        client.models.generate_content(model=MODEL, contents=ASK)
        before = self.refusals()
        with self.assertRaises(errors.ClientError) as seen:
            client.models.generate_content(model=MODEL, contents=ASK)
        self.assertEqual((seen.exception.code, seen.exception.status), (429, "RESOURCE_EXHAUSTED"))
        with self.assertRaises(errors.ClientError):
            list(client.models.generate_content_stream(model=MODEL, contents=ASK))
        self.assertEqual(self.refusals() - before, 2, "the SDK tried again")

    def test_a_stream_that_is_cut_ends_as_at_max_tokens(self):
        # A model's streams hold their bound, until one was long enough to show how much of it comes at once.
        paced = self.config(max_output_tokens=70)
        list(self.client().models.generate_content_stream(model=MODEL + "~tokens=70~delay_ms=10", contents=ASK, config=paced))
        self.stint.wait_until_idle()
        key, take_the_rest = self.small_budget(self.spend, left=150)
        stream = self.client(key).models.generate_content_stream(
            model=MODEL + SLOW, contents=ASK, config=self.config(max_output_tokens=SLOW_MAX_TOKENS)
        )
        chunks = [next(stream)]
        take_the_rest()
        chunks += stream
        row = self.check_cut()
        last = chunks[-1]
        self.assertEqual(last.candidates[0].finish_reason, types.FinishReason.MAX_TOKENS)
        self.assertEqual(last.usage_metadata.candidates_token_count, row["usage"]["output_tokens"])
        self.assertTrue("".join(chunk.text or "" for chunk in chunks))

    def spend(self, key, tokens):
        self.client(key).models.generate_content(
            model=MODEL + "~tokens=5~delay_ms=1500", contents=ASK, config=self.config(max_output_tokens=tokens)
        )

    def test_an_early_disconnect_is_settled_at_what_was_streamed(self):
        stream = self.client().models.generate_content_stream(
            model=MODEL + LONG, contents=ASK, config=self.config(max_output_tokens=4000)
        )
        for _ in range(5):
            next(stream)
        stream.close()
        self.check_left()

    def test_tokens_are_counted_and_contents_embedded(self):
        self.assertGreater(self.client().models.count_tokens(model=MODEL, contents=ASK).total_tokens, 0)
        self.assertEqual(self.newest_row()["cost_nanodollars"], 0)
        two = [types.Content(parts=[types.Part(text=ASK)])] * 2
        done = self.client().models.embed_content(model="sim-gemini-embedding-001", contents=two)
        self.assertEqual(len(done.embeddings), 2)
        self.assertGreater(self.newest_row()["usage"]["input_tokens"], 0)


if __name__ == "__main__":
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI"):
        os.environ.pop(name, None)
    unittest.main()
