"""Debian's own Prometheus and Alertmanager with the shipped rules and routes, sped up, and a webhook that keeps what it is sent.

Everything runs on free ports in a folder of its own; services that the packages may have started are not touched.
"""

import http.server
import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import urllib.parse
from pathlib import Path

import http_client
from wait import wait_until

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"
READY_S = 60.0


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def replaced(text, pattern, replacement):
    """Every match replaced; fails when there is none, so that a test never runs without its overrides."""
    result, count = re.subn(pattern, replacement, text)
    assert count > 0, f"the shipped file has nothing like {pattern!r}"
    return result


class webhook:
    """Keeps each notification as (path, body)."""

    def __init__(self):
        self._lock = threading.Lock()
        self._notifications = []
        kept = self

        class handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with kept._lock:
                    kept._notifications.append((self.path, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def firing(self):
        """(path, alert) for each alert of each notification that tells of a firing one, in order."""
        with self._lock:
            kept = list(self._notifications)
        return [
            (path, alert) for path, body in kept for alert in body["alerts"] if alert["status"] == "firing"
        ]


class child:
    """A server process whose log is shown when the test fails."""

    def __init__(self, command, folder, name):
        self.name = name
        self.log = folder / f"{name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=folder
            )

    def check(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended:\n{self.log.read_text(errors='replace')[-4000:]}")

    def stop(self):
        self.process.kill()
        self.process.wait()


class alerting_stack:
    """Use as `with alerting_stack(target) as stack:`; target is the "host:port" of the gateway's admin listener."""

    def __init__(self, target):
        self.target = target
        self.folder = Path(tempfile.mkdtemp(prefix="stint-alerting-"))
        self.webhook = None
        self.children = []

    def __enter__(self):
        try:
            self.webhook = webhook()
            self.alertmanager = self._start_alertmanager()
            self.prometheus = self._start_prometheus()
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def __exit__(self, kind, *_):
        for each in reversed(self.children):
            each.stop()
            if kind is not None:
                print(f"--- {each.name}\n{each.log.read_text(errors='replace')[-4000:]}\n---", flush=True)
        if self.webhook is not None:
            self.webhook.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, command, name, address):
        started = child(command, self.folder, name)
        self.children.append(started)

        def ready():
            started.check()
            try:
                return http_client.request(address, "GET", "/-/ready", timeout_s=5).status == 200
            except (OSError, http_client.incomplete):
                return False

        wait_until(ready, f"{name} to be ready", READY_S)
        return address

    def _start_alertmanager(self):
        text = (DASHBOARDS / "alertmanager/alertmanager.yml").read_text()
        text = replaced(text, r"group_wait: 10s", "group_wait: 0s")
        text = replaced(text, r"group_interval: 1m", "group_interval: 1s")
        text = replaced(text, r"127\.0\.0\.1:9094", f"127.0.0.1:{self.webhook.port}")
        config = self.folder / "alertmanager.yml"
        config.write_text(text)
        address = f"127.0.0.1:{free_port()}"
        command = [
            "/usr/bin/prometheus-alertmanager",
            f"--config.file={config}",
            f"--storage.path={self.folder / 'alertmanager'}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
        ]
        return self._start(command, "alertmanager", address)

    def _start_prometheus(self):
        text = (DASHBOARDS / "prometheus/prometheus.yml").read_text()
        text = replaced(text, r"(scrape|evaluation)_interval: 15s", r"\1_interval: 1s")
        text = replaced(text, r"- stint\.rules\.yml", f"- {DASHBOARDS / 'prometheus/stint.rules.yml'}")
        text = replaced(text, r"127\.0\.0\.1:9093", self.alertmanager)
        text = replaced(text, r"127\.0\.0\.1:8081", self.target)
        config = self.folder / "prometheus.yml"
        config.write_text(text)
        address = f"127.0.0.1:{free_port()}"
        command = [
            "/usr/bin/prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={self.folder / 'prometheus'}",
            f"--web.listen-address={address}",
        ]
        return self._start(command, "prometheus", address)

    # What Prometheus knows.

    def _get(self, path, **parameters):
        answer = http_client.request(self.prometheus, "GET", f"{path}?{urllib.parse.urlencode(parameters)}")
        assert answer.status == 200, f"{path} {parameters}: {answer.status} {answer.body.decode()}"
        return answer.json()["data"]

    def query(self, expression):
        """[(labels, number)] now."""
        result = self._get("/api/v1/query", query=expression)["result"]
        return [(each["metric"], float(each["value"][1])) for each in result]

    def query_range(self, expression, seconds):
        """[(labels, [number, …])] over the last `seconds`, a point each second, as a graph is drawn."""
        (_, now), = self.query("vector(time())")
        result = self._get("/api/v1/query_range", query=expression, start=now - seconds, end=now, step=1)["result"]
        return [(each["metric"], [float(value) for _, value in each["values"]]) for each in result]

    def evaluations(self, group):
        """How often Prometheus has evaluated this rule group, by its own count."""
        exposition = http_client.request(self.prometheus, "GET", "/metrics").body.decode()
        found = re.search(
            r'^prometheus_rule_group_iterations_total\{rule_group="[^"]*;%s"\} (\S+)$' % re.escape(group),
            exposition,
            re.M,
        )
        return int(float(found[1])) if found else 0

    def wait_for_evaluations(self, group, count):
        """Until the group has been evaluated `count` more times."""
        until = self.evaluations(group) + count
        wait_until(lambda: self.evaluations(group) >= until, f"{count} more evaluations of {group}", READY_S)
