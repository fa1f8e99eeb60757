"""(not a benchmark) The counters that the tokenizer benchmark compares, and how each is installed, built and asked."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "tokenizer"
PYTHON_PEERS = {"tiktoken": "tiktoken", "quicktok": "quicktok-v1", "tokenizers": "tokenizers"}


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclass
class counter:
    name: str
    version: str
    command: list  # what the encoding, the task and its arguments are appended to
    prefix: list = field(default_factory=list)  # taskset

    def ask(self, encoding, *task):
        command = [str(part) for part in [*self.prefix, *self.command, encoding, *task]]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"TIKTOKEN_CACHE_DIR": ""})
        if done.returncode != 0:
            raise SystemExit(f"{self.name} failed with {done.returncode}: {' '.join(command)}\n{done.stderr.strip()}")
        return done.stdout

    def counts(self, encoding, file):
        return [int(line) for line in self.ask(encoding, "counts", file).split()]

    def time(self, encoding, file, passes):
        return json.loads(self.ask(encoding, "time", file, passes))

    def new(self, encoding, file, skipped):
        return json.loads(self.ask(encoding, "new", file, skipped))


def ours(driver):
    if not driver.is_file():
        raise SystemExit(f"{driver} is not built: run tests/bench/run tokenizer, which builds it")
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return counter("stint", commit or "unknown", [driver])


def install_python(folder):
    """The virtual environment of the Python peers, made again when the lock file has changed."""
    lock = HERE / "requirements.lock"
    installed = folder / "installed.lock"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    say("installing the Python peers: tiktoken, quicktok-v1, tokenizers")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(["/usr/bin/python3", "-m", "venv", folder / "venv"], check=True)
    subprocess.run([folder / "venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
                    "--only-binary", ":all:", "-r", lock], check=True)
    shutil.copy(lock, installed)


def python_peer(folder, name, version=""):
    return counter(name, version, [folder / "venv/bin/python", HERE / "python_peer.py", name, ROOT / "tokenizer/vocab"])


def python_peers(folder):
    """tiktoken is the reference: without it nothing can be verified, so a failure here ends the run."""
    try:
        install_python(folder)
    except (subprocess.CalledProcessError, OSError) as error:
        raise SystemExit(f"the Python peers cannot be installed ({error}). They need PyPI, Python 3.11 on amd64 or arm64, and "
                         "python3-venv; tiktoken is the reference, so there is no run without them") from None
    locked = dict(line.split()[0].split("==") for line in (HERE / "requirements.lock").read_text().splitlines() if "==" in line)
    return {name: python_peer(folder, name, locked[package]) for name, package in PYTHON_PEERS.items()}


def reference(folder):
    """tiktoken's encode_ordinary: what every count is compared with."""
    return python_peer(folder / "python", "reference")


def empty_call(folder):
    """len() asked as the Python peers are: what a call from Python costs before any counting."""
    return python_peer(folder / "python", "empty")


def rust_peer(folder):
    """The counter, or why it is missing."""
    cargo = shutil.which("cargo") or shutil.which("cargo", path=str(Path.home() / ".cargo/bin"))
    if not cargo:
        return "there is no cargo: install Rust 1.85 or newer, for example with rustup"
    binary = folder / "release/bpe_openai_peer"
    if not binary.exists():
        say("building the Rust peer, bpe-openai: about a minute")
    done = subprocess.run([cargo, "build", "--release", "--locked", "--quiet", "--manifest-path", HERE / "Cargo.toml",
                           "--target-dir", folder], capture_output=True, text=True)
    if done.returncode != 0:
        return f"cargo cannot build it (it needs crates.io and a Rust that is new enough): {done.stderr.strip()[-300:]}"
    lines = (HERE / "Cargo.lock").read_text().split("\n")
    return counter("bpe_openai", lines[lines.index('name = "bpe-openai"') + 1].split('"')[1], [binary])


def find(folder, driver):
    """({name: counter}, ours first; {name: why it is missing})."""
    found = {"stint": ours(driver)} | python_peers(folder / "python")
    rust = rust_peer(folder / "rust")
    if isinstance(rust, str):
        return found, {"bpe_openai": rust}
    return found | {"bpe_openai": rust}, {}
