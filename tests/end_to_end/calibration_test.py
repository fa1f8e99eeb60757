"""Learning how a private tokenizer counts, through the front door.

Goal: the gateway's estimate of a model whose tokenizer is not public comes to agree with what the provider bills, its bound
holds, drift is followed, a restart forgets nothing, kill -9 at most what was not saved. Method: the simulated provider bills by a
tokenizer of its own, whose ratios the test sets with each call; estimates are asked of `stint count --learned` and the metrics.
"""

import json
import random
import subprocess
import unittest

from gateway_process import BINARY, gateway
from wait import wait_until

MODEL = "sim/claude-sonnet-5"
SEED = 20261121
PROSE = "The committee met on Tuesday to consider the accounts of the harbour, which had been kept since then. "
CODE = "for (int i = 0; i < n; ++i) { sum += table[i] * (x[i] - y[i]); if (sum > 9) return f(&sum); }\n"
TABLE = '{"id":"a1","total":12.5,"items":[{"name":"bolt","count":3},{"name":"nut","count":8}],"ok":true},'
CHINESE = "会议于星期二举行,讨论港口的账目。自一八七四年以来,账目一直记在同一本账簿里。"
TEXTS = {"prose": PROSE, "code": CODE, "json": TABLE, "cjk": CHINESE}

# Per 1,000 of our tokens, as measured of Claude's newer tokenizers; then another release of it.
FIRST = {"prose": 1620, "code": 1450, "json": 1440, "cjk": 1240, "base": 60, "per_tool": 35}
LATER = {"prose": 1300, "code": 1700, "json": 1500, "cjk": 1000, "base": 20, "per_tool": 35}


def request(random_numbers):
    """A request of one class or two, with tools now and then."""
    kinds = random_numbers.sample(sorted(TEXTS), random_numbers.choice([1, 1, 2]))
    messages = [
        {"role": "user", "content": TEXTS[kind] * random_numbers.randint(1, 40)} for kind in kinds
    ]
    body = {"model": MODEL, "max_tokens": 10, "messages": messages}
    if random_numbers.random() < 0.2:
        body["tools"] = [
            {"name": f"tool_{number}", "description": "looks something up", "input_schema": {"type": "object"}}
            for number in range(random_numbers.randint(1, 5))
        ]
    return body


class learning(unittest.TestCase):
    def setUp(self):
        print(f"seed {SEED}", flush=True)
        self.random = random.Random(SEED)

    def call(self, stint, key, body, tokenizer):
        """What the provider billed for the prompt."""
        steering = "&".join(f"{name}={value}" for name, value in tokenizer.items())
        answer = stint.chat(key, {**body, "model": f"{MODEL}?tokens=1&{steering}"}, path="/v1/messages")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["usage"]["input_tokens"]

    def teach(self, stint, key, tokenizer, calls):
        for _ in range(calls):
            self.call(stint, key, request(self.random), tokenizer)

    def counted(self, stint, body):
        """What `stint count` says with what the gateway has saved."""
        file = stint.folder / "request.json"
        file.write_text(json.dumps(body))
        command = [BINARY, "count", "--model", MODEL, "--json", "--learned", stint.folder / "data/calibration", file]
        return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)

    def check_estimates(self, stint, key, tokenizer, calls=25):
        """On calls that it has not seen: near the bill, and never above the bound."""
        expected = billed = above = 0
        for _ in range(calls):
            body = request(self.random)
            counted = self.counted(stint, body)
            self.assertTrue(counted["learned"])
            told = self.call(stint, key, body, tokenizer)
            expected += counted["tokens"]
            billed += told
            above += told > counted["upper_bound"]
        self.assertLess(abs(expected - billed) / billed, 0.03)
        self.assertEqual(above, 0)

    def saved_estimate_is_near(self, stint, tokenizer):
        if not (stint.folder / "data/calibration").exists():
            return False
        body = {"model": MODEL, "max_tokens": 10, "messages": [{"role": "user", "content": PROSE * 20}]}
        counted = self.counted(stint, body)
        # As the provider would bill it: the sentence is 20 tokens of ours.
        billed = 20 * 20 * tokenizer["prose"] / 1000 + 7 + tokenizer["base"]
        return counted["learned"] and abs(counted["tokens"] / billed - 1) < 0.05

    def test_a_private_tokenizer_is_learnt_and_its_drift_followed_across_restarts(self):
        with gateway(calibration_saved_every="200ms") as stint:
            key = stint.create_key()
            self.teach(stint, key, FIRST, 200)
            self.assertEqual(stint.metric("stint_prompt_above_bound_total", model=MODEL, basis="learned"), 0)
            compared = stint.metric("stint_prompt_estimate_ratio_count", model=MODEL)
            self.assertEqual(compared, 200)
            stint.restart()
            self.check_estimates(stint, key, FIRST)
            self.teach(stint, key, LATER, 200)
            stint.restart()
            self.check_estimates(stint, key, LATER)
            # What is saved while it runs outlives kill -9.
            self.teach(stint, key, FIRST, 200)
            wait_until(lambda: self.saved_estimate_is_near(stint, FIRST), "the estimate to be saved")
            stint.kill()
            stint.start()
            self.check_estimates(stint, key, FIRST)

    def test_a_learnt_estimate_is_what_a_hold_assumes(self):
        """Soon estimates are by what was learnt, and right on average."""
        with gateway() as stint:
            key = stint.create_key()

            def compared(basis):
                family = "stint_prompt_estimate_ratio"
                return [stint.metric(f"{family}_{part}", model=MODEL, basis=basis) for part in ("sum", "count")]

            self.teach(stint, key, LATER, 150)
            total, count = compared("learned")
            self.teach(stint, key, LATER, 50)
            later_total, later_count = compared("learned")
            self.assertEqual(later_count - count, 50)
            self.assertLess(abs((later_total - total) / 50 - 1), 0.02)
            # How soon that was depends on the machine.
            _, fixed_count = compared("fixed")
            self.assertGreater(fixed_count, 0)
            self.assertEqual(fixed_count + later_count, 200)
            self.assertGreater(later_count, 100)

    def test_a_damaged_file_is_warned_of_and_learnt_anew(self):
        with gateway(calibration_saved_every="200ms") as stint:
            key = stint.create_key()
            self.teach(stint, key, FIRST, 60)
            stint.terminate()
            file = stint.folder / "data/calibration"
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
            stint.start()
            self.assertIn("checksum", stint.log_text())
            self.teach(stint, key, FIRST, 200)
            stint.restart()
            self.assertNotIn("checksum", stint.log_text())
            self.check_estimates(stint, key, FIRST, calls=5)

    def test_hidden_input_teaches_nothing(self):
        with gateway() as stint:
            key = stint.create_key()
            picture = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
            body = request(self.random)
            body["messages"].append({"role": "user", "content": [picture]})
            for _ in range(3):
                self.call(stint, key, body, FIRST)
            self.assertEqual(stint.metric("stint_prompt_estimate_ratio_count", model=MODEL), 0)


if __name__ == "__main__":
    unittest.main()
