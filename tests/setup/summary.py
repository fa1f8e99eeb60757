"""summary.py RESULTS: reads the JUnit file that ctest wrote and ends with one line, "N passed, N failed".

Counts test cases where a test program says how many it ran (Boost.Test, Python's unittest), and the program itself as one
case where it does not. A program that failed counts at least one failure, whatever its output says.
"""

import re
import sys
import xml.etree.ElementTree as xml


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


def main():
    passed = failed = 0
    broken = []
    for case in xml.parse(sys.argv[1]).getroot().iter("testcase"):
        ran, failures = cases_of(case.findtext("system-out") or "")
        if case.get("status") != "run":
            failures = max(failures, 1)
            broken.append(case.get("name"))
        else:
            failures = 0
        passed += max(ran - failures, 0)
        failed += failures
    for name in broken:
        print(f"failed: {name}   (run it alone: ctest --test-dir build/release -R '^{name}$' --output-on-failure)")
    if not passed + failed:
        print("no test ran")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
