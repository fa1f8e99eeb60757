"""Embeddings, legacy completions, moderations and lists of models by the official Python packages, against the real gateway.
Needs the virtual environment with them."""

import unittest

import anthropic
import openai

from sdk_fixture import ANTHROPIC_MODEL, sdk_fixture

EMBEDDING = "sim/text-embedding-3-small"
INSTRUCT = "sim/gpt-3.5-turbo-instruct"
TEXTS = ["Rust values memory safety and predictable performance.",
         "Streaming responses arrive incrementally instead of all at once.",
         "Embeddings turn text into numeric vectors for similarity search."]


class plain_calls(sdk_fixture):
    def client(self, key=None):
        return openai.OpenAI(api_key=key or self.key, base_url=f"http://{self.stint.proxy}/v1")

    def anthropic(self, key=None):
        return anthropic.Anthropic(api_key=key or self.key, base_url=f"http://{self.stint.proxy}")

    # Embeddings: the client asks for base64 by itself.

    def test_embeddings_of_every_form_of_input(self):
        for given, texts, tokens in ((TEXTS, 3, 31), (TEXTS[0], 1, 9), ([1, 2, 3], 1, 3), ([[1, 2], [3]], 2, 3)):
            with self.subTest(given=given):
                made = self.client().embeddings.create(model=EMBEDDING, input=given, dimensions=16)
                self.assertEqual([len(one.embedding) for one in made.data], [16] * texts)
                self.assertEqual(made.usage.prompt_tokens, tokens)
                row = self.newest_row()
                self.assertEqual(row["usage"]["input_tokens"], tokens)
                self.assertEqual(row["usage"]["output_tokens"], 0)
                self.assertEqual((row["usage_source"], row["outcome"], row["flags"]), ("provider", "completed", []))
                self.assertEqual(row["held"]["input_tokens"], tokens, "a public tokenizer counts to the token")
                self.assertEqual(row["held"]["output_tokens"], 0)

    def test_embeddings_as_numbers_and_as_base64_are_the_same(self):
        plain = self.client().embeddings.create(model=EMBEDDING, input="a", dimensions=8, encoding_format="float")
        coded = self.client().embeddings.create(model=EMBEDDING, input="a", dimensions=8)
        self.assertEqual(plain.data[0].embedding, coded.data[0].embedding)

    def test_embeddings_cost_what_their_price_says(self):
        self.client().embeddings.create(model=EMBEDDING, input=TEXTS)
        self.assertEqual(self.newest_row()["cost_nanodollars"], 31 * 20, "$0.02 for a million tokens")

    def test_embeddings_without_usage_are_charged_their_count(self):
        self.client().embeddings.create(model=EMBEDDING + "?usage=missing", input=TEXTS)
        row = self.newest_row()
        self.assertEqual((row["usage"]["input_tokens"], row["usage_source"]), (31, "counted"))

    def test_embeddings_whose_cost_nobody_could_tell_are_refused(self):
        with self.assertRaises(openai.BadRequestError) as raised:
            self.client().embeddings.create(model=EMBEDDING, input=[{"image": "x"}])
        self.assertEqual(raised.exception.param, "input")

    def test_embeddings_over_a_cap_are_refused_and_not_retried(self):
        client = self.client(self.capped_key())
        client.embeddings.create(model=EMBEDDING, input="a")
        before = self.refusals()
        with self.assertRaises(openai.RateLimitError):
            client.embeddings.create(model=EMBEDDING, input="a")
        self.assertEqual(self.refusals() - before, 1)

    def test_a_cap_of_tokens_holds_what_an_embedding_reads(self):
        key = self.stint.create_key(tenant="tight")
        with self.assertRaises(openai.RateLimitError) as raised:
            self.client(key).embeddings.create(model=EMBEDDING, input=[[1] * 3000])
        self.assertIn("tight", raised.exception.message)

    # Legacy completions.

    def test_completions_of_several_prompts(self):
        made = self.client().completions.create(model=INSTRUCT + "?tokens=5", prompt=["one", "two"], n=2, best_of=3)
        self.assertEqual(len(made.choices), 4)
        self.assertEqual(made.usage.completion_tokens, 30)
        row = self.newest_row()
        self.assertEqual(row["usage"]["output_tokens"], 30)
        self.assertEqual(row["held"]["output_tokens"], 2 * 3 * 16, "sixteen for each answer to each prompt")

    def test_completions_streamed_with_and_without_usage(self):
        for asked in ({}, {"stream_options": {"include_usage": True}}):
            with self.subTest(asked=asked):
                chunks = list(self.client().completions.create(model=INSTRUCT + "?tokens=7", prompt="one", stream=True, **asked))
                text = "".join(choice.text for chunk in chunks for choice in chunk.choices)
                self.assertTrue(text)
                self.assertEqual([chunk.usage is not None for chunk in chunks].count(True), len(asked))
                row = self.newest_row()
                self.assertEqual((row["usage"]["output_tokens"], row["usage_source"]), (7, "provider"))

    def test_a_completion_that_is_cut_ends_as_at_max_tokens(self):
        paced = list(self.client().completions.create(model=INSTRUCT + "?tokens=70&delay_ms=10", prompt="one", stream=True,
                                                      max_tokens=70))
        self.assertEqual(paced[-1].choices[0].finish_reason, "stop")
        key, take_the_rest = self.tight_key()
        stream = self.client(key).completions.create(model=INSTRUCT + "?tokens=1000&delay_ms=10", prompt="one", stream=True,
                                                     max_tokens=300)
        chunks = [next(stream)]
        take_the_rest()
        chunks += list(stream)
        self.assertEqual(chunks[-1].choices[0].finish_reason, "length")
        self.check_cut()

    def test_a_completion_that_is_left_is_settled_at_what_was_streamed(self):
        stream = self.client().completions.create(model=INSTRUCT + "?tokens=2000&delay_ms=2", prompt="one", stream=True,
                                                  max_tokens=2000)
        for _ in range(5):
            next(stream)
        stream.close()
        self.check_left()

    # What costs nothing.

    def test_moderations_are_free(self):
        made = self.client().moderations.create(model="sim/omni-moderation-latest", input=["a", "b"])
        self.assertEqual(len(made.results), 2)
        row = self.newest_row()
        self.assertEqual((row["flags"], row["cost_nanodollars"], row["model"]), (["free"], 0, "sim/omni-moderation-latest"))

    def test_counting_tokens_is_free(self):
        counted = self.anthropic().messages.count_tokens(model=ANTHROPIC_MODEL, messages=[{"role": "user", "content": "hi"}])
        self.assertGreater(counted.input_tokens, 0)
        self.assertEqual(self.newest_row()["flags"], ["free"])

    # Models: from what the key may use, in the form of each client.

    def test_models_are_those_of_the_key(self):
        key = self.stint.create_key(model="sim/gpt-*")
        self.assertEqual([one.id for one in self.client(key).models.list()], ["sim/gpt-4o", "sim/gpt-4o-mini"])
        self.assertEqual([one.id for one in self.anthropic(key).models.list()], ["sim/gpt-4o", "sim/gpt-4o-mini"])
        paged = [one.id for one in self.anthropic().models.list(limit=1)]
        self.assertEqual(paged, [one.id for one in self.client().models.list()], "pages were not turned")
        self.assertIn("sim/claude-sonnet-4-5", paged)

    def test_one_model_is_looked_up(self):
        self.assertEqual(self.client().models.retrieve("sim/gpt-4o").id, "sim/gpt-4o")
        self.assertEqual(self.anthropic().models.retrieve("sim/claude-sonnet-4-5").type, "model")
        for client in (self.client(), self.anthropic()):
            with self.assertRaises((openai.NotFoundError, anthropic.NotFoundError)):
                client.models.retrieve("sim-nothing")

    def test_a_model_is_not_deleted(self):
        with self.assertRaises(openai.NotFoundError) as raised:
            self.client().models.delete("sim/gpt-4o")
        self.assertIn("manages the provider's account", raised.exception.message)

    def test_what_is_not_served_says_why(self):
        with self.assertRaises(openai.NotFoundError) as raised:
            self.client().images.generate(model="sim/gpt-4o", prompt="a cat")
        self.assertIn("pictures are not metered yet", raised.exception.message)


if __name__ == "__main__":
    unittest.main()
