"""What was forwarded and not seen to its end is charged, by the bill of a provider that keeps its own books: for every way in
which an end can be missed, again and again until the cap says no, the provider has billed no more than the cap, nothing that it
billed is missing, and what was left in the middle of a stream is not charged twice over."""

import unittest

from books import check_books, tokens, INPUT_KINDS, OUTPUT_KINDS
from unseen_ends import CAP, PROMPT_TOKENS, WAYS, spender, told


class unknown_ends(unittest.TestCase):
    def check(self, way, streams=False):
        of = WAYS[way]()
        print(told(way, of))
        self.assertLessEqual(of["billed"], CAP, "the provider billed more than the cap")
        self.assertGreaterEqual(of["charged"], of["billed"], "tokens that were billed are missing")
        if streams:
            self.assertLess(of["charged"], 2 * of["billed"])
        return of

    def check_unknown(self, of):
        for row in of["rows"]:  # one whose bound was lowered may have ended before its client left
            self.assertTrue("unknown" in row["flags"] or row["usage_source"] == "provider", row)
        self.assertTrue(any("unknown" in row["flags"] for row in of["rows"]))

    def test_answers_that_never_came_are_not_refunded(self):
        for how, status in (("says nothing", 504), ("goes", 502), ("garbles its head", 502), ("breaks off", 502)):
            with self.subTest(how=how):
                of = self.check(f"a provider that {how}")
                self.assertEqual(of["statuses"], {status})
                self.assertTrue(all("unknown" in row["flags"] for row in of["rows"]))

    def test_clients_that_leave_a_model_while_it_thinks_spend_what_it_bills(self):
        self.check_unknown(self.check("reasoning that is left", streams=True))

    def test_clients_that_leave_a_stream_spend_what_came_and_what_was_on_its_way(self):
        self.check("a stream that is left", streams=True)

    def test_calls_in_flight_when_the_gateway_is_killed_are_not_refunded(self):
        for row in self.check("kills")["rows"]:
            self.assertEqual((row["outcome"], row["usage_source"]), ("orphaned", "orphaned"))
            self.assertIn("unknown", row["flags"])

    def test_calls_in_flight_when_the_gateway_stops_are_not_refunded(self):
        self.check_unknown(self.check("stops"))

    def test_who_prefers_the_other_mistake_is_refunded(self):
        settings = {"admission": {"wait": "0ms", "unknown_calls": "prompt"}}
        with spender(timeouts={"first_byte": "200ms"}, **settings) as of:
            of.provider.how = "says nothing"
            self.assertEqual(of.plain().status, 504)
            row = check_books(of.stint)[0]
            self.assertIn("unknown", row["flags"])
            self.assertEqual((tokens(row, INPUT_KINDS), tokens(row, OUTPUT_KINDS)), (PROMPT_TOKENS, 0))


if __name__ == "__main__":
    unittest.main()
