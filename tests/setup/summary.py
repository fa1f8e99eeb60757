"""summary.py STEPS PRESET/NAME... : what a run of ./check or its nightly took and found, ending with "N passed, N failed".

STEPS is the table that steps.sh wrote: name, seconds, exit status. build/PRESET/NAME.xml is the JUnit file of the step NAME,
whose test cases are counted: each test case where a test program says how many it ran (Boost.Test, Python's unittest), and the
program itself as one where it does not. A program that failed counts at least one failure, whatever its output says; so does a
step that has no such file. Prints the steps, the dearest entries of all, and what each failed entry said of its failure.
"""

import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

DEAREST = 10
SAID = 8  # lines of a failed entry
ENTRY_SECONDS_MAX = 60  # a test that takes longer keeps everybody waiting: ./check --nightly has the time


def cases_of(output):
    """(ran, failed) as the program's own output says, or (1, 0) when it says nothing."""
    ran = sum(map(int, re.findall(r"^Running (\d+) test cases?\.\.\.", output, re.M)))
    failed = {name for name in re.findall(r'(?:error|fatal error): in "([^"]+)"', output)}
    failures = len(failed)
    for count in re.findall(r"^Ran (\d+) tests? in ", output, re.M):
        ran += int(count)
    for verdict in re.findall(r"^FAILED \(([^)]*)\)", output, re.M):
        failures += sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", verdict)))
    return (ran, failures) if ran else (1, failures)


def said_of(output):
    """The lines of a failed program's output that say why, or its last ones where none does."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    why = [line for line in lines if re.search(r"\berror: |^(?:FAIL|ERROR):|Error: |runtime error|Sanitizer|terminate", line)]
    return (why or lines[-SAID:])[:SAID]


def entries_of(results):
    """[(name, seconds, cases that passed, cases that failed, lines that say why)] of one JUnit file."""
    entries = []
    for case in xml.parse(results).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        ran, failures = cases_of(output)
        failures = max(failures, 1) if case.get("status") != "run" else 0
        said = said_of(output) if failures else []
        entries.append((case.get("name"), float(case.get("time") or 0), max(ran - failures, 0), failures, said))
    return entries


def main():
    steps = [line.split("\t") for line in Path(sys.argv[1]).read_text().splitlines()]
    tested = {result.split("/")[1]: result for result in sys.argv[2:]}
    passed = failed = 0
    dearest, broken, slow = [], [], []
    print(f"\n{'step':<20} {'time':>8}   outcome")
    for name, seconds, status in steps:
        seconds = int(seconds)
        results = Path("build", tested[name] + ".xml") if name in tested else None
        if results and results.exists():
            entries = entries_of(results)
            good, bad = sum(entry[2] for entry in entries), sum(entry[3] for entry in entries)
            where = f"ctest --test-dir build/{tested[name].split('/')[0]}"
            broken += [(f"{where} -R '^{entry[0]}$' --output-on-failure", entry[4]) for entry in entries if entry[3]]
            slow += [f"{name}: {entry[0]}" for entry in entries if entry[1] > ENTRY_SECONDS_MAX]
            dearest += [(entry[1], f"{name}: {entry[0]}") for entry in entries]
        else:
            good, bad = 0, 0
            dearest.append((seconds, name))
        if not good + bad or (status != "0" and not bad):
            good, bad = (good + 1, bad) if status == "0" else (good, bad + 1)
        passed, failed = passed + good, failed + bad
        print(f"{name:<20} {seconds // 60:>4}m{seconds % 60:02}s   {f'{bad} failed' if bad else 'passed'}")
    print(f"\nthe {DEAREST} dearest entries:")
    for seconds, name in sorted(dearest, reverse=True)[:DEAREST]:
        print(f"{seconds:8.1f} s  {name}")
    if "tests" in tested:
        for name in slow:
            print(f"warning: {name} takes over {ENTRY_SECONDS_MAX} s: shorten it, or let ./check --nightly run it")
    for command, said in broken:
        print(f"failed; alone: {command}")
        for line in said:
            print(f"    {line[:240]}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
