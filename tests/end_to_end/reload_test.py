"""Caps and prices that change while calls run: SIGHUP, and the commands that raise and reset."""

import os
import re
import signal
import subprocess
import tempfile
import unittest

from books import FOREVER_CAPS, check_books
from gateway_process import ROOT, background, gateway, openai_body
from wait import wait_until

# A thousand in a soak: STINT_RELOADS=1000.
RELOADS = int(os.environ.get("STINT_RELOADS", "60"))
CLIENTS = 4
MODEL = "sim/gpt-4o?tokens=5"


def requests_cap(name, limit):
    return {"name": name, "per": ["tenant"], "window": "year", "unit": "requests", "limit": limit}


def reload(stint, **settings):
    """Sends SIGHUP and waits until the gateway has said what became of it."""
    before = stint.log_text().count("caps in force") + stint.log_text().count("nothing has changed")
    if settings:
        stint.configure(**settings)
    stint.process.send_signal(signal.SIGHUP)
    wait_until(
        lambda: stint.log_text().count("caps in force") + stint.log_text().count("nothing has changed") > before,
        "the end of a reload",
    )


def standing(stint, cap):
    return next(each for each in stint.caps() if each["cap"] == cap)


class reloads(unittest.TestCase):
    def test_many_reloads_under_load_fail_no_call(self):
        lists = [
            [*FOREVER_CAPS, requests_cap("one", 1_000_000)],
            [requests_cap("two", 1_000_000), *FOREVER_CAPS],
            [*FOREVER_CAPS],
        ]
        with gateway(caps=lists[0]) as stint:
            key = stint.create_key()
            done = []

            def call_until_done(_):
                statuses = set()
                while not done:
                    statuses.add(stint.chat(key, openai_body(model=MODEL)).status)
                return statuses

            clients = [background(call_until_done, number) for number in range(CLIENTS)]
            try:
                for number in range(RELOADS):
                    reload(stint, caps=lists[number % len(lists)])
            finally:
                done.append(True)
            self.assertEqual(set().union(*(client.result() for client in clients)), {200})
            reload(stint, caps=lists[0])
            stint.wait_until_idle()
            counted = standing(stint, "one")["used"]
            self.assertEqual(counted, len(stint.rows()))
            check_books(stint)

    def test_books_of_simulated_calls_stay_as_they_were_at_the_start(self):
        """The log said so, and the caps did not."""
        apart, real = ({"output": "fixed", "tokens": 16, "books": books} for books in ("apart", "real"))
        for at_start, later in ((apart, real), (real, apart)):
            with self.subTest(at_start), gateway(caps=FOREVER_CAPS, simulated=at_start) as stint:
                key = stint.create_key()
                self.assertEqual(stint.chat(key, openai_body(model=MODEL)).status, 200)
                stint.wait_until_idle()
                before = sorted(each["cap"] for each in stint.caps())
                self.assertEqual(any(cap.startswith("simulated:") for cap in before), at_start == apart)
                reload(stint, simulated=later)
                self.assertIn("simulated.books differs and needs a restart", stint.log_text())
                self.assertEqual(stint.chat(key, openai_body(model=MODEL)).status, 200)
                stint.wait_until_idle()
                self.assertEqual(sorted(each["cap"] for each in stint.caps()), before)

    def test_a_new_limit_holds_at_once_and_keeps_the_usage(self):
        with gateway(caps=[*FOREVER_CAPS, requests_cap("two", 2)]) as stint:
            key = stint.create_key()
            call = lambda: stint.chat(key, openai_body(model=MODEL)).status
            self.assertEqual([call(), call(), call()], [200, 200, 429])
            reload(stint, caps=[*FOREVER_CAPS, requests_cap("two", 3)])
            self.assertEqual([call(), call()], [200, 429])
            reload(stint, caps=[*FOREVER_CAPS, requests_cap("new", 4)])
            self.assertEqual(standing(stint, "new")["used"], 3)
            self.assertEqual([call(), call()], [200, 429])
            check_books(stint)

    def test_a_file_with_a_mistake_changes_nothing_and_says_where(self):
        with gateway(caps=[*FOREVER_CAPS, requests_cap("one", 1)]) as stint:
            key = stint.create_key()
            self.assertEqual(stint.chat(key, openai_body(model=MODEL)).status, 200)
            reload(stint, caps=[*FOREVER_CAPS, {"name": "one", "window": "year"}])
            self.assertIn("caps[", stint.log_text())
            self.assertEqual(stint.chat(key, openai_body(model=MODEL)).status, 429)

    def test_a_damaged_zone_file_is_told_and_ends_nothing(self):
        """It was read on a thread where nothing may throw."""
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            self.skipTest("no mount of one's own can be had here")
        with tempfile.NamedTemporaryFile(prefix="stint-zone-") as damaged:
            damaged.write(b"TZif2 and no more")
            damaged.flush()
            script = 'mount --bind "$0" /usr/share/zoneinfo/Asia/Tokyo && exec "$@"'
            own_mount = ["unshare", "--mount", "sh", "-c", script, damaged.name]
            with gateway(caps=FOREVER_CAPS, prefix=own_mount) as stint:
                key = stint.create_key()
                tokyo = {"name": "day", "window": "day", "unit": "usd", "limit": 1, "timezone": "Asia/Tokyo"}
                reload(stint, caps=[*FOREVER_CAPS, tokyo])
                self.assertRegex(stint.log_text(), r'timezone: time zone "Asia/Tokyo": its file .* cannot be read')
                self.assertIn("nothing has changed", stint.log_text())
                self.assertEqual(stint.chat(key, openai_body(model=MODEL)).status, 200)
                reload(stint, caps=[*FOREVER_CAPS, {**tokyo, "timezone": "Europe/Berlin"}])
                self.assertEqual(stint.chat(key, openai_body(model=MODEL)).status, 200)
                self.assertEqual(standing(stint, "day")["cap"], "day")

    def test_settings_that_need_a_restart_are_named(self):
        with gateway(caps=FOREVER_CAPS) as stint:
            reload(stint, threads=3)
            self.assertRegex(stint.log_text(), r"reload: threads differs and needs a restart \(.* → 3\); the old one stays")
            self.assertNotIn("reload: providers", stint.log_text())

    def test_what_changes_of_the_caps_is_said(self):
        with gateway(caps=[*FOREVER_CAPS, requests_cap("two", 2)]) as stint:
            reload(stint, caps=[*FOREVER_CAPS, requests_cap("two", 3), requests_cap("new", 4)])
            two = "reload: cap two: 2 requests a year per tenant; alerts at 50 80 100 % → 3 requests a year"
            self.assertIn(two, stint.log_text())
            self.assertIn("reload: cap new: not there → 4 requests a year", stint.log_text())
            self.assertEqual(stint.log_text().count("reload: cap "), 2)
            before = len(stint.log_text())
            reload(stint)
            self.assertNotIn("reload: cap ", stint.log_text()[before:])


class prices(unittest.TestCase):
    def setUp(self):
        self.stint = self.enterContext(gateway(caps=FOREVER_CAPS))
        self.key = self.stint.create_key()
        self.edited = self.stint.folder / "prices.yaml"
        self.shipped = (ROOT / "config/prices.yaml").read_text()

    def write(self, version):
        """The shipped prices, but for gpt-4o's, and the version where one is given."""
        entry = re.search(r"{model: gpt-4o, provider: openai,\s+input: ([\d.]+),", self.shipped)
        text = self.shipped.replace(entry[0], entry[0].replace(f"input: {entry[1]},", "input: 99,"))
        if version:
            text = re.sub(r'^version: ".*"$', f'version: "{version}"', text, count=1, flags=re.M)
        self.edited.write_text(text)

    def cost(self, model=MODEL):
        answer = self.stint.chat(self.key, openai_body(model=model))
        self.assertEqual(answer.status, 200)
        return float(answer.headers["x-stint-cost-usd"])

    def test_new_calls_have_the_new_prices_and_running_ones_keep_theirs(self):
        before = self.cost()
        running = background(self.stint.chat, self.key, openai_body(model="sim/gpt-4o?tokens=5&delay_first_ms=3000"))
        wait_until(lambda: not self.stint.idle(), "the call to run")
        self.write(version="ours-1")
        reload(self.stint, prices={"file": str(self.edited)})
        self.assertRegex(self.stint.log_text(), r"reload: price of gpt-4o: input \$[\d.]+ → \$99")
        self.assertIn("reload: prices of version ours-1 are in force", self.stint.log_text())
        self.assertNotIn("needs a restart", self.stint.log_text())
        after = self.cost()
        self.assertGreater(after, 10 * before)
        self.assertEqual(float(running.result(30).headers["x-stint-cost-usd"]), before)
        versions = {row["cost_usd"]: row["price_version"] for row in self.stint.rows()}
        self.assertEqual(versions[max(versions, key=float)], "ours-1")
        self.assertNotEqual(versions[min(versions, key=float)], "ours-1")
        self.assertEqual(self.stint.admin_get("/api/v1/prices").json()["version"], "ours-1")
        check_books(self.stint)

    def test_other_prices_under_the_same_version_stay_outside(self):
        before = self.cost()
        self.write(version="")
        reload(self.stint, prices={"file": str(self.edited)})
        self.assertRegex(self.stint.log_text(), "still calls itself version .*: give it another `version`; the old prices stay")
        self.assertEqual(self.cost(), before)

    def test_another_alias_under_the_same_version_stays_outside(self):
        before = self.cost()
        with_alias = self.shipped.replace("\naliases:\n", "\naliases:\n  - {from: our-own-model, to: gpt-4o}\n")
        self.assertNotEqual(with_alias, self.shipped)
        self.edited.write_text(with_alias)
        reload(self.stint, prices={"file": str(self.edited)})
        self.assertRegex(self.stint.log_text(), "its prices or aliases differ: give it another `version`")
        self.assertEqual(self.cost(), before)

    def test_a_file_with_a_mistake_changes_nothing(self):
        before = self.cost()
        self.edited.write_text(self.shipped + "\nno_such_key: 1\n")
        reload(self.stint, prices={"file": str(self.edited)})
        self.assertIn("reload: the old prices stay", self.stint.log_text())
        self.assertEqual(self.cost(), before)


class adjustments(unittest.TestCase):
    def test_a_raise_and_a_reset_hold_and_outlive_the_process(self):
        with gateway(caps=[*FOREVER_CAPS, requests_cap("two", 2)]) as stint:
            key = stint.create_key()
            call = lambda: stint.chat(key, openai_body(model=MODEL)).status
            self.assertEqual([call(), call(), call()], [200, 200, 429])
            stint.command("caps", "raise", "two", "--by", "1", "--until", "24h", "--reason", "launch")
            self.assertEqual(stint.metric("stint_cap_limit", cap="two", scope="acme"), 3)
            self.assertEqual([call(), call()], [200, 429])
            stint.command("caps", "reset", "two", "--scope", "acme", "--reason", "a test")
            self.assertEqual(stint.metric("stint_cap_used_ratio", cap="two", scope="acme"), 0)
            self.assertEqual(call(), 200)
            stint.wait_until_idle()
            stint.kill()
            stint.start()
            self.assertEqual([call(), call(), call()], [200, 200, 429])
            listed = stint.command("caps", "history").stdout
            self.assertIn("launch", listed)
            self.assertIn("a test", listed)
            check_books(stint, restarted=True)


if __name__ == "__main__":
    unittest.main()
