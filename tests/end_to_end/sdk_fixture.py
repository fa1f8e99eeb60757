"""One gateway for the tests that drive it with the official SDKs, and what is checked after each of them: that the ledger, the
counters and the metrics agree, and that the simulated provider's own bill says the same, call by call."""

import unittest

from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import anthropic_body, background, gateway, openai_body
from wait import wait_until

OPENAI_MODEL = "sim/gpt-4o"
ANTHROPIC_MODEL = "sim/claude-sonnet-4-5"
# Slow enough that a client can leave in the middle.
LONG = "?tokens=2000&delay_ms=2"
LEFT_MAX_TOKENS = 1000  # of a client that reads the beginning; all of them take four seconds

# The smallest PNG there is: one grey pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

# A tool whose arguments are some hundred tokens.
WORDY = {"type": "object", "properties": {f"part_{n}": {"type": "string"} for n in range(30)},
         "required": [f"part_{n}" for n in range(30)]}

# What a key of tenant "tight" may spend in a day, and a call that takes more than it, for seconds, token by token.
TIGHT = 2000
SLOW = "?tokens=1000&delay_ms=10"
SLOW_MAX_TOKENS = 300

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "The city's name"}, "unit": {"enum": ["c", "f"]}},
    "required": ["city"],
}


class sdk_fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stint = gateway(
            caps=[
                *FOREVER_CAPS,
                {"name": "one-call", "match": {"tenant": "capped"}, "per": ["key"], "window": "day", "unit": "requests",
                 "limit": 1},
                {"name": "tight", "match": {"tenant": "tight"}, "per": ["key"], "window": "day", "unit": "tokens",
                 "limit": TIGHT},
            ],
            admission={"first_output_tokens": 40, "stream_margin_tokens": 8},
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def tearDown(self):
        check_bill(self.stint, check_books(self.stint))

    def capped_key(self):
        """A key that may make one call a day."""
        return self.stint.create_key(tenant="capped")

    def tight_key(self):
        """A key with a small budget, and what takes so much of it that a stream of SLOW must be cut; call it once that runs."""
        # A model's streams hold their bound, until one was long enough to show how much of it comes at once.
        paced = "?tokens=70&delay_ms=10"
        for body, path in ((openai_body(model=OPENAI_MODEL + paced, max_tokens=70, stream=True), "/v1/chat/completions"),
                           (anthropic_body(model=ANTHROPIC_MODEL + paced, max_tokens=70, stream=True), "/v1/messages")):
            self.assertEqual(self.stint.chat(self.key, body, path=path).status, 200)
        self.stint.wait_until_idle()

        def spend(key, tokens):
            body = openai_body(model="sim/gpt-4o?tokens=5&delay_ms=1000", max_tokens=tokens)
            self.assertEqual(self.stint.chat(key, body).status, 200)

        return self.small_budget(spend, left=90)

    def small_budget(self, spend, left):
        """A key with a small budget, and what takes all of it but about `left` tokens beside the stream that runs then.
        spend(key, tokens) is a call that holds so many, for seconds, and checks that it was answered."""
        key = self.stint.create_key(tenant="tight")

        def take():
            held = wait_until(self.held_by_tight, "the stream's hold")
            taking = background(spend, key, TIGHT - held - left)
            wait_until(lambda: self.held_tight() > 1, "the budget to be taken")
            self.addCleanup(taking.result)

        return key, take

    def held_by_tight(self):
        """What the calls in flight hold of a small budget; 0: there are none."""
        return next((one["held"] for one in self.stint.caps() if one["cap"] == "tight" and one["held"]), 0)

    def held_tight(self):
        """How many calls hold something of the small budgets."""
        return self.stint.metric("stint_ledger_holds_active")

    def check_cut(self, generated_max=SLOW_MAX_TOKENS):
        """The last stream was cut, and charged to the token what the provider bills."""
        row = wait_until(lambda: next((one for one in self.stint.rows(5) if one["outcome"] == "cut"), None), "the cut call's row")
        billed = self.stint.bill()["calls"][row["id"]]["completion_tokens"]
        self.assertEqual(row["usage"]["output_tokens"], billed)
        self.assertGreater(billed, 20)
        self.assertLess(billed, generated_max)
        self.assertLessEqual(billed, row["held"]["output_tokens"])
        self.assertEqual(row["status"], 200)
        return row

    def check_left(self, generated_min=0, flags=()):
        """The last call was a stream that its client left, and is charged what was on its way: not its bound, as one is whose end
        nobody saw."""
        row = self.newest_row()
        self.assertEqual(row["outcome"], "client_gone")
        self.assertNotIn("unknown", row["flags"])
        self.assertIn(row["usage_source"], ("provider", "counted"))
        for flag in flags:
            self.assertIn(flag, row["flags"])
        self.assertGreater(row["usage"]["output_tokens"], generated_min)
        self.assertLess(row["usage"]["output_tokens"], LEFT_MAX_TOKENS)

    def refusals(self):
        return self.stint.metric("stint_refusals_total", cap="one-call")

    def newest_row(self):
        self.stint.wait_until_idle()
        return self.stint.rows(1)[0]


class python_package:
    """What every API of a Python package passes alike; stands before sdk_fixture among the bases of its tests. They say
    `client(key)`, `create(client, **more)`, `long_stream()`, and whose errors are raised (PACKAGE)."""

    PACKAGE = None
    SEEN = 5  # so many pieces of a stream have some text among them
    CODE = None  # of a refusal, where the package gives it

    def test_a_wrong_key_is_an_authentication_error(self):
        with self.assertRaises(self.PACKAGE.AuthenticationError):
            self.create(self.client("sk-stint-wrong"))

    def test_over_the_cap_is_a_rate_limit_error_and_is_not_retried(self):
        client = self.client(self.capped_key())
        self.create(client)
        before = self.refusals()
        for stream in (False, True):
            with self.assertRaises(self.PACKAGE.RateLimitError) as raised:
                self.create(client, stream=stream)
        self.assertEqual(self.refusals() - before, 2, "the SDK tried again")
        self.assertIn("one-call", raised.exception.message)
        if self.CODE:
            self.assertEqual(raised.exception.code, self.CODE)

    def test_an_early_disconnect_is_settled_at_what_was_streamed(self):
        stream = self.long_stream()
        for _ in range(self.SEEN):
            next(stream)
        stream.close()
        self.check_left(flags=["counted"])
