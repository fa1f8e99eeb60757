"""(not a benchmark) The clients of the overshoot benchmark: many at once, each calling again as soon as it was answered, until
the gateway says that its tenant's budget is spent."""

import asyncio
import json
import re

# Some thirty tokens; what differs keeps an answer from being a copy of another.
PROMPT = "Tell me in your own words, please, what happened to order number {}, and why it was so late."
BUSY_RETRY_S = 1.0


class crowd:
    """`counted_limit`: the clients stop by their own count of what was used, instead of the gateway's word. `charge`: what a
    call costs, for limits that are not in tokens: charge(model, usage)."""

    def __init__(self, address, keys, models, stream, max_tokens, counted_limit=None, charge=None):
        self.host, port = address.rsplit(":", 1)
        self.port = int(port)
        self.keys = keys
        self.wanted = models
        self.stream = stream
        self.max_tokens = max_tokens
        self.counted_limit = counted_limit
        self.charge = charge
        self.counted = dict.fromkeys(keys, 0)
        self.models = {}  # of each answered call: tenant and model
        self.lowered = set()  # calls that ended at a bound that the gateway had lowered
        self.busy = 0
        self.number = 0

    async def run(self, clients):
        async with asyncio.TaskGroup() as group:
            for tenant in self.keys:
                for index in range(clients):
                    group.create_task(self.client(tenant, index))

    async def client(self, tenant, index):
        spent = set()  # a dear model may not fit any more where a cheap one does
        turn = index
        while len(spent) < len(self.wanted):
            model = self.wanted[turn % len(self.wanted)]
            turn += 1
            if model in spent:
                continue
            if self.counted_limit is not None and self.counted[tenant] >= self.counted_limit:
                return
            status, head, body = await self.call(tenant, model)
            if status == 200:
                self.note(tenant, model, head, body)
            elif status == 429 and header(head, "x-should-retry") == "true":
                self.busy += 1
                turn -= 1
                await asyncio.sleep(float(header(head, "retry-after") or BUSY_RETRY_S))
            elif status == 429 and b"budget_exceeded" in body:
                spent.add(model)
            else:
                raise AssertionError(f"{status}: {body[:300]!r}")

    def note(self, tenant, model, head, body):
        call = header(head, "x-stint-request-id")
        self.models[call] = (tenant, model)
        if header(head, "x-stint-output-limit") and re.search(rb'"finish_reason": ?"length"', body):
            self.lowered.add(call)
        found = re.findall(rb'"usage": ?(\{.*?\}\})', body, re.S) or re.findall(rb'"usage": ?(\{[^{}]*\})', body)
        if self.counted_limit is None:
            return
        usage = json.loads(found[-1])
        used = {"prompt_tokens": usage["prompt_tokens"], "completion_tokens": usage["completion_tokens"],
                "cached_tokens": usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)}
        in_tokens = used["prompt_tokens"] + used["completion_tokens"]
        self.counted[tenant] += self.charge(model, used) if self.charge else in_tokens

    async def call(self, tenant, model):
        """One request on a connection of its own. Answers the status, the head, and the last few kilobytes of the body."""
        self.number += 1
        body = {"model": model, "max_tokens": self.max_tokens,
                "messages": [{"role": "user", "content": PROMPT.format(self.number)}]}
        if self.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        encoded = json.dumps(body).encode()
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(f"POST /v1/chat/completions HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
                         f"Authorization: Bearer {self.keys[tenant]}\r\nConnection: close\r\n"
                         f"Content-Length: {len(encoded)}\r\n\r\n".encode() + encoded)
            head = await reader.readuntil(b"\r\n\r\n")
            tail = b""
            while data := await reader.read(65536):
                tail = (tail + data)[-8192:]
        finally:
            writer.close()
        whole = tail.endswith(b"0\r\n\r\n") or b"transfer-encoding: chunked" not in head.lower()
        assert whole, f"an answer broke off: {tail[-200:]!r}"
        return int(head.split(b" ", 2)[1]), head.decode("latin-1").lower(), tail


def header(head, name):
    found = re.search(rf"^{name}: *(.*?)\r$", head, re.M)
    return found[1] if found else ""
