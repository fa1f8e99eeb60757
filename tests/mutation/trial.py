"""Changes one operator of a folder's sources at a time and looks whether the unit tests notice.

Each mutant is a copy of one file, compiled alone, linked in front of the layer's library with its test programs, and run: the
fast suites of its own folder, the other fast ones, then the slow ones, until one fails. What hangs is killed too. What is left
is put through the suites of its own folder once more with AddressSanitizer and the library's assertions in it: to read beyond
an end need not change any answer. The score of a folder is killed ÷ compiled. tests/mutation/equivalent.txt lists the mutants
that nothing can notice; they are not tried.

Sources are never changed where they stand. Progress goes to standard error; standard output is the report, its last line JSON.
Tested by tests/mutation/mutants_test.py.
"""

import argparse
import collections
import dataclasses
import functools
import json
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import equivalent
import layers
import mutants

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["budgets", "pricing", "tokenizer", "gateway/call"]
COMPILE_DEADLINE_S = 1800.0
HEARTBEAT_S = 2.0
# A mutant may ask for any amount of memory, or write for ever.
LIMITS = ["prlimit", f"--fsize={1 << 30}", "--core=0"]
MEMORY_BYTES_MAX = 8 << 30
# With AddressSanitizer, which asks for far more addresses than memory. Only the mutant has it.
SANITIZED = ["-fsanitize=address"]
CHECKED = [*SANITIZED, "-D_GLIBCXX_ASSERTIONS"]  # a vector may have room beyond its end
FAULT = re.compile(rb"ERROR: AddressSanitizer|Assertion '.*' failed")
SANITIZED_LIMITS = {"ASAN_OPTIONS": f"detect_leaks=0:hard_rss_limit_mb={MEMORY_BYTES_MAX >> 20}"}
CHECKED_FACTOR = 4  # of time
RUNNING = set()  # of the tests; a run that is broken off ends them
FAILURE = re.compile(rb"\berror: in ")


def say(text):
    print(text, file=sys.stderr, flush=True)


class scratch:
    """A worker's folder: its mutant in the build tree, what the tests write in memory where there is room."""

    def __init__(self, number):
        every = layers.TREE / "mutants"
        every.mkdir(exist_ok=True)
        # Another trial in the same tree has workers of the same numbers.
        self.folder = Path(tempfile.mkdtemp(prefix=f"{number}-", dir=every))
        memory = Path("/dev/shm")
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30
        self.temporary = Path(tempfile.mkdtemp(prefix="stint-mutation-", dir=memory if roomy else None))

    def empty(self):
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir()

    def remove(self):
        shutil.rmtree(self.temporary, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def end(process):
    """Ends the process and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run(command, place, cpu_s_max, wall_s_max, sanitized=False):
    """("passed" | "failed" | "hung", what it printed). Ends at the first failure that a suite reports."""
    limits = [*LIMITS, f"--cpu={cpu_s_max}:{cpu_s_max + 5}", *([] if sanitized else [f"--as={MEMORY_BYTES_MAX}"])]
    process = subprocess.Popen([*limits, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               cwd=place.temporary, env=os.environ | SANITIZED_LIMITS | {"TMPDIR": str(place.temporary)},
                               start_new_session=True)
    RUNNING.add(process)
    os.set_blocking(process.stdout.fileno(), False)
    finish, printed = time.monotonic() + wall_s_max, b""
    try:
        while True:
            ended = process.poll() is not None
            printed += process.stdout.read() or b""
            if ended:
                return {0: "passed", -signal.SIGXCPU: "hung"}.get(process.returncode, "failed"), printed
            if FAILURE.search(printed):
                return "failed", printed
            if time.monotonic() > finish:
                return "hung", printed
            try:
                process.wait(0.02)
            except subprocess.TimeoutExpired:
                pass
    finally:
        end(process)
        RUNNING.discard(process)
        process.stdout.close()
        place.empty()


@functools.cache
def text_of(file):
    """The source as it was when its mutants were made, whatever is edited during the run."""
    return (ROOT / file).read_text()


def compiled(one, command, place, more=()):
    """The mutant's object, or None where it does not compile."""
    copy, made = place.folder / Path(one.file).name, place.folder / "mutant.o"
    copy.write_text(one.applied_to(text_of(one.file)))
    words = [str(copy) if word == str(ROOT / one.file) else word for word in command if not word.endswith("ccache")]
    words[words.index("-o") + 1] = str(made)
    # A warning is no verdict; and a file may include its neighbours by their bare names.
    words += ["-w", "-iquote", str((ROOT / one.file).parent), *more]
    done = subprocess.run(words, cwd=layers.TREE, capture_output=True, timeout=COMPILE_DEADLINE_S)
    return made if done.returncode == 0 else None


def linked(made, command, place, more=()):
    """The program with the mutant's object in front of the library that holds the original, which is then not taken from it."""
    binary = place.folder / "program"
    first = next(at for at, word in enumerate(command) if word.endswith((".o", ".a")))
    gold = ["-fuse-ld=gold"] if shutil.which("ld.gold") else []
    done = subprocess.run([*command[:first], *gold, *more, str(made), *command[first:], "-o", str(binary)], cwd=layers.TREE,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"cannot link a mutant: {done.stderr}")
    return binary


def verdict_on(one, layer, place):
    """(verdict, the step that gave it): "not compiled", "failed", "hung" or "survived"."""
    made = compiled(one, layer.compile[one.file], place)
    if made is None:
        return "not compiled", ""
    binary, program = None, None
    for step in layer.plan(one.file):
        if step.program != program:
            binary, program = linked(made, layer.link[step.program], place), step.program
        verdict, _ = run(step.run_with(binary), place, step.cpu_s_max, step.wall_s_max)
        if verdict != "passed":
            return verdict, step.name
    return ("failed", "AddressSanitizer") if reaches_beyond(one, layer, place) else ("survived", "")


def reaches_beyond(one, layer, place):
    """Whether the mutant, and not the original, reads or writes what is not its own. Nothing else counts here."""
    return has_fault(one, layer, place) and not has_fault(dataclasses.replace(one, new=one.old), layer, place)


def has_fault(one, layer, place):
    made = compiled(one, layer.compile[one.file], place, CHECKED)
    for step in layer.near(one.file):
        binary = linked(made, layer.link[step.program], place, SANITIZED)
        _, printed = run(step.run_with(binary), place, step.cpu_s_max * CHECKED_FACTOR, step.wall_s_max * CHECKED_FACTOR, True)
        if FAULT.search(printed):
            return True
    return False


def time_of(place):
    """What layers.load runs the unchanged program with."""
    def timed(step):
        say(f"  timing {step.name}")
        began, before = time.monotonic(), os.times()
        verdict, printed = run(step.run_with(layers.TREE / step.program), place, 1800, 1800)
        after = os.times()
        if verdict != "passed":
            raise SystemExit(f"{step.name} {verdict} without any mutant:\n{printed.decode(errors='replace')[-3000:]}")
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return time.monotonic() - began, used
    return timed


def sources(folder):
    """The files that a layer is built of, below the folder or the folder itself being one."""
    at = ROOT / folder
    found = [at] if at.is_file() else sorted(at.rglob("*.cpp"))
    return [str(file.relative_to(ROOT)) for file in found]


def choose(chosen, known):
    """{folder: mutants}, by the seed."""
    draw = random.Random(chosen.seed)
    places = [(file.split(":")[0], file.partition(":")[2]) for file in chosen.file] or [(folder, "") for folder in chosen.folders]
    picked = {}
    for place, line in places:
        every = [one for file in sources(place)
                 for one in mutants.mutants_of(file, text_of(file), chosen.statements)
                 if (not line or one.line == int(line)) and equivalent.key(one) not in known]
        some = draw.sample(every, min(chosen.count // len(places), len(every)))
        picked.setdefault(place, []).extend(sorted(some, key=lambda one: (one.file, one.start)))
    return picked


def work(tasks, results, number, stop):
    place = scratch(number)
    try:
        while not stop.is_set():
            try:
                folder, one, layer = tasks.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            results.put((folder, one, *verdict_on(one, layer, place), time.monotonic() - began))
    except BaseException as error:  # noqa: BLE001 - the main thread raises it
        results.put(error)
    finally:
        place.remove()


def try_all(picked, known_layers, jobs):
    """Yields (folder, mutant, verdict, step, seconds) as they come, and says that it is alive."""
    tasks, results, stop = queue.Queue(), queue.Queue(), threading.Event()
    for folder, some in picked.items():
        for one in some:
            tasks.put((folder, one, known_layers[one.file.split("/")[0]]))
    total, done, began = tasks.qsize(), 0, time.monotonic()
    workers = [threading.Thread(target=work, args=(tasks, results, number, stop)) for number in range(jobs)]
    for worker in workers:
        worker.start()
    try:
        while done < total:
            try:
                result = results.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                say(f"  {done} of {total}, {time.monotonic() - began:.0f} s")
                continue
            if isinstance(result, BaseException):
                raise result
            done += 1
            folder, one, verdict, step, seconds = result
            say(f"[{done}/{total}] {seconds:5.1f} s  {verdict:12} {one}" + (f"    by {step[:60]}" if step else ""))
            yield result
    finally:
        stop.set()
        for process in list(RUNNING):
            end(process)
        for worker in workers:
            worker.join()


def report(results, seed):
    line, survivors, all_of = {"seed": seed}, [], collections.Counter()
    for folder in dict.fromkeys(result[0] for result in results):
        seen = collections.Counter(verdict for at, _, verdict, _, _ in results if at == folder)
        all_of += seen
        line[folder] = figures(seen)
        survivors += [one for at, one, verdict, _, _ in results if at == folder and verdict == "survived"]
    line["all"] = figures(all_of)
    if survivors:
        print(f"{len(survivors)} survived:\n")
        for one in survivors:
            print(one)
        print()
    for folder, seen in line.items():
        if folder != "seed":
            print(f"{folder:24}{seen['killed']:5} killed ({seen['hung']} of them hung) of {seen['compiled']} compiled, "
                  f"{seen['score']:6.1%}; {seen['not_compiled']} did not compile")
    print(json.dumps(line))
    return line


def figures(seen):
    killed = seen["failed"] + seen["hung"]
    compiled_count = killed + seen["survived"]
    return {"compiled": compiled_count, "killed": killed, "hung": seen["hung"], "not_compiled": seen["not compiled"],
            "score": round(killed / compiled_count, 4) if compiled_count else 1.0}


def options():
    known = argparse.ArgumentParser(prog="tests/mutation/run", description=__doc__,
                                    formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("--folders", nargs="+", default=FOLDERS, metavar="FOLDER", help="of a layer: " + " ".join(FOLDERS))
    known.add_argument("--file", action="append", default=[], metavar="PATH[:LINE]", help="this file, or this line of it, alone")
    known.add_argument("--count", type=int, default=200, help="mutants, in equal shares of the folders")
    known.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="the same seed, the same mutants")
    known.add_argument("--jobs", type=int, default=os.cpu_count())
    known.add_argument("--statements", action="store_true", help="leave out whole statements too")
    known.add_argument("--least", type=float, default=0.0, metavar="PERCENT", help="fail where a folder's score is lower")
    known.add_argument("--least-of-all", type=float, default=0.0, metavar="PERCENT", help="fail where that of all together is")
    known.add_argument("--list", action="store_true", help="print the mutants that would be tried")
    return known.parse_args()


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("broken off"))
    print(f"seed {chosen.seed}", flush=True)
    known = equivalent.load()
    picked = choose(chosen, known)
    if chosen.list:
        for one in (one for some in picked.values() for one in some):
            print(one)
        return
    names = list(dict.fromkeys(one.file.split("/")[0] for some in picked.values() for one in some))
    layers.build(names)
    place = scratch("timing")
    try:
        known_layers = {name: layers.load(name, time_of(place)) for name in names}
    finally:
        place.remove()
    united = [file for file in {one.split(":")[0] for one in chosen.file} if file not in known_layers[file.split("/")[0]].compile]
    if united:
        sys.exit(f"not compiled alone, so not tried: {', '.join(united)}; see STINT_ALONE in CMakePresets.json")
    # Not every source is part of the layer: the vocabularies' compiler is a program of its own.
    built = {folder: [one for one in some if one.file in known_layers[one.file.split("/")[0]].compile]
             for folder, some in picked.items()}
    line = report(list(try_all(built, known_layers, chosen.jobs)), chosen.seed)
    low = [folder for folder in built if line.get(folder, {"score": 1.0})["score"] * 100 < chosen.least]
    if low:
        print(f"below {chosen.least:g} %: {', '.join(low)}", file=sys.stderr)
    all_low = line["all"]["score"] * 100 < chosen.least_of_all
    if all_low:
        print(f"below {chosen.least_of_all:g} % of all", file=sys.stderr)
    sys.exit(1 if low or all_low else 0)


if __name__ == "__main__":
    main()
