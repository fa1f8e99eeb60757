"""What tests/mutation/trial.py knows of a layer: how a file is compiled, how its test programs are linked, what to run first."""

import json
import math
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / "build/mutation"
# Suites that take less of the processor run first, in one process.
FAST_CPU_S = 0.4
# A mutant hangs that uses far more of the processor than the original, or that waits far longer than a machine which others
# share makes it wait.
CPU_S, WALL_S = 5, 30.0
CPU_FACTOR, WALL_FACTOR = 10, 20
PROGRAM = "PROGRAM"


@dataclass
class step:
    """One command that may kill a mutant."""

    name: str
    program: str  # its path in the build tree
    command: list  # PROGRAM stands for the program with the mutant in it
    within: str = ""  # only mutants of this folder are put through it
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def run_with(self, binary):
        return [str(binary) if word == PROGRAM else word for word in self.command]

    @property
    def cpu_s_max(self):
        return CPU_S + CPU_FACTOR * math.ceil(self.cpu_s)

    @property
    def wall_s_max(self):
        return WALL_S + WALL_FACTOR * self.wall_s


@dataclass
class layer:
    name: str
    compile: dict  # source file: command
    link: dict  # program: command, without `-o` and the program's name
    suites: list  # steps, one for each suite, cheapest first
    folders: dict  # suite: the folder of its file
    more: list = field(default_factory=list)  # steps of other programs

    def plan(self, file):
        """The steps for a mutant of `file`: fast suites of its own folder, other fast ones, then the rest one by one."""
        within = str(Path(file).parent)
        fast = [one for one in self.suites if one.cpu_s < FAST_CPU_S]
        near = [one for one in fast if self.is_near(one, file)]
        far = [one for one in fast if one not in near]
        rest = [one for one in self.suites if one not in fast] + [one for one in self.more if within.startswith(one.within)]
        rest.sort(key=lambda one: (self.folders.get(one.name) != within) * 2 + one.cpu_s)
        return [*together(near), *together(far), *rest]

    def near(self, file):
        """Every suite of the file's own folder, in one step or none."""
        return together([one for one in self.suites if self.is_near(one, file)])

    def is_near(self, suite, file):
        return self.folders.get(suite.name) == str(Path(file).parent) or Path(file).stem in suite.name


def together(steps):
    """One step that runs several suites of a program."""
    if not steps:
        return []
    names = ":".join(one.name for one in steps)
    return [step(names, steps[0].program, suite_command(names), wall_s=sum(one.wall_s for one in steps),
                 cpu_s=sum(one.cpu_s for one in steps))]


def suite_command(names):
    return [PROGRAM, f"--run_test={names}", "--log_level=error", "--report_level=no", "--color_output=no",
            "--catch_system_errors=no"]


# Programs beside the unit suites, run shortly: they take what the suites let through.
MORE = {
    "budgets": [
        step("simulation", "tests/simulation/ledger_simulation", [PROGRAM, "1", "2", "3000"]),
        step("window oracle", "tests/budgets/window_oracle",
             ["/usr/bin/python3", str(ROOT / "tests/budgets/records/window_oracle.py"), PROGRAM], "budgets/records"),
    ],
}


def programs(name):
    return [f"tests/{name}_test", *(one.program for one in MORE.get(name, []))]


def build(names):
    chosen = [program for name in names for program in programs(name)]
    subprocess.run([ROOT / "tests/setup/build", "mutation", *chosen], check=True, stdout=2)


def compile_commands(name):
    """{source file of the layer: how it is compiled}"""
    entries = json.loads((TREE / "compile_commands.json").read_text())
    return {str(Path(entry["file"]).relative_to(ROOT)): shlex.split(entry["command"])
            for entry in entries if f"-o CMakeFiles/{name}.dir/{name}/" in entry["command"]}


def link_command(program):
    """How the program is linked, from the compiler to its last library, `-o` left out."""
    asked = ["ninja", "-C", TREE, "-t", "commands", "-s", program]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    line = next(line for line in printed.split("\n") if line.startswith(": && "))
    words = shlex.split(line.removeprefix(": && ").removesuffix(" && :"))
    at = words.index("-o")
    return words[:at] + words[at + 2:]


def suites_of(program, name):
    """The top-level suites of a Boost.Test program, and the folder that each one's file mirrors."""
    listed = subprocess.run([program, "--list_content", "--color_output=no"], capture_output=True, text=True, check=True).stderr
    suites = re.findall(r"^(\w+)\*?$", listed, re.M)
    folders = {}
    for file in (ROOT / "tests" / name).rglob("*_test.cpp"):
        for suite in re.findall(r"BOOST_AUTO_TEST_SUITE\((\w+)", file.read_text()):
            folders[suite] = str(file.parent.relative_to(ROOT / "tests"))
    return suites, folders


def load(name, run):
    """The layer. `run(step)` runs a step of the unchanged program, which must pass, and gives its wall and processor seconds."""
    tests, *others = programs(name)
    suites, folders = suites_of(TREE / tests, name)
    steps = [step(suite, tests, suite_command(suite)) for suite in suites]
    more = MORE.get(name, [])
    stamp = [(TREE / program).stat().st_mtime_ns for program in (tests, *others)]
    file = TREE / f"times-{name}.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    if kept.get("stamp") != stamp:
        kept = {"stamp": stamp, "times": {one.name: run(one) for one in [*steps, *more]}}
        file.write_text(json.dumps(kept))
    for one in [*steps, *more]:
        one.wall_s, one.cpu_s = kept["times"][one.name]
    return layer(name, compile_commands(name), {program: link_command(program) for program in (tests, *others)},
                 sorted(steps, key=lambda one: one.cpu_s), folders, more)
