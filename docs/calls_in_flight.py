"""Where every coroutine of a gateway is suspended: in gdb, on a live process or a core dump.

  gdb -p PID -batch -x docs/calls_in_flight.py
  gdb build/release/stint CORE -batch -x docs/calls_in_flight.py

Prints each chain of coroutines, the innermost first, how many stand in the same place, and the frames of one of them. Without
-batch, `print $coroutine(FRAME)` then shows what is in a frame; for that the program must have been compiled with -g.

Needs symbols, of g++ on a 64-bit machine and Asio of Boost 1.81: a coroutine's frame begins with the addresses of its functions
`actor` and `destroy`; then comes its promise, which begins with a handle of the frame itself, the thread of coroutines that it is
run by, and its caller's promise. Reading all memory stops the process for a second or more.
"""

import collections
import re

import gdb

WORD = 8
PROMISE = 2 * WORD  # behind the two functions


def writable_memory():
    """The parts of the memory that hold data and belong to no file: where frames are allocated."""
    if gdb.selected_inferior().connection.type == "core":
        for found in re.finditer(r"(0x[0-9a-f]+) - (0x[0-9a-f]+) is load\d+", gdb.execute("info target", to_string=True)):
            yield int(found[1], 16), int(found[2], 16)
        return
    for line in gdb.execute("info proc mappings", to_string=True).splitlines():
        words = line.split()
        if len(words) >= 5 and words[4].startswith("rw") and words[5:] in ([], ["[heap]"]):
            yield int(words[0], 16), int(words[1], 16)


def words_of(begin, end):
    try:
        return memoryview(bytes(gdb.selected_inferior().read_memory(begin, end - begin))).cast("Q")
    except gdb.MemoryError:
        return memoryview(b"").cast("Q")


def code():
    """Where the program's own functions lie."""
    found = re.search(r"(0x[0-9a-f]+) - (0x[0-9a-f]+) is \.text\n", gdb.execute("info target", to_string=True))
    return int(found[1], 16), int(found[2], 16)


class actors:
    """The name of the coroutine whose function lies at an address, each asked for once; of any other function: nothing."""

    def __init__(self):
        self.known = {}

    def at(self, address):
        if address not in self.known:
            found = re.match(r"(.*) \[clone \.actor\] in section", gdb.execute(f"info symbol {address}", to_string=True))
            self.known[address] = plain(found[1]) if found else None
        return self.known[address]


def plain(name):
    """`stint::handle`, of the many words with which g++ names a coroutine."""
    name = name.replace("(anonymous namespace)::", "")
    return "(an operation of Asio)" if name.startswith("boost::asio::async_result<") else re.split(r"[(<]", name)[0]


def frames():
    """Of each suspended coroutine's promise: its name, and its caller's promise."""
    low, high = code()
    coroutine = actors()
    found = {}
    for begin, end in writable_memory():
        words = words_of(begin, end)
        for i in range(len(words) - 5):
            if low <= words[i] < high and low <= words[i + 1] < high and words[i + 2] == begin + i * WORD:
                name = coroutine.at(words[i])
                if name is not None:
                    found[begin + i * WORD + PROMISE] = name, words[i + 4]
    return found


def chains(found):
    """The frames of a coroutine that waits and of those that wait for it. What has no beginning is left of one that ended."""
    callers = {caller for _, caller in found.values()}
    for promise in found.keys() - callers:
        chain = []
        while promise in found:
            name, caller = found[promise]
            chain.append((name, promise - PROMISE))
            promise = caller
        if chain[-1][0].endswith("co_spawn_entry_point"):
            yield chain


class coroutine(gdb.Function):
    """$coroutine(ADDRESS): the frame there, with its parameters and locals. _Coro_resume_index tells the co_await it waits in."""

    def __init__(self):
        super().__init__("coroutine")

    def invoke(self, address):
        actor = int(gdb.Value(int(address)).cast(gdb.lookup_type("unsigned long").pointer()).dereference())
        function = gdb.block_for_pc(actor)
        typed = [each.type for each in function or () if each.is_argument]
        if not typed:
            raise gdb.GdbError("this program was compiled without the types of its frames: build it with -g")
        return gdb.Value(int(address)).cast(typed[0]).dereference()


coroutine()
same_place = collections.defaultdict(list)
for each in chains(frames()):
    same_place[tuple(name for name, _ in each)].append(each)
for place, each in sorted(same_place.items(), key=lambda item: -len(item[1])):
    print(f"\n{len(each)} ×")
    for depth, name in enumerate(place):
        print(f"  {name}  frame {each[0][depth][1]:#x}")
