"""The official npm packages `openai` and `@anthropic-ai/sdk` against the real gateway; the calls are in node/calls.cjs."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from gateway_process import background
from sdk_fixture import ANTHROPIC_MODEL, LONG, OPENAI_MODEL, PIXEL, SLOW, SLOW_MAX_TOKENS, WEATHER, sdk_fixture
from wait import wait_until

HERE = Path(__file__).resolve().parent
SCENE = {"openai": OPENAI_MODEL, "anthropic": ANTHROPIC_MODEL, "long": LONG, "image": PIXEL, "tool": WEATHER,
         "slow": SLOW, "slow_max": SLOW_MAX_TOKENS}


class node_fixture(sdk_fixture):
    SDK = ""

    def call(self, what, key=None):
        """What the SDK returned or raised."""
        environment = {
            **os.environ,
            "NODE_PATH": os.path.join(os.environ["STINT_PACKAGES"], "end_to_end/node/node_modules"),
            "STINT_URL": f"http://{self.stint.proxy}",
            "STINT_KEY": key or self.key,
            "STINT_SCENE": json.dumps(SCENE),
        }
        done = subprocess.run(
            ["node", HERE / "node/calls.cjs", self.SDK, what], env=environment, capture_output=True, text=True, timeout=120
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def value(self, what, key=None):
        result = self.call(what, key)
        self.assertNotIn("error", result)
        return result["value"]

    def error(self, what, key):
        return self.call(what, key)["error"]

    def check_wrong_key(self):
        error = self.error("plain", "sk-stint-wrong")
        self.assertIn("AuthenticationError", error["classes"])
        self.assertEqual(error["status"], 401)

    def check_over_cap(self):
        key = self.capped_key()
        self.value("plain", key)
        before = self.refusals()
        for what in ("plain", "stream"):
            error = self.error(what, key)
            self.assertIn("RateLimitError", error["classes"])
            self.assertEqual(error["status"], 429)
            self.assertIn("one-call", error["message"])
        self.assertEqual(self.refusals() - before, 2, "the SDK tried again")

    def cut_while_streaming(self):
        """What the SDK made of a stream that was cut, and its row."""
        key, take_the_rest = self.tight_key()
        streaming = background(self.value, "slow", key)
        wait_until(lambda: self.held_tight() == 1, "the stream to begin")
        take_the_rest()
        return streaming.result(), self.check_cut()

    def check_leave(self, after=5):
        self.assertEqual(self.value("leave")["seen"], after)
        self.check_left(flags=["counted"])


class openai_sdk(node_fixture):
    SDK = "openai"

    def test_plain(self):
        self.assertEqual(self.value("plain")["usage"]["completion_tokens"], 16)

    def test_streaming_without_asking_for_usage_hides_it(self):
        chunks = self.value("stream")
        self.assertTrue(all(chunk["choices"] for chunk in chunks))
        self.assertEqual(chunks[-1]["choices"][0]["finish_reason"], "stop")
        self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_streaming_with_usage(self):
        last = self.value("stream_usage")[-1]
        self.assertEqual((last["choices"], last["usage"]["completion_tokens"]), ([], 16))

    def test_a_stream_that_is_cut_ends_as_at_max_tokens(self):
        chunks, _ = self.cut_while_streaming()
        self.assertEqual(chunks[-1]["choices"][0]["finish_reason"], "length")

    def test_tools(self):
        self.assertEqual(self.value("tools")["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "weather")
        names = [
            call.get("function", {}).get("name")
            for chunk in self.value("tools_stream")
            for choice in chunk["choices"]
            for call in choice["delta"].get("tool_calls") or []
        ]
        self.assertIn("weather", names)

    def test_an_image_by_data_url(self):
        self.assertGreaterEqual(self.value("image")["usage"]["prompt_tokens"], 85)

    def test_a_wrong_key_is_an_authentication_error(self):
        self.check_wrong_key()

    def test_over_the_cap_is_a_rate_limit_error_and_is_not_retried(self):
        self.check_over_cap()

    def test_an_early_disconnect_is_settled_at_what_was_streamed(self):
        self.check_leave()


class openai_responses_sdk(node_fixture):
    SDK = "responses"

    def test_plain_and_streaming(self):
        for what in ("plain", "stream"):
            done = self.value(what)
            self.assertEqual((done["status"], done["usage"]["output_tokens"]), ("completed", 16))

    def test_tools(self):
        for what in ("tools", "tools_stream"):
            names = [item["name"] for item in self.value(what)["output"] if item["type"] == "function_call"]
            self.assertEqual(names, ["weather"])

    def test_a_stream_that_is_cut_ends_as_at_max_output_tokens(self):
        final, row = self.cut_while_streaming()
        self.assertEqual((final["status"], final["incomplete_details"]["reason"]), ("incomplete", "max_output_tokens"))
        self.assertEqual(final["usage"]["output_tokens"], row["usage"]["output_tokens"])
        self.assertTrue(final["output"][0]["content"][0]["text"])

    def test_a_wrong_key_is_an_authentication_error(self):
        self.check_wrong_key()

    def test_over_the_cap_is_a_rate_limit_error_and_is_not_retried(self):
        self.check_over_cap()

    def test_an_early_disconnect_is_settled_at_what_was_streamed(self):
        self.check_leave(after=9)


class anthropic_sdk(node_fixture):
    SDK = "anthropic"

    def test_plain(self):
        self.assertEqual(self.value("plain")["usage"]["output_tokens"], 16)

    def test_streaming(self):
        final = self.value("stream")
        self.assertEqual((final["usage"]["output_tokens"], final["stop_reason"]), (16, "end_turn"))

    def test_a_stream_that_is_cut_ends_as_at_max_tokens(self):
        final, row = self.cut_while_streaming()
        self.assertEqual((final["stop_reason"], final["usage"]["output_tokens"]), ("max_tokens", row["usage"]["output_tokens"]))

    def test_tools(self):
        for what in ("tools", "tools_stream"):
            names = [part["name"] for part in self.value(what)["content"] if part["type"] == "tool_use"]
            self.assertEqual(names, ["weather"])

    def test_an_image_by_data_url(self):
        self.assertTrue(self.value("image")["content"])

    def test_a_wrong_key_is_an_authentication_error(self):
        self.check_wrong_key()

    def test_over_the_cap_is_a_rate_limit_error_and_is_not_retried(self):
        self.check_over_cap()

    def test_an_early_disconnect_is_settled_at_what_was_streamed(self):
        self.check_leave()


if __name__ == "__main__":
    unittest.main()
