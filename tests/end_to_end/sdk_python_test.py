"""The official Python packages `openai` and `anthropic` against the real gateway. Needs the virtual environment with them."""

import json
import unittest

import anthropic
import openai

from sdk_fixture import (ANTHROPIC_MODEL, LONG, OPENAI_MODEL, PIXEL, SLOW, SLOW_MAX_TOKENS, WEATHER, WORDY, python_package,
                         sdk_fixture)

ASK = [{"role": "user", "content": "What is a ledger?"}]


class openai_sdk(python_package, sdk_fixture):
    PACKAGE = openai
    CODE = "budget_exceeded"

    def client(self, key=None):
        return openai.OpenAI(api_key=key or self.key, base_url=f"http://{self.stint.proxy}/v1")

    def create(self, client=None, model=OPENAI_MODEL, **more):
        return (client or self.client()).chat.completions.create(model=model, messages=ASK, **more)

    def long_stream(self):
        return self.create(model=OPENAI_MODEL + LONG, stream=True)

    def test_plain(self):
        done = self.client().chat.completions.create(model=OPENAI_MODEL, messages=ASK)
        self.assertEqual(done.usage.completion_tokens, 16)
        self.assertTrue(done.choices[0].message.content)
        self.assertEqual(self.newest_row()["outcome"], "completed")

    def test_streaming_without_asking_for_usage_hides_it(self):
        chunks = list(self.client().chat.completions.create(model=OPENAI_MODEL, messages=ASK, stream=True))
        self.assertTrue(all(chunk.choices for chunk in chunks), "a chunk without choices reached a client that did not ask")
        self.assertEqual(chunks[-1].choices[0].finish_reason, "stop")
        self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_streaming_with_usage(self):
        chunks = list(
            self.client().chat.completions.create(
                model=OPENAI_MODEL, messages=ASK, stream=True, stream_options={"include_usage": True}
            )
        )
        self.assertEqual(chunks[-1].usage.completion_tokens, 16)
        self.assertEqual(chunks[-1].choices, [])

    def test_tools(self):
        tools = [{"type": "function", "function": {"name": "weather", "description": "Says the weather",
                                                   "parameters": WEATHER}}]
        for stream in (False, True):
            made = self.client().chat.completions.create(
                model=OPENAI_MODEL + "?tool=1", messages=ASK, tools=tools, stream=stream
            )
            if stream:
                calls = [call for chunk in made for call in (chunk.choices[0].delta.tool_calls or [])]
            else:
                calls = made.choices[0].message.tool_calls
            self.assertEqual(calls[0].function.name, "weather")
            self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_an_image_by_data_url(self):
        parts = [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}},
        ]
        done = self.client().chat.completions.create(model=OPENAI_MODEL, messages=[{"role": "user", "content": parts}])
        self.assertGreaterEqual(done.usage.prompt_tokens, 85, "a low-detail image costs gpt-4o 85 tokens")

    def test_a_stream_that_is_cut_ends_as_at_max_tokens(self):
        for with_usage in (True, False):
            with self.subTest(with_usage=with_usage):
                key, take_the_rest = self.tight_key()
                stream = self.client(key).chat.completions.create(
                    model=OPENAI_MODEL + SLOW, messages=ASK, stream=True, max_tokens=SLOW_MAX_TOKENS,
                    stream_options={"include_usage": with_usage},
                )
                chunks = [next(stream)]
                take_the_rest()
                chunks += stream
                row = self.check_cut()
                self.assertEqual([one.finish_reason for chunk in chunks for one in chunk.choices][-1], "length")
                self.assertEqual(len({chunk.id for chunk in chunks}), 1)
                usage = [chunk.usage for chunk in chunks if chunk.usage]
                self.assertEqual([one.completion_tokens for one in usage], [row["usage"]["output_tokens"]] * with_usage)
                self.stint.wait_until_idle()

    def test_a_tool_call_that_is_cut_is_left_unfinished(self):
        key, take_the_rest = self.tight_key()
        tools = [{"type": "function", "function": {"name": "report", "parameters": WORDY}}]
        stream = self.client(key).chat.completions.create(
            model=OPENAI_MODEL + SLOW + "&tool=1", messages=ASK, tools=tools, stream=True, max_tokens=SLOW_MAX_TOKENS
        )
        chunks = [next(stream)]
        take_the_rest()
        chunks += stream
        self.check_cut()
        self.assertEqual(chunks[-1].choices[0].finish_reason, "length")
        said = "".join(call.function.arguments or "" for chunk in chunks for one in chunk.choices
                       for call in one.delta.tool_calls or [])
        with self.assertRaises(json.JSONDecodeError):
            json.loads(said)


class openai_responses_sdk(python_package, sdk_fixture):
    PACKAGE = openai
    CODE = "budget_exceeded"
    SEEN = 9  # the first four tell of what is to come

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The package reads its types with its first response, for seconds: a stream would have ended meanwhile.
        list(cls.create(cls(), stream=True))

    def client(self, key=None):
        return openai.OpenAI(api_key=key or self.key, base_url=f"http://{self.stint.proxy}/v1")

    def create(self, client=None, model=OPENAI_MODEL, **more):
        return (client or self.client()).responses.create(model=model, input="What is a ledger?", **more)

    def long_stream(self):
        return self.create(model=OPENAI_MODEL + LONG, stream=True)

    def test_plain(self):
        done = self.create()
        self.assertEqual((done.status, done.usage.output_tokens), ("completed", 16))
        self.assertTrue(done.output_text)

    def test_streaming(self):
        events = list(self.create(stream=True))
        self.assertEqual(events[-1].type, "response.completed")
        self.assertEqual(events[-1].response.usage.output_tokens, 16)
        said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        self.assertEqual(events[-1].response.output_text, said)
        with self.client().responses.stream(model=OPENAI_MODEL, input="What is a ledger?") as stream:
            self.assertEqual(stream.get_final_response().usage.output_tokens, 16)
        self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_tools(self):
        tools = [{"type": "function", "name": "weather", "description": "Says the weather", "parameters": WEATHER,
                  "strict": False}]
        made = self.create(model=OPENAI_MODEL + "?tool=1", tools=tools)
        self.assertEqual([item.name for item in made.output if item.type == "function_call"], ["weather"])
        with self.client().responses.stream(
            model=OPENAI_MODEL + "?tool=1", input="What is a ledger?", tools=tools
        ) as stream:
            self.assertIn("function_call", [item.type for item in stream.get_final_response().output])

    def test_an_answer_that_goes_on_with_another(self):
        first = self.create()
        second = self.create(previous_response_id=first.id)
        self.assertEqual(second.usage.input_tokens, first.usage.total_tokens + first.usage.input_tokens)
        asked = self.client().responses
        self.assertEqual(asked.retrieve(second.id).id, second.id)
        self.assertGreater(asked.input_tokens.count(model=OPENAI_MODEL, input="What is a ledger?").input_tokens, 3)
        asked.delete(second.id)
        with self.assertRaises(openai.NotFoundError):
            asked.retrieve(second.id)

    def test_a_stream_that_is_cut_ends_as_at_max_output_tokens(self):
        key, take_the_rest = self.tight_key()
        stream = self.create(self.client(key), OPENAI_MODEL + SLOW, max_output_tokens=SLOW_MAX_TOKENS, stream=True)
        events = [next(stream)]
        take_the_rest()
        events += stream
        row = self.check_cut()
        last = events[-1]
        self.assertEqual((last.type, last.response.incomplete_details.reason), ("response.incomplete", "max_output_tokens"))
        self.assertEqual(last.response.usage.output_tokens, row["usage"]["output_tokens"])
        said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        self.assertTrue(said)
        self.assertEqual(last.response.output_text, said)

    def test_a_tool_call_that_is_cut_is_never_called_complete(self):
        key, take_the_rest = self.tight_key()
        tools = [{"type": "function", "name": "report", "parameters": WORDY, "strict": False}]
        stream = self.create(self.client(key), OPENAI_MODEL + SLOW + "&tool=1", tools=tools,
                             max_output_tokens=SLOW_MAX_TOKENS, stream=True)
        events = [next(stream)]
        take_the_rest()
        events += stream
        self.check_cut()
        calls = [item for item in events[-1].response.output if item.type == "function_call"]
        self.assertEqual([call.status for call in calls], ["incomplete"])
        with self.assertRaises(json.JSONDecodeError):
            json.loads(calls[0].arguments)


class anthropic_sdk(python_package, sdk_fixture):
    PACKAGE = anthropic

    def client(self, key=None):
        return anthropic.Anthropic(api_key=key or self.key, base_url=f"http://{self.stint.proxy}")

    def create(self, client=None, model=ANTHROPIC_MODEL, messages=ASK, max_tokens=64, **more):
        return (client or self.client()).messages.create(model=model, messages=messages, max_tokens=max_tokens, **more)

    def long_stream(self):
        return self.create(model=ANTHROPIC_MODEL + LONG, max_tokens=4000, stream=True)

    def test_plain(self):
        done = self.create()
        self.assertEqual(done.usage.output_tokens, 16)
        self.assertTrue(done.content[0].text)

    def test_streaming(self):
        with self.client().messages.stream(model=ANTHROPIC_MODEL, messages=ASK, max_tokens=64) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        self.assertTrue(text)
        self.assertEqual((final.usage.output_tokens, final.stop_reason), (16, "end_turn"))
        self.assertEqual(self.newest_row()["usage_source"], "provider")

    def test_a_stream_that_is_cut_ends_as_at_max_tokens(self):
        key, take_the_rest = self.tight_key()
        with self.client(key).messages.stream(
            model=ANTHROPIC_MODEL + SLOW, messages=ASK, max_tokens=SLOW_MAX_TOKENS
        ) as stream:
            next(stream.text_stream)
            take_the_rest()
            final = stream.get_final_message()
        row = self.check_cut()
        self.assertEqual((final.stop_reason, final.usage.output_tokens), ("max_tokens", row["usage"]["output_tokens"]))
        self.assertTrue(final.content[0].text)

    def test_a_tool_call_that_is_cut_is_left_unfinished(self):
        key, take_the_rest = self.tight_key()
        stream = self.client(key).messages.create(
            model=ANTHROPIC_MODEL + SLOW + "&tool=1", messages=ASK, max_tokens=SLOW_MAX_TOKENS, stream=True,
            tools=[{"name": "report", "input_schema": WORDY}],
        )
        events = [next(stream)]
        take_the_rest()
        events += stream
        self.check_cut()
        self.assertEqual([one.type for one in events[-3:]], ["content_block_stop", "message_delta", "message_stop"])
        self.assertEqual(events[-2].delta.stop_reason, "max_tokens")

    def test_tools(self):
        tools = [{"name": "weather", "description": "Says the weather", "input_schema": WEATHER}]
        done = self.create(model=ANTHROPIC_MODEL + "?tool=1", tools=tools)
        self.assertEqual([part.name for part in done.content if part.type == "tool_use"], ["weather"])
        with self.client().messages.stream(
            model=ANTHROPIC_MODEL + "?tool=1", messages=ASK, max_tokens=64, tools=tools
        ) as stream:
            self.assertIn("tool_use", [part.type for part in stream.get_final_message().content])

    def test_an_image_by_data_url(self):
        source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
        parts = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
        self.assertTrue(self.create(messages=[{"role": "user", "content": parts}]).content)


if __name__ == "__main__":
    unittest.main()
