"""Cheap admission: a long prompt whose bytes fit with ample room is forwarded before it is counted, and counted while the
provider is thinking; what it holds above its count is then given back. Where room is scarce it is counted first, and every
figure is exact. Which of the two happened is told by stint_prompt_counts_total, never by a clock."""

import json
import threading
import unittest

import http_client
from books import FOREVER_CAPS, check_books, tokens, INPUT_KINDS
from gateway_process import anthropic_body, background, call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, canned_answer, chunk, scripted_upstream, streamed_events, with_length
from wait import wait_until

TEXT = "The ledger holds what a tenant may still spend; nothing is charged to nobody. " * 250
BYTES = len(TEXT)
MAX_TOKENS = 100
MIN_TOKENS = 16  # the least output for which a call is worth making (admission.output_min_tokens)
FAR_FEWER = BYTES // 3  # tokens of TEXT are fewer than this, its bytes three times as many


def without_usage():
    body = json.loads(canned_answer().partition(b"\r\n\r\n")[2])
    del body["usage"]
    return with_length(json.dumps(body).encode())


class thinking_provider:
    """Answers only when it may; a stream then says five words and stops there until the gateway hangs up."""

    def __init__(self):
        self.may_answer = threading.Event()
        self.usage = True
        self.upstream = scripted_upstream(self.answer)

    def answer(self, wire, request):
        self.may_answer.wait(60)
        if json.loads(request.body).get("stream"):
            wire.sendall(STREAM_HEAD + b"".join(map(chunk, streamed_events([" word"] * 5, done=False))))
            assert not wire.recv(1)
            return False
        wire.sendall(canned_answer(10, 5) if self.usage else without_usage())
        return True

    def seen(self):
        return len(self.upstream.requests)


CAPS = [
    *FOREVER_CAPS,
    # The byte bound does not fit these; the tokens do.
    {"name": "tight", "match": {"feature": "tight"}, "window": "forever", "unit": "tokens", "limit": BYTES},
    {"name": "tight-usd", "match": {"feature": "tight-usd"}, "window": "forever", "unit": "usd", "limit": "0.3"},
    {"name": "tight-call", "match": {"feature": "tight-call"}, "window": "request", "unit": "tokens", "limit": FAR_FEWER},
    {"name": "wide-call", "match": {"feature": "wide-call"}, "window": "request", "unit": "tokens", "limit": 2 * BYTES},
    {"name": "warns", "match": {"feature": "warns"}, "window": "forever", "unit": "tokens", "limit": BYTES, "mode": "warn"},
    # Not even the tokens fit.
    {"name": "spent", "match": {"feature": "spent"}, "window": "forever", "unit": "tokens", "limit": 200},
]
FEATURES = ["chat", "tight", "tight-usd", "tight-call", "wide-call", "warns", "spent"]


class cheap_admission(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.provider = thinking_provider()
        self.addCleanup(self.provider.upstream.close)
        self.stint = gateway(caps=CAPS, providers={"thinking": self.provider.upstream.provider()}, **self.settings)
        self.stint.__enter__()
        self.addCleanup(self.stint.__exit__, None, None, None)
        self.key = self.stint.create_key(features=FEATURES)

    def counts(self):
        return {when: self.stint.metric("stint_prompt_counts_total", when=when)
                for when in ("before_hold", "after_forwarding", "not_needed")}

    def call(self, feature="chat", text=TEXT, **more):
        body = openai_body(text, "gpt-4o", max_tokens=MAX_TOKENS, **more)
        return self.stint.chat(self.key, body, {"x-stint-feature": feature})

    def row(self, answer):
        self.stint.wait_until_idle()
        return next(row for row in self.stint.rows(20) if row["id"] == answer.request_id)

    def held_tokens(self):
        return next(one["held"] for one in self.stint.caps() if one["cap"] == "all-input-tokens")

    def exact_tokens(self):
        """What TEXT's request counts as, asked of a gateway that counts it first."""
        self.provider.may_answer.set()
        row = self.row(self.call("tight"))
        self.assertLess(row["held"]["input_tokens"], FAR_FEWER)
        return row["held"]["input_tokens"]

    def test_a_long_prompt_is_forwarded_at_its_bound_and_counted_while_the_provider_thinks(self):
        calling = background(self.call)
        wait_until(lambda: self.provider.seen() == 1, "the provider to be asked")
        wait_until(lambda: self.counts()["after_forwarding"] == 1, "the prompt to be counted while nobody has answered")
        self.assertEqual(self.counts(), {"before_hold": 0, "after_forwarding": 1, "not_needed": 0})
        wait_until(lambda: self.held_tokens() < FAR_FEWER, "the excess to be given back while nobody has answered")
        self.provider.may_answer.set()
        answer = calling.result()
        self.assertEqual(answer.status, 200)
        row = self.row(answer)
        self.assertLess(row["held"]["input_tokens"], FAR_FEWER)
        self.assertEqual(row["usage"]["input_tokens"], 10)  # as the provider reports it
        check_books(self.stint)

    def test_an_answer_without_usage_is_charged_the_exact_count(self):
        exact = self.exact_tokens()
        self.provider.usage = False
        answer = self.call()
        row = self.row(answer)
        self.assertEqual(row["usage"]["input_tokens"], exact)
        self.assertEqual(answer.headers["x-stint-input-tokens"], str(exact))
        self.assertIn("counted", row["flags"])
        self.assertEqual(self.counts()["after_forwarding"], 1)
        check_books(self.stint)

    def test_where_room_is_scarce_the_prompt_is_counted_first(self):
        self.provider.may_answer.set()
        for done, feature in enumerate(("tight", "tight-usd", "tight-call", "warns"), 1):
            with self.subTest(feature=feature):
                answer = self.call(feature)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertLess(self.row(answer)["held"]["input_tokens"], FAR_FEWER)
                self.assertEqual(self.counts()["before_hold"], done)
        self.assertEqual(self.counts()["after_forwarding"] + self.counts()["not_needed"], 0)
        check_books(self.stint)

    def test_a_request_cap_is_not_shared_so_the_bound_may_fill_it(self):
        self.provider.may_answer.set()
        self.assertEqual(self.call("wide-call").status, 200)
        self.assertEqual(self.counts()["before_hold"], 0)

    def test_a_refusal_names_the_exact_need(self):
        exact = self.exact_tokens()
        asked = self.provider.seen()
        answer = self.call("spent")
        self.assertEqual(answer.status, 429, answer.body)
        error = answer.json()["error"]
        self.assertEqual((error["code"], error["stint"]["requested"]), ("budget_exceeded", exact + MIN_TOKENS))
        self.assertEqual(self.provider.seen(), asked, "a refused call was forwarded")
        self.assertEqual(self.stint.metric("stint_refusals_total", cap="spent"), 1)

    def test_a_short_prompt_is_always_counted_first(self):
        self.provider.may_answer.set()
        self.assertLess(self.row(self.call(text="Say hello."))["held"]["input_tokens"], 20)
        self.assertEqual(self.counts(), {"before_hold": 1, "after_forwarding": 0, "not_needed": 0})

    def test_leaving_mid_stream_charges_the_exact_count(self):
        exact = self.exact_tokens()
        body = openai_body(TEXT, "gpt-4o", max_tokens=MAX_TOKENS, stream=True)
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), encoded(body)))
            head = wire.read_head()
            next(http_client.events(wire.read_pieces(head)))
        row = self.row(head)
        self.assertEqual((row["outcome"], row["usage_source"]), ("client_gone", "counted"))
        self.assertEqual(row["usage"]["input_tokens"], exact)
        self.assertEqual(self.counts()["after_forwarding"], 1)
        check_books(self.stint)

    def test_leaving_while_the_provider_thinks_charges_what_it_reports(self):
        calling = background(self.leave_at_once)
        wait_until(lambda: self.provider.seen() == 1, "the provider to be asked")
        calling.result()
        self.provider.may_answer.set()
        rows = check_books(self.stint)
        self.assertEqual([tokens(row, INPUT_KINDS) for row in rows], [10])

    def leave_at_once(self, stream=False):
        with http_client.connection(self.stint.proxy) as wire:
            body = encoded(openai_body(TEXT, "gpt-4o", max_tokens=MAX_TOKENS, stream=stream))
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), body))
            wait_until(lambda: not self.stint.idle(), "the call to be held")

    def test_killed_while_the_provider_thinks_it_charges_the_bound_at_most(self):
        """The count is noted on the log a little after it is made, and the kill may come before that note."""
        exact = self.exact_tokens()
        self.provider.may_answer.clear()
        asked = self.provider.seen()
        orphan = background(self.ignore_the_end, self.call)
        wait_until(lambda: self.provider.seen() > asked, "the provider to be asked")
        self.stint.kill()
        self.provider.may_answer.set()
        orphan.result()
        self.stint.start()
        rows = check_books(self.stint, restarted=True)
        charged = [row for row in rows if "orphaned" in row["flags"]]
        self.assertEqual(len(charged), 1)
        self.assertIn(charged[0]["usage"]["input_tokens"], range(exact, charged[0]["held"]["input_tokens"] + 1))

    def test_killed_after_the_count_is_on_the_log_it_charges_the_count(self):
        exact = self.exact_tokens()
        self.provider.may_answer.clear()
        looks = 0
        before = self.stint.metric("stint_ledger_operations_total")

        def of_the_call():
            """Operations of the ledger since, without one for each look."""
            nonlocal looks
            looks += 1
            return self.stint.metric("stint_ledger_operations_total") - before - looks

        orphan = background(self.ignore_the_end, self.call)
        wait_until(lambda: of_the_call() == 2, "the hold and the note of the count")
        self.stint.kill()
        self.provider.may_answer.set()
        orphan.result()
        self.stint.start()
        rows = check_books(self.stint, restarted=True)
        self.assertEqual([row["usage"]["input_tokens"] for row in rows if "orphaned" in row["flags"]], [exact])

    def ignore_the_end(self, call):
        try:
            call()
        except (OSError, http_client.incomplete):
            pass  # killed

    def test_a_provider_that_says_no_is_charged_nothing(self):
        with self.subTest("the hold at the bound is given back whole"):
            refusal = with_length(b'{"error":{"message":"no"}}', "500 Oops")
            self.provider.upstream.answer = lambda wire, _: wire.sendall(refusal) or False
            answer = self.call()
            self.assertEqual(answer.status, 500)
            self.assertEqual(self.row(answer)["cost_nanodollars"], 0)
            check_books(self.stint)

    def test_a_provider_that_goes_without_a_word_is_charged_the_count_and_the_bound_of_its_answer(self):
        exact = self.exact_tokens()
        self.provider.upstream.answer = lambda wire, _: False
        answer = self.call()
        self.assertEqual(answer.status, 502)
        row = self.row(answer)
        self.assertIn("unknown", row["flags"])
        self.assertEqual((row["usage"]["input_tokens"], row["usage"]["output_tokens"]), (exact, MAX_TOKENS))
        check_books(self.stint)


class counted_on_the_pool(cheap_admission):
    """The same, with every long prompt counted by another thread."""

    settings = {"limits": {"count_inline_bytes_max": 0}}


class remembered(unittest.TestCase):
    def test_a_conversation_that_is_sent_again_counts_as_much_as_when_it_was_new(self):
        """With memory for four segments, for thousands, and for none, by two tenants in turn."""
        counts = []
        for memory in ("0", "256", "1MiB"):
            with gateway(caps=FOREVER_CAPS, limits={"remembered_bytes_max": memory},
                         admission={"uncounted_room_share": 0}) as stint:
                keys = [stint.create_key(tenant=tenant) for tenant in ("acme", "umbra")]
                messages, ids = [], []
                for turn in range(6):
                    messages.append({"role": ("user", "assistant")[turn % 2], "content": f"{turn}. {TEXT}\nWhat then?\n" * 2})
                    for key in keys:
                        body = {**openai_body(), "messages": messages}
                        answer = stint.chat(key, body)
                        self.assertEqual(answer.status, 200)
                        ids.append(answer.request_id)
                by_id = {row["id"]: row for row in check_books(stint)}
                rows = [by_id[id] for id in ids]  # neither ids nor times order the calls of one millisecond
                counts.append([row["held"]["input_tokens"] for row in rows])
                # The simulated provider counts for itself, and remembers nothing.
                self.assertEqual(counts[-1], [row["usage"]["input_tokens"] for row in rows])
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(counts[0], counts[2])


class never_uncounted(unittest.TestCase):
    def test_without_a_share_every_prompt_is_counted_first(self):
        with gateway(caps=FOREVER_CAPS, admission={"uncounted_room_share": 0}) as stint:
            key = stint.create_key()
            self.assertEqual(stint.chat(key, openai_body(TEXT)).status, 200)
            self.assertEqual(stint.metric("stint_prompt_counts_total", when="before_hold"), 1)
            self.assertEqual(stint.metric("stint_prompt_counts_total"), 1)


class many_at_once(unittest.TestCase):
    def test_long_prompts_never_spend_more_than_the_cap_and_come_close_to_it(self):
        """Byte-bound holds crowd nobody out: the last call that fits by its tokens is still let in."""
        limit = 200_000
        caps = [*FOREVER_CAPS, {"name": "hard", "per": ["tenant"], "window": "day", "unit": "tokens", "limit": limit}]
        with gateway(caps=caps) as stint:
            key = stint.create_key()

            def call_until_spent(client):
                while True:
                    if client % 2:
                        answer = stint.chat(key, openai_body(TEXT[: 4000], "sim/gpt-4o?tokens=40", max_tokens=50))
                    else:
                        body = anthropic_body(TEXT[: 4000], "sim/claude-sonnet-4-5?tokens=40", max_tokens=50, stream=True)
                        answer = stint.chat(key, body, path="/v1/messages")
                    if answer.status != 200 and answer.headers.get("x-should-retry") != "true":
                        return answer.status

            clients = [background(call_until_spent, number) for number in range(32)]
            self.assertEqual({client.result() for client in clients}, {429})
            rows = check_books(stint)
            billed = stint.bill()["totals"]
            spent = billed["prompt_tokens"] + billed["completion_tokens"]
            self.assertLessEqual(spent, limit)
            self.assertGreater(spent, limit - 2 * 2000, "the last call that fits was not let in")
            self.assertGreater(sum(row["held"]["input_tokens"] >= 4000 for row in rows), 10)
            self.assertGreater(sum(0 < row["held"]["input_tokens"] < 2000 for row in rows), 10)


if __name__ == "__main__":
    unittest.main()
