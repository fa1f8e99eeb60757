"""One gateway for the tests that drive it with the official SDKs, and what is checked after each of them: that the ledger, the
counters and the metrics agree, and that the simulated provider's own bill says the same, call by call."""

import unittest

from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import gateway

OPENAI_MODEL = "sim/gpt-4o"
ANTHROPIC_MODEL = "sim/claude-sonnet-4-5"
# Slow enough that a client can leave in the middle.
LONG = "?tokens=2000&delay_ms=2"

# The smallest PNG there is: one grey pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

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
            ]
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key()

    def tearDown(self):
        check_bill(self.stint, check_books(self.stint))

    def capped_key(self):
        """A key that may make one call a day."""
        return self.stint.create_key(tenant="capped")

    def refusals(self):
        return self.stint.metric("stint_refusals_total", cap="one-call")

    def newest_row(self):
        self.stint.wait_until_idle()
        return self.stint.rows(1)[0]
