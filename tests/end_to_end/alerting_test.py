"""Being paged. Goal: a cap that fills up is told once at each threshold, by the shipped rules and routes, and never again.

Method: the real gateway, Debian's own Prometheus and Alertmanager, and calls whose cost is known to the nano-dollar. The cap
is ten times the cost of one call, so five, eight and ten calls are exactly 50, 80 and 100 %. In between the gateway dies and
comes back.
"""

import re
import subprocess
import unittest

from alerting_stack import DASHBOARDS, alerting_stack
from gateway_process import gateway, openai_body
from wait import wait_until

RULES = DASHBOARDS / "prometheus/stint.rules.yml"
TOLD_S = 60.0
CALL = openai_body("Say something long.", max_tokens=1000)


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=DASHBOARDS / "prometheus")
    return done.returncode, done.stdout + done.stderr


class shipped_files(unittest.TestCase):
    def test_rules_are_valid_and_pass_their_own_tests(self):
        for command in (
            ("promtool", "check", "rules", RULES),
            ("promtool", "check", "config", "--lint=all", "--lint-fatal", "prometheus.yml"),
            ("promtool", "test", "rules", "stint.rules.test.yml"),
            ("amtool", "check-config", DASHBOARDS / "alertmanager/alertmanager.yml"),
        ):
            status, output = run(*command)
            self.assertEqual(status, 0, f"{command}:\n{output}")

    def test_every_alert_is_explained_and_links_to_its_own_part_of_the_runbook(self):
        rules = RULES.read_text()
        alerts = re.findall(r"^ +- alert: (\w+)$", rules, re.M)
        self.assertGreater(len(alerts), 10)
        self.assertEqual(len(alerts), len(set(alerts)))
        for what in ("summary:", "description:", "severity:", "runbook_url:"):
            self.assertEqual(len(re.findall(rf"^ +{what}", rules, re.M)), len(alerts), what)
        links = re.findall(r"runbook_url: \S+/runbook\.md#(\w+)$", rules, re.M)
        self.assertEqual(links, [alert.lower() for alert in alerts])
        headings = re.findall(r"^## (\w+)$", (DASHBOARDS / "runbook.md").read_text(), re.M)
        self.assertEqual(sorted(headings), sorted(alerts))

    def test_every_alert_is_tested_and_listed(self):
        tests = (DASHBOARDS / "prometheus/stint.rules.test.yml").read_text()
        readme = (DASHBOARDS / "README.md").read_text()
        for alert in re.findall(r"alert: (\w+)", RULES.read_text()):
            self.assertIn(alert, tests)
            self.assertIn(alert, readme)

    def test_every_severity_reaches_its_receiver(self):
        severities = set(re.findall(r"severity: (\w+)", RULES.read_text()))
        for severity, receiver in (("page", "pager"), ("warning", "team"), ("info", "inbox")):
            status, output = run(
                "amtool", "config", "routes", "test",
                f"--config.file={DASHBOARDS / 'alertmanager/alertmanager.yml'}",
                f"--verify.receivers={receiver}", f"severity={severity}", "alertname=StintCapSpent",
            )  # fmt: skip
            self.assertEqual(status, 0, output)
            severities.discard(severity)
        self.assertEqual(severities, set())


def cost_of_one_call(stint, key):
    answer = stint.chat(key, CALL)
    assert answer.status == 200, answer.body
    stint.wait_until_idle()
    return int(stint.metric("stint_cost_nanodollars_total"))


def day_cap(nanodollars):
    return {"name": "org-day", "window": "day", "unit": "usd", "limit": f"{nanodollars / 1e9:.9f}"}


class paging(unittest.TestCase):
    def test_each_threshold_of_a_day_cap_is_told_exactly_once(self):
        with gateway(caps=[day_cap(10**12)], simulated={"output": "bound"}) as stint:
            key = stint.create_key()
            cost = cost_of_one_call(stint, key)
            self.assertGreater(cost, 0)
            # The same address after each restart, or Prometheus would see another gateway. Usage survives the new limit.
            stint.configure(caps=[day_cap(10 * cost)], admin={"port": int(stint.admin.rsplit(":", 1)[1])})
            stint.restart()
            with alerting_stack(stint.admin) as stack:
                self.fill(stint, key, stack)

    def call(self, stint, key, times):
        for _ in range(times):
            answer = stint.chat(key, CALL)
            self.assertEqual(answer.status, 200, answer.body)

    def fill(self, stint, key, stack):
        def used():
            return [value for _, value in stack.query('stint_cap_used_ratio{cap="org-day"}')]

        wait_until(lambda: used() == [0.1], "Prometheus to see the first call")
        self.call(stint, key, 3)
        wait_until(lambda: used() == [0.4], "Prometheus to see 40 %")
        stack.wait_for_evaluations("stint_caps", 3)
        self.assertEqual(stack.webhook.firing(), [], "told before the first threshold")

        self.call(stint, key, 1)
        self.wait_for_pages(stack, ["StintCapHalf"])
        # A crash and a restart, with time for Prometheus to see both: the threshold stays told.
        stint.kill()
        wait_until(lambda: stack.query('up{job="stint"} == 0'), "Prometheus to see the crash")
        stack.wait_for_evaluations("stint_caps", 3)
        stint.start()
        wait_until(lambda: used() == [0.5], "Prometheus to see the restarted gateway")
        stack.wait_for_evaluations("stint_caps", 3)

        self.call(stint, key, 3)
        self.wait_for_pages(stack, ["StintCapHalf", "StintCapNearlySpent"])
        self.call(stint, key, 2)
        self.wait_for_pages(stack, ["StintCapHalf", "StintCapNearlySpent", "StintCapSpent"])

        self.assertEqual(stint.chat(key, CALL).status, 429, "the cap is spent")
        for percent, crossings in (("50", 0), ("80", 1), ("100", 1)):  # of this process; 50 was crossed before the crash
            self.assertEqual(stint.metric("stint_cap_threshold_crossed_total", percent=percent), crossings)
        stack.wait_for_evaluations("stint_caps", 15)
        self.check_pages(stack)

    def wait_for_pages(self, stack, names):
        wait_until(lambda: len(stack.webhook.firing()) >= len(names), f"the page {names[-1]}", TOLD_S)
        self.assertEqual([alert["labels"]["alertname"] for _, alert in stack.webhook.firing()], names)

    def check_pages(self, stack):
        told = stack.webhook.firing()
        self.assertEqual(
            [(path, alert["labels"]["alertname"], alert["labels"]["severity"]) for path, alert in told],
            [
                ("/info", "StintCapHalf", "info"),
                ("/warning", "StintCapNearlySpent", "warning"),
                ("/page", "StintCapSpent", "page"),
            ],
        )
        for _, alert in told:
            self.assertEqual(alert["labels"]["cap"], "org-day")
            self.assertIn("org-day", alert["annotations"]["summary"])
            self.assertRegex(alert["annotations"]["description"], r"\$\d+\.\d+ are used")
            self.assertTrue(alert["annotations"]["runbook_url"])


if __name__ == "__main__":
    unittest.main()
