"""(not a benchmark) The servers that the proxy benchmark starts: the mock upstream, nginx and HAProxy, each pinned to a core."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

import http_client  # noqa: E402
from wait import wait_until  # noqa: E402

PROXY_CORE = 0
LOAD_CORE = 1

# Bodies stay in memory: nginx would spill what is over 16 KB to disk, and the comparison would be worthless.
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.error;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_buffer_size 1m; client_max_body_size 8m; keepalive_requests 1000000000; tcp_nodelay on;
  client_body_temp_path {folder}/n1; proxy_temp_path {folder}/n2; fastcgi_temp_path {folder}/n3;
  uwsgi_temp_path {folder}/n4; scgi_temp_path {folder}/n5;
  upstream mock {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""

HAPROXY = """
global
  maxconn 4096
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend front
  bind 127.0.0.1:{port}
  default_backend mock
backend mock
  server mock 127.0.0.1:{upstream} maxconn 4096
"""


def pinned(core):
    return ["taskset", "-c", str(core)]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class server:
    """A child process that listens on a port of its own."""

    def __init__(self, name, core, command, port):
        self.name = name
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.process = subprocess.Popen(pinned(core) + [str(part) for part in command])

    def __enter__(self):
        wait_until(self._listens, f"{self.name} to listen")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)

    def _listens(self):
        if self.process.poll() is not None:
            raise SystemExit(f"{self.name} ended with {self.process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def pids(self):
        """The process and its children: nginx works in one."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]


class mock(server):
    """`paced`: a stream waits for a GET /more before each write but the first."""

    def __init__(self, folder, paced=False):
        binary = folder / "mock_upstream"
        subprocess.run(["g++", "-std=c++20", "-O2", "-o", binary, ROOT / "tests/bench/mock_upstream.cpp"], check=True)
        port = free_port()
        super().__init__("the mock", LOAD_CORE, [binary, port, *(["paced"] if paced else [])], port)

    def answered_for_stint(self):
        return int(http_client.request(self.address, "GET", "/count").body)


class nginx(server):
    def __init__(self, folder, upstream):
        port = free_port()
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, upstream=upstream))
        # As root, nginx's worker changes to another user, which must be able to write the temporary folders.
        os.chmod(folder, 0o777)
        super().__init__("nginx", PROXY_CORE, ["nginx", "-c", config, "-e", folder / "nginx.error"], port)


class haproxy(server):
    def __init__(self, folder, upstream):
        port = free_port()
        config = folder / "haproxy.cfg"
        config.write_text(HAPROXY.format(port=port, upstream=upstream))
        super().__init__("HAProxy", PROXY_CORE, ["haproxy", "-db", "-q", "-f", config], port)
