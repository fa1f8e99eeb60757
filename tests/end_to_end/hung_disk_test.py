"""The ledger's disk neither works nor fails: calls are refused in time and at once afterwards, a stop has an end, and when the
disk goes on everything works again without a restart, nothing is held that nobody waits for, and the books agree.

Method: a small library in front of the C library lets every write to a file wait while a certain file exists. It is compiled
here; without a compiler the test is skipped and says so.
"""

import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import http_client
from books import FOREVER_CAPS, check_bill, check_books
from gateway_process import background, gateway, openai_body
from wait import PATIENCE, wait_until

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void wait_for_disk(int fd) {
  struct stat of;
  const char* const hangs = getenv("STINT_TEST_HANGS");
  if (fd <= 2 || hangs == NULL || access(hangs, F_OK) != 0) return;
  if (fstat(fd, &of) != 0 || !S_ISREG(of.st_mode)) return;
  while (access(hangs, F_OK) == 0) poll(NULL, 0, 10);
}

#define PASS_ON(result, name, parameters, arguments)                        \
  result name parameters {                                                  \
    static result(*real) parameters;                                        \
    if (real == NULL) real = (result(*) parameters)dlsym(RTLD_NEXT, #name); \
    wait_for_disk(fd);                                                      \
    return real arguments;                                                  \
  }

PASS_ON(ssize_t, write, (int fd, const void* from, size_t size), (fd, from, size))
PASS_ON(ssize_t, pwrite, (int fd, const void* from, size_t size, off_t at), (fd, from, size, at))
PASS_ON(ssize_t, pwrite64, (int fd, const void* from, size_t size, off64_t at), (fd, from, size, at))
PASS_ON(ssize_t, writev, (int fd, const struct iovec* from, int count), (fd, from, count))
PASS_ON(int, fsync, (int fd), (fd))
PASS_ON(int, fdatasync, (int fd), (fd))
"""

LEDGER_PATIENCE_S = 10
STOP_PATIENCE_S = 30


class hung_disk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stint-hung-")
        self.addCleanup(folder.cleanup)
        source = Path(folder.name) / "hung_disk.c"
        source.write_text(SHIM)
        library = source.with_suffix(".so")
        try:
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        except FileNotFoundError:
            self.skipTest("needs a C compiler, as cc")
        self.hangs = Path(folder.name) / "hangs"
        self.addCleanup(self.hangs.unlink, missing_ok=True)
        self.stint = gateway(
            caps=FOREVER_CAPS,
            # AddressSanitizer wants to be the first library; that this one is before it changes nothing for either.
            environment={"LD_PRELOAD": str(library), "STINT_TEST_HANGS": str(self.hangs),
                         "ASAN_OPTIONS": "verify_asan_link_order=0"},
            admission={"wait": "1s"},
            limits={"drain_timeout": "1s"},
        )
        self.stint.__enter__()
        self.addCleanup(self.stint.__exit__, None, None, None)
        self.key = self.stint.create_key()

    def call(self):
        return self.stint.chat(self.key, openai_body(), timeout_s=60)

    def test_calls_are_refused_in_time_and_the_disk_may_come_back(self):
        self.assertEqual(self.call().status, 200)
        self.hangs.touch()
        begin = time.monotonic()
        several = [background(self.call) for _ in range(8)]
        for each in several:
            self.assertEqual(each.result().status, 503)
        self.assertLess(time.monotonic() - begin, 2.5 * LEDGER_PATIENCE_S * PATIENCE)
        # Nobody waits for it any more.
        begin = time.monotonic()
        answer = self.call()
        self.assertEqual(answer.status, 503)
        self.assertLess(time.monotonic() - begin, LEDGER_PATIENCE_S / 2 * PATIENCE)
        self.assertEqual(http_client.request(self.stint.admin, "GET", "/readyz").status, 503)
        self.assertEqual(http_client.request(self.stint.admin, "GET", "/healthz").status, 200)
        self.assertEqual(self.stint.metric("stint_ledger_writable"), 0)
        self.hangs.unlink()
        wait_until(self.stint.ready, "the ledger to be ready")
        self.assertEqual(self.call().status, 200)
        self.stint.wait_until_idle()
        check_books(self.stint)
        check_bill(self.stint, self.stint.rows())

    def test_a_stop_has_an_end(self):
        self.assertEqual(self.call().status, 200)
        self.hangs.touch()
        waiting = background(self.call)
        self.assertNotEqual(self.stint.terminate(2 * STOP_PATIENCE_S + LEDGER_PATIENCE_S), 0)
        try:
            self.assertEqual(waiting.result().status, 503)
        except (OSError, http_client.incomplete):
            pass  # the stop was sooner
        self.assertIn("stopped without an answer of the disk", self.stint.log_text())
        self.hangs.unlink()
        self.stint.start()
        self.assertEqual(self.call().status, 200)
        self.stint.wait_until_idle()
        check_books(self.stint, restarted=True)


if __name__ == "__main__":
    unittest.main()
