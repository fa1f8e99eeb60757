"""The dashboard. Goal: every query of every panel shows data, and the spend it shows is the spend there was.

Method: the real gateway under mixed traffic (plain, streams, errors, refusals, a cut stream, pass-through), read by Debian's own
Prometheus; the queries are taken from the dashboard file and asked as Grafana asks them.
"""

import json
import math
import re
import unittest

import http_client
from alerting_stack import DASHBOARDS, alerting_stack
from gateway_process import anthropic_body, call_headers, encoded, gateway, openai_body
from scripted_upstream import scripted_upstream, with_length
from wait import wait_until

DASHBOARD = json.loads((DASHBOARDS / "grafana/stint.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RANGE_S = 600
DATA_S = 120.0


def queries(simulated="-"):
    """(panel's title, query) with Grafana's variables replaced as Grafana would; simulated calls are shown unless told."""
    values = {
        "$__range_s": str(RANGE_S),
        "$__range": f"{RANGE_S}s",
        "$__rate_interval": "1m",
        "$tenant": ".*",
        "$feature": ".*",
        "$model": ".*",
        "$simulated": simulated,
    }
    for panel in PANELS:
        for target in panel["targets"]:
            query = target["expr"]
            for name, value in values.items():
                query = query.replace(name, value)
            yield panel["title"], query, target.get("instant", False)


def metric_names(text):
    return set(re.findall(r"\bstint_[a-z_]+\b", text)) - {"stint_caps", "stint_accounting", "stint_health"}


def family_of(name):
    return re.sub(r"_(bucket|sum|count)$", "", name)


class dashboard_file(unittest.TestCase):
    def test_panels_are_well_formed(self):
        numbers = [panel["id"] for panel in DASHBOARD["panels"]]
        self.assertEqual(len(numbers), len(set(numbers)))
        taken = set()
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            self.assertFalse(cells & taken, f"{panel['title']} lies over another panel")
            taken |= cells
        for panel in PANELS:
            self.assertTrue(panel["targets"], panel["title"])
            for part in (panel, *panel["targets"]):
                self.assertEqual(part["datasource"], {"type": "prometheus", "uid": "${datasource}"})

    def test_no_variable_is_left_unknown(self):
        for title, query, _ in queries():
            self.assertNotIn("$", query, title)

    def test_simulated_calls_are_left_out_unless_asked_for(self):
        """Their dollars stood in every panel of spend, which nobody has to pay."""
        variable = next(each for each in DASHBOARD["templating"]["list"] if each["name"] == "simulated")
        self.assertEqual(variable["current"]["value"], "sim")
        whose = r"stint_(?:calls|tokens|reasoning_tokens|cost_nanodollars|corrected_cost_nanodollars|upstream_errors)_total"
        timed = r"stint_(?:call_duration|time_to_first_token|overhead)_seconds_bucket"
        caps = r"stint_(?:cap_(?:used_ratio|used|held|limit|window_end_timestamp_seconds)|refusals_total)"
        for panel in PANELS:
            for target in panel["targets"]:
                for name, wanted in ((whose, 'provider!~"$simulated"'), (timed, 'provider!~"$simulated"'),
                                     (caps, 'cap!~"$simulated.+:.*"')):
                    for selector in re.findall(rf"\b{name}\b(.{{0,200}})", target["expr"]):
                        self.assertIn(wanted, selector.split("}")[0], panel["title"])

    def test_every_metric_that_is_asked_for_is_documented(self):
        documented = metric_names((DASHBOARDS / "README.md").read_text())
        for source in ("grafana/stint.json", "prometheus/stint.rules.yml"):
            asked = {family_of(name) for name in metric_names((DASHBOARDS / source).read_text())}
            self.assertEqual(asked - documented, set(), source)


class live_dashboard(unittest.TestCase):
    def setUp(self):
        self.upstream = scripted_upstream(
            lambda wire, _: (wire.sendall(with_length(b'{"object":"list","data":[]}')), True)[1]
        )
        self.addCleanup(self.upstream.close)

    def settings(self):
        return {
            "caps": [
                {"name": "org-day", "window": "day", "unit": "usd", "limit": 100},
                {"name": "tenant-month", "per": ["tenant"], "window": "month", "unit": "usd", "limit": 50},
                {"name": "poor", "match": {"tenant": "poor"}, "window": "day", "unit": "tokens", "limit": 1},
            ],
            "providers": {"listed": self.upstream.provider(models=["listed-*"])},
            "passthrough": [{"method": "GET", "path": "/v1/files", "provider": "listed"}],
        }

    def test_every_query_of_every_panel_returns_data(self):
        with gateway(**self.settings()) as stint, alerting_stack(stint.admin) as stack:
            rich = stint.create_key(tenant="rich", features=("chat", "search"))
            poor = stint.create_key(tenant="poor")
            empty = list(queries())

            def all_have_data():
                self.send_traffic(stint, rich, poor)
                empty[:] = [each for each in empty if not self.has_data(stack, each)]
                return not empty

            try:
                wait_until(all_have_data, "data in every panel", DATA_S)
            except AssertionError:
                self.fail("no data in\n" + "\n".join(f"{title}: {query}" for title, query, _ in empty))
            self.check_variables(stack)
            self.check_spend(stint, stack)
            self.check_simulated_left_out(stack)
            self.check_names(stint)

    def send_traffic(self, stint, rich, poor):
        def expect(status, answer):
            self.assertEqual(answer.status, status, answer.body)

        search = {"x-stint-feature": "search"}
        expect(200, stint.chat(rich, openai_body()))
        expect(200, stint.chat(rich, openai_body(model="sim/gpt-4o-mini?cached=4&reasoning=3"), search))
        expect(200, stint.chat(rich, openai_body(stream=True), search))
        expect(200, stint.chat(rich, anthropic_body(stream=True), path="/v1/messages"))
        expect(500, stint.chat(rich, openai_body(model="sim/gpt-4o?status=500")))
        expect(429, stint.chat(poor, openai_body()))
        expect(401, stint.chat("sk-stint-wrong", openai_body()))
        self.cut_stream(stint, rich)
        passed = http_client.request(stint.proxy, "GET", "/v1/files", {"Authorization": f"Bearer {rich}"})
        expect(200, passed)
        stint.wait_until_idle()

    def cut_stream(self, stint, key):
        body = encoded(openai_body(model="sim/gpt-4o?tokens=400&delay_ms=20", stream=True))
        with http_client.connection(stint.proxy) as wire:
            wire.send(http_client.render("POST", "/v1/chat/completions", call_headers(key), body))
            head = wire.read_head()
            self.assertEqual(head.status, 200)
            next(wire.read_pieces(head))

    def has_data(self, stack, query):
        _, expression, instant = query
        if instant:
            return any(not math.isnan(value) for _, value in stack.query(expression))
        drawn = stack.query_range(expression, 60)
        return any(not math.isnan(value) for _, values in drawn for value in values)

    def check_variables(self, stack):
        for variable in DASHBOARD["templating"]["list"]:
            if variable["type"] == "query":
                metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["definition"]).groups()
                self.assertTrue(stack.query(f'count by ({label}) ({metric}{{{label}!=""}})'), variable["name"])

    def check_spend(self, stint, stack):
        """Also of series that first appear with a value, which increase() alone would not see."""
        exact = stint.metric("stint_cost_nanodollars_total") / 1e9
        self.assertGreater(exact, 0)
        query = next(query for title, query, _ in queries() if title == "Spend today")

        def shown():
            return [value for _, value in stack.query(query)]

        wait_until(lambda: stack.query("sum(stint_cost_nanodollars_total) / 1e9")[0][1] == exact, "the last scrape")
        self.assertAlmostEqual(shown()[0], exact, delta=exact / 10)
        # What is told otherwise afterwards is spent as it was told last.
        row = stint.rows(limit=1)[0]
        told = [("charged", "0.1", exact + 0.1), ("given_back", row["cost_usd"], exact)]
        for direction, cost, spent in told:
            stint.command("ledger", "correct", row["id"], "--cost", cost, "--reason", "their invoice")
            corrected = 'sum(stint_corrected_cost_nanodollars_total{direction="%s"}) > 0' % direction
            wait_until(lambda: stack.query(corrected), "the correction's scrape")
            wait_until(lambda: abs(shown()[0] - spent) < (exact + 0.1) / 10, f"{spent} as shown after {direction}")

    def check_simulated_left_out(self, stack):
        """All that cost something was simulated."""
        query = next(query for title, query, _ in queries(simulated="sim") if title == "Spend today")
        self.assertEqual(sum(value for _, value in stack.query(query)), 0)

    def check_names(self, stint):
        documented = metric_names((DASHBOARDS / "README.md").read_text())
        exported = {family_of(name) for name, _ in stint.metrics() if name.startswith("stint_")}
        self.assertEqual(exported - documented, set(), "exported and not documented")


if __name__ == "__main__":
    unittest.main()
