"""Bodies and answers of all calls together stay within the memory that they may take, and a gateway that finds none at all
refuses the calls that wanted it and serves the others."""

import resource
import select
import unittest

import http_client
from books import FOREVER_CAPS, check_books
from gateway_process import call_headers, encoded, gateway, openai_body
from scripted_upstream import scripted_upstream, with_length
from wait import PATIENCE, SANITIZER, wait_until

MIB = 1 << 20
MEMORY = 64 * MIB
BODY = 4 * MIB
# Of the process, above what it has when it is idle: less than the bodies of the test together.
ADDRESS_SPACE_TO_SPARE = 192 * MIB


def long_body(size, **more):
    body = openai_body("", "sim/gpt-4o", **more)
    body["messages"][0]["content"] = "a " * ((size - len(encoded(body))) // 2)
    return encoded(body)


class half_sent:
    """A call of which all but the last byte has been sent."""

    def __init__(self, stint, key, body):
        self.wire = http_client.connection(stint.proxy)
        self.last = body[-1:]
        self.wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(key), body)[:-1])

    def finish(self):
        self.wire.send(self.last)
        return self.wire.read_answer()

    def close(self):
        self.wire.close()


class memory(unittest.TestCase):
    def test_half_sent_bodies_of_one_key_take_its_share_and_the_others_go_on(self):
        # None of them is given up before the others have arrived, however slow the machine is.
        with gateway(caps=FOREVER_CAPS, limits={"memory_bytes_max": MEMORY, "body_timeout": "10m"}) as stint:
            greedy, other = stint.create_key("greedy"), stint.create_key("other")
            body = long_body(BODY)
            # Its share, a quarter, has room for four, whichever of them come first.
            sent = [half_sent(stint, greedy, body) for _ in range(5)]
            ready, _, _ = select.select([call.wire.socket for call in sent], [], [], 20 * PATIENCE)
            refused = [call for call in sent if call.wire.socket in ready]
            waiting = [call for call in sent if call not in refused]
            self.assertEqual((len(refused), len(waiting)), (1, 4))
            answer = refused[0].wire.read_answer()
            refused[0].close()
            self.assertEqual(answer.status, 503)
            self.assertEqual(answer.headers["retry-after"], "1")
            self.assertEqual(answer.headers["x-should-retry"], "true")
            self.assertIn("limits.memory_bytes_max", answer.json()["error"]["message"])
            self.assertEqual(stint.chat(greedy, openai_body()).status, 200)  # a short one needs none of it
            self.assertEqual(stint.chat(other, body).status, 200)
            for call in waiting:
                self.assertEqual(call.finish().status, 200)
                call.close()
            self.assertEqual(stint.chat(greedy, body).status, 200)
            check_books(stint)

    def test_an_answer_that_finds_no_room_is_given_up_and_charged(self):
        text = "word " * (3 * MIB // 5)
        huge = encoded({"id": "c", "object": "chat.completion", "model": "gpt-4o", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]})

        def answer(wire, _):
            wire.sendall(with_length(huge))
            return True

        upstream = scripted_upstream(answer)
        self.addCleanup(upstream.close)
        providers = {"huge": upstream.provider()}
        with gateway(caps=FOREVER_CAPS, providers=providers, limits={"memory_bytes_max": 2 * MIB}) as stint:
            key = stint.create_key()
            got = stint.chat(key, openai_body(model="gpt-4o", max_tokens=1000))
            self.assertEqual(got.status, 503)
            self.assertIn("does not fit the gateway's memory", got.json()["error"]["message"])
            self.assertNotIn("x-should-retry", got.headers)
            stint.wait_until_idle()
            self.assertIn("unknown", stint.rows()[0]["flags"])
            check_books(stint)

    @unittest.skipIf(SANITIZER, "it ends the process where memory cannot be had")
    def test_without_memory_the_calls_that_want_it_are_refused_and_the_gateway_lives(self):
        with gateway(caps=FOREVER_CAPS, limits={"memory_bytes_max": 1 << 40}) as stint:
            key = stint.create_key()
            self.assertEqual(stint.chat(key, openai_body()).status, 200)
            self.limit_address_space(stint)
            body = long_body(16 * MIB)
            statuses, waiting = [], []
            for _ in range(24):
                try:
                    waiting.append(half_sent(stint, key, body))
                except OSError:
                    pass  # refused while it was still sent
            for call in waiting:
                try:
                    statuses.append(call.finish().status)
                except (OSError, http_client.incomplete):
                    statuses.append(0)
                call.close()
            self.assertTrue(stint.alive())
            self.assertIn(503, statuses)
            self.assertNotIn(400, statuses)  # it is not the client's mistake
            wait_until(lambda: stint.chat(key, openai_body()).status == 200, "memory to come back")
            stint.wait_until_idle()
            self.assertEqual(stint.verify(), [])

    def limit_address_space(self, stint):
        with open(f"/proc/{stint.process.pid}/statm") as statm:
            size = int(statm.read().split()[0]) * resource.getpagesize()
        limit = size + ADDRESS_SPACE_TO_SPARE
        resource.prlimit(stint.process.pid, resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    unittest.main()
