"""The real gateway as a child process, in a folder of its own, on free ports.

The binary is named by the environment variable STINT_BINARY. Everything a test looks at goes through the doors a user has:
the proxy, the admin listener, the command line, and the simulated provider's own bill.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

import http_client
from wait import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("STINT_BINARY", ROOT / "build/release/stint"))

# A deadline for what is local and quick; sanitizer builds need most of it.
READY_S = 60.0
ROWS_PAGE = 1000  # the most that the admin API gives at once


def merged(base, more):
    result = dict(base)
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


class gateway:
    """Use as `with gateway(caps=[…]) as stint:`. `settings` are merged over the configuration written here; `prefix` is a
    command to start the gateway with, such as taskset."""

    def __init__(self, caps=(), environment=None, prefix=(), **settings):
        self.folder = Path(tempfile.mkdtemp(prefix="stint-test-"))
        self.process = None
        self.log = b""
        self.starts = 0
        self.prefix = list(prefix)
        # This machine's own way out is none of the test's.
        usual = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.environment = {**usual, **(environment or {})}
        base = {
            "listen": {"address": "127.0.0.1", "port": 0},
            "admin": {"address": "127.0.0.1", "port": 0, "token_file": str(self.folder / "admin_token")},
            "data_directory": str(self.folder / "data"),
            "prices": {"file": str(ROOT / "config/prices.yaml")},
            "threads": 2,
            "simulated": {"output": "fixed", "tokens": 16},
        }
        self.configure(**merged(base, {**settings, "caps": list(caps)}))

    def configure(self, **settings):
        """Writes the configuration; the next start() reads it. JSON is YAML."""
        self.settings = merged(getattr(self, "settings", {}), settings)
        self.config = self.folder / "stint.yaml"
        self.config.write_text(json.dumps(self.settings, indent=1))

    # The process.

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        running = self.process is not None and self.process.poll() is None
        crashed = self.process is not None and not running and self.process.returncode not in (0, -signal.SIGKILL)
        if running:
            self.process.kill()
            self.process.wait()
        if kind is not None or crashed:
            if crashed:
                print(f"the gateway ended by itself, with {self.process.returncode}", flush=True)
            print(f"--- the gateway's log ({self.folder} is kept)\n{self.log_text()[-8000:]}\n---", flush=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _log_file(self):
        return self.folder / f"log.{self.starts}"

    def log_text(self):
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    def start(self):
        self.starts += 1
        with open(self._log_file, "wb") as log:
            self.process = subprocess.Popen(
                [*self.prefix, BINARY, "serve", "--config", self.config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
            )
        line = wait_until(self._listening, "the line that names the ports", READY_S)
        self.ports = dict(re.findall(r"(\w+)=(\S+)", line))
        self.proxy = self.ports["proxy"]
        self.admin = self.ports["admin"]
        self.simulated = self.ports.get("simulated", "")
        wait_until(self.ready, "/readyz", READY_S)

    def _listening(self):
        found = re.search(r"^listening .*$", self.log_text(), re.M)
        if found:
            return found[0]
        if self.process.poll() is not None:
            raise AssertionError(f"the gateway ended with {self.process.returncode}:\n{self.log_text()}")
        return None

    def ready(self):
        try:
            return http_client.request(self.admin, "GET", "/readyz", timeout_s=5).status == 200
        except (OSError, http_client.incomplete):
            if self.process.poll() is not None:
                raise AssertionError(f"the gateway ended with {self.process.returncode}:\n{self.log_text()}")
            return False

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        """kill -9: nothing of the process gets to run any more."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self, deadline_s=60):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(deadline_s * PATIENCE)

    def restart(self):
        """A planned restart; the books survive it, the metrics start at zero."""
        status = self.terminate()
        assert status == 0, f"SIGTERM ended with {status}:\n{self.log_text()}"
        self.start()

    # The command line.

    def command(self, *arguments, check=True):
        done = subprocess.run(
            [BINARY, *map(str, arguments), "--config", self.config, "--admin", self.admin],
            capture_output=True,
            text=True,
            timeout=60 * PATIENCE,
            cwd=self.folder,
            env=self.environment,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"stint {' '.join(map(str, arguments))} failed:\n{done.stdout}{done.stderr}")
        return done

    def create_key(self, tenant="acme", features=("chat",), default_feature="chat", **more):
        arguments = ["keys", "create", "--tenant", tenant]
        for feature in features:
            arguments += ["--feature", feature]
        if default_feature:
            arguments += ["--default-feature", default_feature]
        for name, value in more.items():
            arguments += [f"--{name.replace('_', '-')}", value]
        return re.search(r"sk-stint-[A-Za-z0-9_-]+", self.command(*arguments).stdout)[0]

    # The books.

    def admin_token(self):
        return (self.folder / "admin_token").read_text().strip()

    def admin_get(self, path):
        headers = {"Authorization": f"Bearer {self.admin_token()}"}
        answer = http_client.request(self.admin, "GET", path, headers)
        assert answer.status == 200, f"GET {path}: {answer.status} {answer.body!r}"
        return answer

    def rows(self, limit=None):
        """The rows of the ledger, newest first; all of them without a limit."""
        rows, before = [], ""
        while limit is None or len(rows) < limit:
            page = self.admin_get(f"/api/v1/ledger?limit={min(limit or ROWS_PAGE, ROWS_PAGE)}{before}").json()
            rows += page["rows"]
            if not page["next_before"]:
                break
            before = f"&before={page['next_before']}"
        return rows

    def caps(self):
        """Every cap counter as of one moment, each with the name and unit of its cap."""
        caps = self.admin_get("/api/v1/caps").json()["caps"]
        return [{**one, "cap": cap["name"], "unit": cap["unit"]} for cap in caps for one in cap["standings"]]

    def verify(self):
        """What the gateway's own proof of its books says; empty when they hold."""
        headers = {"Authorization": f"Bearer {self.admin_token()}"}
        answer = http_client.request(self.admin, "POST", "/api/v1/ledger/verify", headers)
        assert answer.status == 200, answer.body
        return answer.json()["differences"]

    def metrics(self):
        """The samples of /metrics as {(name, ((label, value), …)): number}."""
        samples = {}
        for line in self.admin_get("/metrics").body.decode().splitlines():
            if line and not line.startswith("#"):
                name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?", line).groups()
                pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
                samples[name, tuple(sorted(pairs))] = float(value)
        return samples

    def metric(self, name, **labels):
        """The sum over the series of a family that carry these labels."""
        return sum(
            value
            for (family, pairs), value in self.metrics().items()
            if family == name and all(dict(pairs).get(key) == wanted for key, wanted in labels.items())
        )

    def idle(self):
        """True when no call holds budget: everything that was answered is settled."""
        return self.metric("stint_ledger_holds_active") == 0

    def wait_until_idle(self):
        wait_until(self.idle, "the last hold to be settled")

    # The simulated provider's side.

    def bill(self):
        return http_client.request(self.simulated, "GET", "/simulate/bill?calls=1").json()

    # Traffic.

    def chat(self, key, body, headers=(), path="/v1/chat/completions", timeout_s=30.0):
        return http_client.request(
            self.proxy, "POST", path, call_headers(key, path, headers), encoded(body), timeout_s
        )

    def chat_get(self, key, path):
        """A GET with a key, for what is passed through."""
        return http_client.request(self.proxy, "GET", path, {"Authorization": f"Bearer {key}"})


def encoded(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def call_headers(key, path="/v1/chat/completions", more=()):
    headers = {"Content-Type": "application/json"}
    if path == "/v1/messages":
        headers |= {"x-api-key": key, "anthropic-version": "2023-06-01"}
    else:
        headers["Authorization"] = f"Bearer {key}"
    return {**headers, **dict(more)}


def openai_body(text="Say hello.", model="sim/gpt-4o", **more):
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


def anthropic_body(text="Say hello.", model="sim/claude-sonnet-4-5", max_tokens=64, **more):
    return {"model": model, "max_tokens": max_tokens, "messages": [{"role": "user", "content": text}], **more}


def responses_body(text="Say hello.", model="sim/gpt-4o", **more):
    return {"model": model, "input": text, **more}


class background:
    """Runs a function on a thread; result() gives its value or raises what it raised."""

    def __init__(self, function, *arguments):
        self._function = function
        self._arguments = arguments
        self._value = None
        self._error = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            self._value = self._function(*self._arguments)
        except BaseException as error:  # noqa: BLE001 - handed over to result()
            self._error = error

    def done(self):
        return not self._thread.is_alive()

    def result(self, deadline_s=120):
        self._thread.join(deadline_s * PATIENCE)
        assert not self._thread.is_alive(), "still running after its deadline"
        if self._error is not None:
            raise self._error
        return self._value
