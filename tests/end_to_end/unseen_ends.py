"""Ends that nobody sees, done to a gateway again and again until its cap says no, and what a provider billed meanwhile that
keeps its own books. Used by unknown_ends_test.py and by tests/bench/overshoot.py."""

import json
import signal
import statistics
import threading
import time

import http_client
from books import FOREVER_CAPS, INPUT_KINDS, OUTPUT_KINDS, check_books, tokens
from gateway_process import background, call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, canned_answer, chunk, scripted_upstream, streamed_events
from wait import PATIENCE, wait_until

CAP = 20_000
CAPS = [*FOREVER_CAPS, {"name": "tenant", "per": ["tenant"], "window": "forever", "unit": "tokens", "limit": CAP}]
TEXT = "Say hello."
PROMPT_TOKENS = 10  # of TEXT as a message to gpt-4o: three of its own, seven of framing
MAX_TOKENS = 500
REASONED_A_SECOND = 2_000
CLIENTS = 4


class billing_provider:
    """Bills every call that it takes on: what does not stream, whole and whoever listens; a stream, until it notices within a
    hundredth of a second that its client hung up: unseen reasoning by the time it had, words as they were sent."""

    def __init__(self):
        self.billed = []  # tokens of each call
        self.how = "answers"
        self.may_end = threading.Event()
        self._lock = threading.Lock()
        self.upstream = scripted_upstream(self.answer)

    def total(self):
        with self._lock:
            return sum(self.billed)

    def bill(self, output_tokens):
        with self._lock:
            self.billed.append(PROMPT_TOKENS + output_tokens)

    def answer(self, wire, request):
        body = json.loads(request.body)
        if body.get("stream"):
            return self.stream(wire, body)
        bound = body["max_tokens"]
        self.bill(bound)
        if self.how == "says nothing":
            while wire.recv(4096):
                pass
        elif self.how == "garbles its head":
            wire.sendall(b"HTTP/9.9 yes\r\n\r\n")
        elif self.how == "answers late":
            self.may_end.wait(60)
        elif self.how == "breaks off":
            wire.sendall(canned_answer(PROMPT_TOKENS, bound)[:150])
        elif self.how == "answers":
            wire.sendall(canned_answer(PROMPT_TOKENS, bound))
            return True
        return False

    def stream(self, wire, body):
        began, bound = time.monotonic(), body.get("max_completion_tokens") or body["max_tokens"]
        hides = "max_completion_tokens" in body
        if not hides:
            wire.sendall(STREAM_HEAD)
        [word] = streamed_events([" word"], done=False)
        made, gone = 0, False
        wire.settimeout(0.005)
        while made < bound and not gone:
            try:
                gone = not wire.recv(1)
            except TimeoutError:
                pass
            if hides:
                made = min(bound, int((time.monotonic() - began) * REASONED_A_SECOND))
            elif not gone:
                wire.sendall(chunk(word))
                made += 1
        wire.settimeout(None)
        self.bill(made)
        if gone:
            return False
        usage = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": made, "total_tokens": PROMPT_TOKENS + made,
                 "completion_tokens_details": {"reasoning_tokens": made if hides else 0}}
        end = b"".join(map(chunk, streamed_events([], usage))) + chunk(b"")
        wire.sendall(STREAM_HEAD + end if hides else end)
        return True


class spender:
    """A gateway in front of such a provider, and clients that spend its cap."""

    def __init__(self, timeouts=(), **settings):
        self.provider = billing_provider()
        waits = {"first_byte": "20s", **dict(timeouts)}
        provider = self.provider.upstream.provider(models=["gpt-*", "o3"], timeouts=waits)
        self.stint = gateway(caps=CAPS, providers={"billing": provider}, **{"admission": {"wait": "0ms"}, **settings})

    def __enter__(self):
        self.stint.__enter__()
        self.key = self.stint.create_key()
        return self

    def __exit__(self, *why):
        self.stint.__exit__(*why)
        self.provider.upstream.close()

    def plain(self):
        return self.stint.chat(self.key, openai_body(TEXT, "gpt-4o", max_tokens=MAX_TOKENS))

    def leave(self, model, **bound):
        """Begins a stream and leaves it after a tenth of a second; the refusal, where there was one."""
        body = openai_body(TEXT, model, stream=True, **bound)
        with http_client.connection(self.stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(self.key), encoded(body)))
            wire.socket.settimeout(0.1 * PATIENCE)
            until = time.monotonic() + 0.1 * PATIENCE
            try:
                head = wire.read_head()
                if head.status != 200:
                    head.body = b"".join(wire.read_pieces(head))
                    return head
                for _ in wire.read_pieces(head):
                    if time.monotonic() > until:
                        break
            except TimeoutError:
                pass
        return http_client.answer(200, {}, b"")

    def leave_reasoning(self):
        return self.leave("o3", max_completion_tokens=2_000)

    def leave_words(self):
        return self.leave("gpt-4o", max_tokens=2_000)

    def teach(self, **body):
        """So that the pace of the model is known; by a tenant of its own, and not on the bill that is compared."""
        answer = self.stint.chat(self.stint.create_key(tenant="teacher"), openai_body(TEXT, stream=True, **body))
        assert answer.status == 200, answer.body
        self.stint.wait_until_idle()
        self.provider.billed.clear()

    def spend(self, call):
        """CLIENTS at a time, until the cap is spent; the status of every answer that was no refusal."""
        answers = []

        def client():
            for _ in range(CAP // PROMPT_TOKENS):
                answer = call()
                if answer.status == 429:
                    if answer.json()["error"]["code"] == "budget_exceeded":
                        return
                    threading.Event().wait(0.01)  # only what others hold is in the way
                    continue
                answers.append(answer.status)
            raise AssertionError("the cap never said no")

        for each in [background(client) for _ in range(CLIENTS)]:
            each.result()
        return answers

    def ignored(self):
        try:
            self.plain()
        except (OSError, http_client.incomplete):
            pass  # the gateway is gone

    def end_with_calls_in_flight(self, end):
        self.provider.how = "answers late"
        for _ in range(CAP):
            before = len(self.provider.upstream.requests)
            calling = [background(self.ignored) for _ in range(CLIENTS)]
            wait_until(lambda: len(self.provider.upstream.requests) > before or all(each.done() for each in calling),
                       "calls to be forwarded, or refused")
            if len(self.provider.upstream.requests) == before:
                return
            end()
            for each in calling:
                each.result()
            self.stint.start()
        raise AssertionError("the cap never said no")

    def stop(self):
        self.stint.process.send_signal(signal.SIGTERM)
        self.stint.process.wait(30 * PATIENCE)

    def figures(self, restarted=False):
        """What was billed and what was charged; the rows. Waits until every call is on both."""
        rows = [row for row in check_books(self.stint, restarted=restarted) if row["tenant"] == "acme"]
        if not restarted:
            wait_until(lambda: len(self.provider.billed) == len(rows), "the provider to bill every call")
        charged = [tokens(row, INPUT_KINDS) + tokens(row, OUTPUT_KINDS) for row in rows]
        billed = self.provider.total()
        return {"billed": billed, "over": max(0, billed - CAP), "charged": sum(charged), "calls": len(rows),
                "median": statistics.median(charged), "rows": rows}


def failing(how):
    with spender(timeouts={"first_byte": "200ms"}) as of:
        of.provider.how = how
        statuses = of.spend(of.plain)
        return {**of.figures(), "statuses": set(statuses)}


def abandoned(call, **taught):
    # A provider notices a hang-up late on a busy machine, and bills until then: the assumed pace, which counts while few answers
    # were measured, is above its own by a quarter.
    with spender(admission={"wait": "0ms", "unseen_tokens_per_second": REASONED_A_SECOND * 5 // 4}) as of:
        of.teach(**taught)
        of.spend(lambda: call(of))
        return of.figures()


def killed():
    with spender() as of:
        of.end_with_calls_in_flight(of.stint.kill)
        return of.figures(restarted=True)


def stopped():
    with spender(limits={"drain_timeout": "100ms"}) as of:
        of.end_with_calls_in_flight(of.stop)
        return of.figures(restarted=True)


WAYS = {
    "a provider that says nothing": lambda: failing("says nothing"),
    "a provider that goes": lambda: failing("goes"),
    "a provider that garbles its head": lambda: failing("garbles its head"),
    "a provider that breaks off": lambda: failing("breaks off"),
    "reasoning that is left": lambda: abandoned(spender.leave_reasoning, model="o3", max_completion_tokens=1_000),
    "a stream that is left": lambda: abandoned(spender.leave_words, model="gpt-4o", max_tokens=20),
    "kills": killed,
    "stops": stopped,
}


def told(way, of):
    return (f"{way}: billed {of['billed']:,} of {CAP:,} ({of['billed'] / CAP - 1:+.1%}), "
            f"charged {of['charged'] / of['billed']:.2f} of it, {of['calls']} calls, median {of['median']:.0f}")
