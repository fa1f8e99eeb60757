"""Stint beside nginx and HAProxy: wrk → {direct, nginx, HAProxy, Stint} → a fast mock, interleaved rounds in one run.

The proxy under test has core 0 to itself, wrk and the mock share core 1. Stint runs with everything on: authentication,
counting, three caps, ledger durability `process`, metrics. nginx and HAProxy are bare proxies with kept upstream connections.

Every figure is the median of the rounds. A run fails when an answer is not 2xx, when a proxy's answer differs from the
mock's, or when Stint's ledger has not exactly one row for each call that the mock answered.

Ratios on the last line: nginx_ratio_* is Stint's requests per second ÷ nginx's; added_*_vs_nginx is the latency that Stint
adds to one connection's direct calls ÷ what nginx adds. cpu_ratio_* is nginx's CPU time per request ÷ Stint's: steadier than
requests per second on a machine that other programs share.
"""

# tests/bench/run installs: run bench
# tests/bench/run builds: stint

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

import http_client  # noqa: E402
from gateway_process import gateway  # noqa: E402
from servers import LOAD_CORE, PROXY_CORE, haproxy, mock, nginx, pinned  # noqa: E402

CONNECTIONS = 32
MODEL = "gpt-4o"
BODIES = 64  # different prompts, so that no proxy answers from a warm memory of one


def prompt(size, seed):
    """English-like text of about `size` bytes, different for each seed."""
    words = ("budget ledger tenant request answer stream token provider window measure report the of a and to in that with "
             "for each when price exact settle holds nothing between morning question weather translate summary").split()
    state = seed * 2_654_435_761 + 12_345
    text = []
    length = 0
    while length < size:
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        word = words[(state >> 33) % len(words)]
        text.append(word)
        length += len(word) + 1
    return " ".join(text)[:size]


def body(size, seed, stream):
    request = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "system", "content": "You are terse."},
                                                              {"role": "user", "content": ""}]}
    if stream:
        request |= {"stream": True, "stream_options": {"include_usage": True}}
    empty = len(json.dumps(request, separators=(",", ":")))
    request["messages"][1]["content"] = prompt(size - empty, seed)
    return json.dumps(request, separators=(",", ":"))


SHAPES = {  # name: (bytes of the body, stream)
    "1k": (1_200, False),
    "32k": (32_768, False),
    "sse": (1_200, True),
}

LUA = """
local requests = {}
function init(_)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer %s"
  for line in io.lines("%s") do requests[#requests + 1] = wrk.format(nil, "/v1/chat/completions", nil, line) end
end
local turn = 0
function request()
  turn = turn %% #requests + 1
  return requests[turn]
end
function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests":%%d,"micros":%%d,"failures":%%d,"p50":%%d,"p99":%%d}\\n', summary.requests,
    summary.duration, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
"""


def run_wrk(folder, shape, address, connections, seconds):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", folder / f"{shape}.lua",
               f"http://{address}/"]
    done = subprocess.run(pinned(LOAD_CORE) + command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not lines:
        raise SystemExit(f"wrk failed: {done.stdout}{done.stderr}")
    result = json.loads(lines[0][7:])
    if result["failures"]:
        raise SystemExit(f"{result['failures']} calls to {address} ({shape}) failed:\n{done.stdout}")
    return result


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def stint_settings(upstream):
    return {
        "threads": 1,
        "durability": "process",
        "providers": {"mock": {"dialects": ["openai"], "base_url": f"http://127.0.0.1:{upstream.port}/stint",
                               "credential": "none", "models": ["gpt-*"]}},
        "caps": [
            {"name": "tenant-day", "per": ["tenant"], "window": "day", "unit": "usd", "limit": 1_000_000},
            {"name": "feature-day", "per": ["tenant", "feature"], "window": "day", "unit": "tokens", "limit": 10**12},
            {"name": "key-minute", "per": ["key"], "window": "minute", "unit": "requests", "limit": 10**9},
        ],
    }


def check_answers(targets, folder, key, direct):
    """Every proxy gives the mock's own answer, byte for byte."""
    for shape in SHAPES:
        text = (folder / f"{shape}.bodies").read_text().splitlines()[0].encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        expected = http_client.request(direct, "POST", "/v1/chat/completions", headers, text)
        for name, (address, _) in targets.items():
            got = http_client.request(address, "POST", "/v1/chat/completions", headers, text)
            if (got.status, got.body) != (200, expected.body):
                raise SystemExit(f"{name} changes the answer to {shape}: {got.status} {got.body[:300]!r}")


def measure(targets, folder, rounds, seconds):
    """{(shape, target): {"rate", "cpu_us", "busy"}}, medians of interleaved rounds; then latencies of one connection."""
    seen = {}
    for round_number in range(rounds):
        for shape in SHAPES:
            for name, (address, pids) in targets.items():
                before = cpu_seconds(pids)
                result = run_wrk(folder, shape, address, CONNECTIONS, seconds)
                used = cpu_seconds(pids) - before
                wall = result["micros"] / 1e6
                seen.setdefault((shape, name), []).append({
                    "rate": result["requests"] / wall,
                    "cpu_us": used / result["requests"] * 1e6,
                    "busy": used / wall,
                })
        for name, (address, _) in targets.items():
            result = run_wrk(folder, "1k", address, 1, seconds)
            seen.setdefault(("one connection", name), []).append({"p50": result["p50"], "p99": result["p99"]})
        print(f"round {round_number + 1} of {rounds} done", file=sys.stderr, flush=True)
    return {at: {key: statistics.median(one[key] for one in many) for key in many[0]} for at, many in seen.items()}


def print_table(figures, targets):
    print(f"{'':14}{'':10}{'requests/s':>12}{'CPU µs/req':>12}{'core busy':>11}")
    for shape in SHAPES:
        for name in targets:
            one = figures[shape, name]
            cpu = f"{one['cpu_us']:.1f}" if name != "direct" else "–"
            busy = f"{one['busy']:.0%}" if name != "direct" else "–"
            print(f"{shape:14}{name:10}{one['rate']:12.0f}{cpu:>12}{busy:>11}")
    print(f"\n{'':14}{'':10}{'p50 µs':>12}{'p99 µs':>12}")
    for name in targets:
        one = figures["one connection", name]
        print(f"{'one connection':14}{name:10}{one['p50']:12.0f}{one['p99']:12.0f}")
    print()


def ratios(figures):
    made = {}
    for shape in SHAPES:
        made[f"nginx_ratio_{shape}"] = figures[shape, "stint"]["rate"] / figures[shape, "nginx"]["rate"]
        made[f"haproxy_ratio_{shape}"] = figures[shape, "stint"]["rate"] / figures[shape, "haproxy"]["rate"]
        made[f"cpu_ratio_{shape}"] = figures[shape, "nginx"]["cpu_us"] / figures[shape, "stint"]["cpu_us"]
    for percentile in ("p50", "p99"):
        direct = figures["one connection", "direct"][percentile]
        added = {name: figures["one connection", name][percentile] - direct for name in ("nginx", "stint")}
        made[f"added_{percentile}_us"] = added["stint"]
        made[f"added_{percentile}_vs_nginx"] = added["stint"] / max(added["nginx"], 1)
    return {name: round(value, 3) for name, value in made.items()}


def write_shapes(folder, key):
    for shape, (size, stream) in SHAPES.items():
        bodies = folder / f"{shape}.bodies"
        bodies.write_text("\n".join(body(size, seed, stream) for seed in range(BODIES)) + "\n")
        (folder / f"{shape}.lua").write_text(LUA % (key, bodies))


def check_ledger(stint, upstream):
    """One settled row for each call that the mock answered for Stint, and none for anything else."""
    stint.wait_until_idle()
    answered, recorded = upstream.answered_for_stint(), round(stint.metric("stint_calls_total"))
    if answered != recorded:
        raise SystemExit(f"the mock answered {answered} of Stint's calls, and the ledger has {recorded}")
    return recorded


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=4, help="of each single measurement")
    options.add_argument("--hold", action="store_true", help="print the addresses and wait, to look at them with perf")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="stint-bench-"))
    with mock(folder) as upstream, nginx(folder, upstream.port) as front, haproxy(folder, upstream.port) as other, gateway(
        prefix=pinned(PROXY_CORE), **stint_settings(upstream)
    ) as stint:
        key = stint.create_key(tenant="bench", features=["bench"], default_feature="bench")
        write_shapes(folder, key)
        targets = {
            "direct": (upstream.address, []),
            "nginx": (front.address, front.pids()),
            "haproxy": (other.address, other.pids()),
            "stint": (stint.proxy, [stint.process.pid]),
        }
        if chosen.hold:
            print(f"{json.dumps({name: address for name, (address, _) in targets.items()})}\nscripts: {folder}\n"
                  f"stint is process {stint.process.pid}; end with return", flush=True)
            input()
            return
        check_answers(targets, folder, key, upstream.address)
        figures = measure(targets, folder, chosen.rounds, chosen.seconds)
        recorded = check_ledger(stint, upstream)
    shutil.rmtree(folder)
    print_table(figures, targets)
    print(f"{recorded} calls through Stint, each on its ledger exactly once; medians of {chosen.rounds} rounds")
    print(json.dumps(ratios(figures)))


if __name__ == "__main__":
    main()
