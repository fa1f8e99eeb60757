"""Every way out of a call: the phase it is in × what happens to it. Each cell settles exactly once: afterwards nothing is held,
the call has as many rows as it should, the books agree, and nothing reached the provider before the call was on the log.

The phases are made to last: half a head, half a body, a cap that another call holds whole, a provider that does not take the
connection, one that does not answer, one that stops in the middle of a stream. Settling cannot be made to last from outside:
there the event comes with the answer's last byte, a few times over, a random moment later (the seed is printed)."""

import json
import os
import random
import socket
import struct
import threading
import time
import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import background, call_headers, encoded, gateway, openai_body
from scripted_upstream import STREAM_HEAD, canned_answer, chunk, scripted_upstream, streamed_events
from wait import wait_until

PHASES = ("authenticating", "reading", "waiting", "held", "forwarding", "streaming", "settling")
EVENTS = ("client_gone", "upstream_gone", "timeout", "cancel", "shutdown", "kill")
# What cannot happen: nobody has been connected to yet, and an answer that is complete cannot time out or break off.
NOT_THERE = {
    ("authenticating", "upstream_gone"),
    ("reading", "upstream_gone"),
    ("settling", "timeout"),
    ("settling", "upstream_gone"),
}
SETTLING_ROUNDS = 6
SEED = int(os.environ.get("STINT_SEED", str(time.time_ns() % 10**9)))
NARROW = 1_000_000  # output tokens; the first call to come holds them all
USAGE = {"prompt_tokens": 12, "completion_tokens": 4, "total_tokens": 16}

# Each model is one provider of the configuration: patient with its upstream or not, connecting or not.
PATIENT, HASTY = "gpt-4o", "gpt-4o-2024-08-06"
WALLED, WALLED_HASTY = "gpt-4o-mini", "gpt-4o-mini-2024-07-18"


class wall:
    """Listens, and lets nobody in: its queue of connections is full."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.waiting = []
        for _ in range(4):
            wire = socket.socket()
            wire.setblocking(False)
            wire.connect_ex(("127.0.0.1", self.port))
            self.waiting.append(wire)

    def tear_down(self):
        """Whoever is connecting is refused."""
        for one in (*self.waiting, self.listener):
            one.close()


class actor:
    """The provider's side of one cell: does what the text of the request says, and goes when it is told to."""

    def __init__(self):
        self.go = threading.Event()  # the upstream goes away, or answers to the end
        self.leave = False
        self.upstream = scripted_upstream(self.answer)

    def begin(self):
        self.go = threading.Event()
        self.leave = False
        self.seen = len(self.upstream.requests)

    def forwarded(self):
        return len(self.upstream.requests) - self.seen

    def answer(self, wire, request):
        go = self.go
        body = json.loads(request.body)
        text = body["messages"][0]["content"]
        if text == "stream":
            wire.sendall(STREAM_HEAD + b"".join(map(chunk, streamed_events([" word"] * 3, done=False))))
        if text != "at once":
            go.wait(60)
            if self.leave:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
        if text == "stream":
            wire.sendall(b"".join(map(chunk, streamed_events([" word"], USAGE))) + chunk(b""))
        else:
            wire.sendall(canned_answer(USAGE["prompt_tokens"], USAGE["completion_tokens"]))
        return True


class exits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", flush=True)
        cls.dice = random.Random(SEED)
        cls.actor = actor()
        cls.addClassCleanup(cls.actor.upstream.close)
        cls.wall = wall()
        hasty = {"connect": "1s", "first_byte": "1s", "stall": "1s"}
        behind_wall = {"dialects": ["openai"], "base_url": f"http://127.0.0.1:{cls.wall.port}", "credential": "none"}
        narrow = {"name": "narrow", "match": {"feature": "narrow"}, "window": "forever", "unit": "output_tokens",
                  "limit": NARROW}
        cls.stint = gateway(
            caps=[*FOREVER_CAPS, narrow],
            limits={"head_timeout": "1s", "body_timeout": "1s", "drain_timeout": "1s"},
            admission={"wait": "2s"},
            providers={
                "patient": cls.actor.upstream.provider(models=[PATIENT]),
                "hasty": cls.actor.upstream.provider(models=[HASTY], timeouts=hasty),
                "walled": {**behind_wall, "models": [WALLED]},
                "walled-hasty": {**behind_wall, "models": [WALLED_HASTY], "timeouts": hasty},
            },
        )
        cls.stint.__enter__()
        cls.addClassCleanup(cls.stint.__exit__, None, None, None)
        cls.key = cls.stint.create_key(features=("chat", "narrow"))

    # Bringing a call into a phase. Each answers with the client's connection once the call is there.

    def send(self, model, text, feature="chat", cut=None, **more):
        body = encoded(openai_body(text, model, **{"max_tokens": 100, **more}))
        headers = {**call_headers(self.key), "x-stint-feature": feature}
        whole = http_client.render("POST", "/v1/chat/completions", headers, body)
        wire = http_client.connection(self.stint.proxy)
        wire.send(whole[:cut] if cut else whole)
        return wire

    def enter(self, phase, event):
        model = HASTY if event == "timeout" else PATIENT
        if phase == "authenticating":
            return self.send(model, "plain", cut=60)
        if phase == "reading":
            return self.send(model, "plain", cut=-10)
        if phase == "waiting":
            # What an earlier cell left unknown is charged, and would keep everybody out.
            self.stint.command("caps", "reset", "narrow", "--reason", "the next cell", check=False)
            self.blocker = self.send(PATIENT, "plain", "narrow", max_tokens=NARROW)
            wait_until(lambda: self.actor.forwarded() == 1, "the call that blocks to be forwarded")
            wire = self.send(PATIENT, "at once", "narrow", max_tokens=100)
            wait_until(lambda: self.stint.metric("stint_ledger_waiting") == 1, "the call to wait in line")
            return wire
        if phase == "held":
            wire = self.send(WALLED_HASTY if event == "timeout" else WALLED, "plain")
            wait_until(lambda: not self.stint.idle(), "the call to be held")
            return wire
        if phase == "streaming":
            wire = self.send(model, "stream", stream=True)
            head = wire.read_head()
            self.assertEqual(head.status, 200)
            next(wire.read_pieces(head))
            return wire
        wire = self.send(model, "plain")
        wait_until(lambda: self.actor.forwarded() == 1, "the call to be forwarded")
        return wire

    # What happens to it.

    def strike(self, phase, event, wire):
        if event == "client_gone":
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.close()
        elif event == "cancel":
            wire.socket.shutdown(socket.SHUT_WR)
        elif event == "upstream_gone":
            if phase == "held":
                self.wall.tear_down()
            self.actor.leave = True
            self.actor.go.set()
        elif event == "shutdown":
            self.assertEqual(self.stint.terminate(30), 0, self.stint.log_text())
        elif event == "kill":
            self.stint.kill()

    def settle(self, phase, event):
        """Lets what is left come to its end."""
        if phase == "waiting" and event in ("client_gone", "cancel", "timeout"):
            # The line is left while the other call goes on.
            wait_until(lambda: self.stint.metric("stint_ledger_waiting") == 0, "the line to be left")
        if phase == "waiting" or (event in ("client_gone", "cancel") and phase != "streaming"):
            # What does not stream is awaited to its end, whoever left.
            self.actor.go.set()
        if event in ("shutdown", "kill"):
            self.stint.start()
        self.stint.wait_until_idle()

    def expected_rows(self, phase, event):
        if phase in ("authenticating", "reading"):
            return (0,)
        if phase != "waiting":
            return (1,)
        # The call that blocks has its row, and keeps what it held: its answer may have been generated.
        return (1,)

    def run_cell(self, phase, event):
        before = len(self.stint.rows())
        self.actor.begin()
        wire = self.enter(phase, event)
        if phase == "settling":
            self.actor.go.set()
            threading.Event().wait(self.dice.random() * 0.002)
        self.strike(phase, event, wire)
        self.settle(phase, event)
        self.actor.go.set()
        wire.close()
        if phase == "waiting":
            self.blocker.close()
        rows = check_books(self.stint, restarted=True)
        self.assertIn(len(rows) - before, self.expected_rows(phase, event))
        if phase in ("authenticating", "reading", "held"):
            self.assertEqual(self.actor.forwarded(), 0, "a request left before its call was on the log")
        if phase == "held" and event == "upstream_gone":
            type(self).wall = wall()
            self.rebuild_wall()
        return rows[: len(rows) - before]

    def rebuild_wall(self):
        """The old port is free again: whoever connects there next is refused at once, which other cells must not be."""
        base = f"http://127.0.0.1:{self.wall.port}"
        self.stint.terminate(30)
        self.stint.configure(providers={"walled": {"base_url": base}, "walled-hasty": {"base_url": base}})
        self.stint.start()

    def test_every_phase_and_event_settles_exactly_once(self):
        done = 0
        for phase in PHASES:
            for event in EVENTS:
                if (phase, event) in NOT_THERE:
                    continue
                with self.subTest(phase=phase, event=event):
                    for _ in range(SETTLING_ROUNDS if phase == "settling" else 1):
                        rows = self.run_cell(phase, event)
                    self.check_outcome(phase, event, rows)
                done += 1
        self.assertEqual(done, len(PHASES) * len(EVENTS) - len(NOT_THERE))

    def check_outcome(self, phase, event, rows):
        """The ledger says what happened, where that is not a matter of chance."""
        expected = {
            ("held", "client_gone"): "client_gone",
            ("held", "upstream_gone"): "upstream_gone",
            ("held", "timeout"): "upstream_gone",
            ("held", "kill"): "orphaned",
            ("forwarding", "upstream_gone"): "upstream_gone",
            ("forwarding", "timeout"): "upstream_gone",
            ("forwarding", "kill"): "orphaned",
            ("streaming", "client_gone"): "client_gone",
            ("streaming", "cancel"): "client_gone",
            ("streaming", "upstream_gone"): "upstream_gone",
            ("streaming", "timeout"): "upstream_gone",
            ("streaming", "kill"): "orphaned",
        }.get((phase, event))
        if expected:
            self.assertEqual([row["outcome"] for row in rows], [expected])

    def test_a_call_that_waits_is_let_in_when_the_other_settles(self):
        self.actor.begin()
        waiting = self.enter("waiting", "none")
        told = background(waiting.read_answer)
        self.actor.go.set()
        self.assertEqual(told.result().status, 200)
        self.assertEqual(self.blocker.read_answer().status, 200)
        self.blocker.close()
        waiting.close()
        check_books(self.stint, restarted=True)


if __name__ == "__main__":
    unittest.main()
