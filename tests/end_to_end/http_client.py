"""A small HTTP/1.1 client over plain sockets. It never retries, never hides how an answer ended, and can send any bytes."""

import json
import socket

from wait import PATIENCE

HEAD_END = b"\r\n\r\n"


class incomplete(Exception):
    """The connection ended before the answer did."""


class answer:
    def __init__(self, status, headers, body=b""):
        self.status = status
        self.headers = headers  # names in lower case; the last of a name
        self.body = body

    def json(self):
        return json.loads(self.body)

    @property
    def request_id(self):
        return self.headers.get("x-stint-request-id", "")

    def closes(self):
        return self.headers.get("connection", "").lower() == "close"


class connection:
    """One kept connection. `address` is "host:port"."""

    def __init__(self, address, timeout_s=30.0):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout_s * PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        got = self.socket.recv(65536)
        if not got:
            raise incomplete("end of connection")
        self.unread += got

    def _take(self, size):
        while len(self.unread) < size:
            self._more()
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken

    def _take_line(self):
        while b"\r\n" not in self.unread:
            self._more()
        line, self.unread = self.unread.split(b"\r\n", 1)
        return line

    def read_head(self):
        """The next final answer's head; 1xx are skipped."""
        while True:
            while HEAD_END not in self.unread:
                self._more()
            head, self.unread = self.unread.split(HEAD_END, 1)
            first, *lines = head.decode("latin-1").split("\r\n")
            version, status = first.split(" ")[:2]
            if version not in ("HTTP/1.1", "HTTP/1.0"):
                raise AssertionError(f"not an HTTP answer: {first!r}")
            if not 100 <= int(status) < 200:
                headers = {}
                for line in lines:
                    name, value = line.split(":", 1)
                    headers[name.lower()] = value.strip()
                return answer(int(status), headers)

    def read_pieces(self, head):
        """Yields the body as it arrives. Raises `incomplete` when it does not end as its framing says."""
        if head.headers.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = int(self._take_line().split(b";")[0], 16)
                data = self._take(size + 2)
                assert data[-2:] == b"\r\n", "chunk without its end"
                if size == 0:
                    return
                yield data[:-2]
        elif "content-length" in head.headers:
            yield self._take(int(head.headers["content-length"]))
        else:
            while True:
                try:
                    self._more()
                except incomplete:
                    break
            rest, self.unread = self.unread, b""
            yield rest

    def read_answer(self):
        head = self.read_head()
        head.body = b"".join(self.read_pieces(head))
        return head

    def read_until_closed(self):
        """Everything that still comes, and whether the peer closed (rather than went quiet for the socket's timeout)."""
        got, self.unread = self.unread, b""
        while True:
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                return got, False
            except ConnectionResetError:
                return got, True
            if not more:
                return got, True
            got += more


def render(method, path, headers=(), body=b"", host="127.0.0.1"):
    """The bytes of a well-formed request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in dict(headers).items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + HEAD_END + body


def request(address, method, path, headers=(), body=b"", timeout_s=30.0):
    with connection(address, timeout_s) as wire:
        wire.send(render(method, path, {"Connection": "close", **dict(headers)}, body))
        return wire.read_answer()


def events(pieces):
    """The events of an SSE stream as (event name or "", data), from body pieces."""
    text = b""
    for piece in pieces:
        text += piece
        while b"\n\n" in text:
            event, text = text.split(b"\n\n", 1)
            name, data = "", []
            for line in event.decode().split("\n"):
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    data.append(line[5:].strip())
            yield name, "\n".join(data)
    assert not text.strip(), f"bytes after the last event: {text!r}"
