"""An upstream that does what a test tells it to, on raw sockets, and keeps every byte it received.

It is the witness against request smuggling: whatever the gateway forwards is here, request by request.
"""

import json
import socket
import threading


def canned_answer(prompt_tokens=10, completion_tokens=5, text="hello"):
    body = json.dumps(
        {
            "id": "chatcmpl-scripted",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "gpt-4o",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            ],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            },
        }
    ).encode()
    return with_length(body)


def with_length(body, status="200 OK", content_type="application/json"):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def sse(data):
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def streamed_events(words, usage=None, done=True):
    """The events of an OpenAI stream: one for each word, then usage, then [DONE]."""
    base = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "gpt-4o"}
    made = [
        sse({**base, "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}], "usage": None})
        for word in words
    ]
    if usage is not None:
        made.append(sse({**base, "choices": [], "usage": usage}))
    if done:
        made.append(sse(b"[DONE]"))
    return made


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def streamed_answer(made):
    return STREAM_HEAD + b"".join(map(chunk, made)) + chunk(b"")


class received_request:
    def __init__(self, head, body):
        self.head = head
        self.body = body

    @property
    def first_line(self):
        return self.head.split(b"\r\n", 1)[0]

    def fields(self):
        pairs = (line.split(b":", 1) for line in self.head.split(b"\r\n")[1:])
        return {name.strip().lower().decode(): value.strip().decode() for name, value in pairs}


class scripted_upstream:
    """`answer(wire, request)` is called for each request, on its connection's thread; a false result closes the connection.

    Without it every request gets canned_answer().
    """

    def __init__(self, answer=None):
        self.answer = answer or (lambda wire, _: (wire.sendall(canned_answer()), True)[1])
        self.requests = []
        self.closed_by_peer = 0  # connections that the gateway ended
        self.doubts = []  # bytes that were no whole request
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._wires = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def provider(self, **more):
        """What to write under providers: in the gateway's configuration."""
        return {
            "dialects": ["openai", "anthropic"],
            "base_url": f"http://127.0.0.1:{self.port}",
            "credential": "none",
            "models": ["gpt-*", "claude-*"],
            **more,
        }

    def close(self):
        self._listener.close()
        with self._lock:
            for wire in self._wires:
                wire.close()

    def _accept(self):
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._wires.add(wire)
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire):
        unread = b""
        try:
            while True:
                while b"\r\n\r\n" not in unread:
                    got = wire.recv(65536)
                    if not got:
                        self._ended(unread)
                        return
                    unread += got
                head, unread = unread.split(b"\r\n\r\n", 1)
                request = received_request(head, b"")
                length = int(request.fields().get("content-length", "0"))
                while len(unread) < length:
                    got = wire.recv(65536)
                    if not got:
                        self._ended(head + unread)
                        return
                    unread += got
                request.body, unread = unread[:length], unread[length:]
                with self._lock:
                    self.requests.append(request)
                if not self.answer(wire, request):
                    return
        except OSError:
            self._ended(b"")
        finally:
            wire.close()
            with self._lock:
                self._wires.discard(wire)

    def _ended(self, rest):
        with self._lock:
            self.closed_by_peer += 1
            if rest:
                self.doubts.append(rest)
