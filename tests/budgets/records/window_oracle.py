"""Compares window_at with Python's zoneinfo: every zone, every change of its clocks from 2020 to 2037, a second, an hour and a
day before and after it; the ends of months and years and 29 February; every kind of window that ends, with several first days.

Usage: window_oracle.py PATH_OF_THE_DRIVER. Fifteen seconds of one core.

The oracle shares nothing with the C++ but the tz database: it finds the first instant of a date by walking over time in quarters
of an hour (in minutes where the clocks changed at one past midnight, as in Antarctica/Casey), never by asking what a local
midnight is in UTC, and the first date of a period by trying one date after the other.
"""

import bisect
import functools
import subprocess
import sys
import zoneinfo
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

MINUTE = 60
QUARTER = 900
HOUR = 3600
DAY = 86400
FIRST_YEAR, LAST_YEAR = 2020, 2037
# The date library reads the changes that a zone's file lists, up to 2037, and not the rule behind them: a window that ends in
# summer 2038 is an hour off. window.hpp says so.
LAST_DATE = date(2038, 1, 1)
CALENDAR_RULES = [  # kind, first weekday, first day of the month, first month of the year
    ("day", 1, 1, 1),
    ("week", 1, 1, 1),
    ("week", 4, 1, 1),
    ("week", 7, 1, 1),
    ("month", 1, 1, 1),
    ("month", 1, 15, 1),
    ("month", 1, 28, 1),
    ("quarter", 1, 1, 1),
    ("quarter", 1, 1, 2),
    ("quarter", 1, 28, 12),
    ("year", 1, 1, 1),
    ("year", 1, 1, 3),
    ("year", 1, 6, 4),
    ("year", 1, 28, 2),
]
# Of rolling windows: length and step. 24 steps or more, and the step is one that people count in.
STEPS = {60: 2, 90: 2, HOUR: 120, 5 * HOUR: 600, DAY: HOUR, 7 * DAY: 6 * HOUR, 30 * DAY: DAY, 366 * DAY: 14 * DAY}


def epoch(day):
    return (day - date(1970, 1, 1)).days * DAY


class Zone:
    """What the zone's clocks show: its changes are found by looking at every day, and within it to the second."""

    def __init__(self, name):
        self.name = name
        info = zoneinfo.ZoneInfo(name)
        look = functools.partial(self.look, info)
        at = epoch(date(FIRST_YEAR - 2, 1, 1))
        end = epoch(date(LAST_YEAR + 3, 1, 1))
        self.changes, self.offsets = [], [look(at)]
        while at < end:
            if look(at + DAY) != self.offsets[-1]:
                low, high = at, at + DAY
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if look(middle) == self.offsets[-1] else (low, middle)
                assert high % MINUTE == 0 and look(high) == look(at + DAY), (name, high)
                self.changes.append(high)
                self.offsets.append(look(high))
            at += DAY
        assert all(offset % QUARTER == 0 for offset in self.offsets), name
        self.step = QUARTER if all(change % QUARTER == 0 for change in self.changes) else MINUTE
        self.first_instants = {}

    @staticmethod
    def look(info, at):
        return int(datetime.fromtimestamp(at, timezone.utc).astimezone(info).utcoffset().total_seconds())

    def offset(self, at):
        return self.offsets[bisect.bisect_right(self.changes, at)]

    def local_date(self, at):
        return date(1970, 1, 1) + timedelta(days=(at + self.offset(at)) // DAY)

    def first_instant(self, day):
        found = self.first_instants.get(day)
        if found is None:
            found = epoch(day) - max(self.offset(epoch(day) + delta) for delta in (-DAY, 0, DAY)) - self.step
            assert self.local_date(found) < day, (self.name, day)
            while self.local_date(found) < day:
                found += self.step
            self.first_instants[day] = found
        return found

    def day_of(self, at):
        day = self.local_date(at)
        return day + timedelta(days=1) if self.first_instant(day + timedelta(days=1)) <= at else day

    def hour_of(self, at):
        """The steps around `at` in which the clocks show the same hour without having been changed."""
        def shown(instant):
            return self.offset(instant), (instant + self.offset(instant)) // HOUR

        start = at - at % self.step
        while shown(start - self.step) == shown(at):
            start -= self.step
        end = start + self.step
        while shown(end) == shown(at):
            end += self.step
        return start, end


@functools.lru_cache(maxsize=None)
def dates_of(rule, day):
    """The first date of the period that holds `day`, and of the next one, by trying every date."""
    kind, first_weekday, first_day, first_month = rule

    def starts(candidate):
        if kind == "week":
            return candidate.isoweekday() == first_weekday
        if candidate.day != first_day:
            return kind == "day"
        if kind == "quarter":
            return (candidate.month - first_month) % 3 == 0
        return kind in ("day", "month") or candidate.month == first_month

    start = day
    while not starts(start):
        start -= timedelta(days=1)
    end = day + timedelta(days=1)
    while not starts(end):
        end += timedelta(days=1)
    return start, end


def instants(zone):
    found = set()
    for change in zone.changes:
        if epoch(date(FIRST_YEAR, 1, 1)) <= change < epoch(date(LAST_YEAR + 1, 1, 1)):
            found.update(change + delta for delta in (-DAY, -HOUR, -1, 0, 1, HOUR, DAY))
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        days = [date(year, 1, 1), date(year, 3, 1), date(year, 3, 1) - timedelta(days=1), date(year, 12, 31), date(year, 4, 28)]
        for day in days:
            found.update((zone.first_instant(day) - 1, zone.first_instant(day)))
    return sorted(found)


def answers(zone):
    """What the oracle says: (question, answer) for each."""
    for at in instants(zone):
        day = zone.day_of(at)
        for rule in CALENDAR_RULES:
            start, end = dates_of(rule, day)
            if end > LAST_DATE:
                continue
            question = f"{rule[0]} {at} {rule[1]} {rule[2]} {rule[3]}"
            yield question, f"{zone.first_instant(start)} {zone.first_instant(end)}"
        yield f"minute {at} 1 1 1", f"{at - at % 60} {at - at % 60 + 60}"
        yield f"hour {at} 1 1 1", "%d %d" % zone.hour_of(at)


def rolling_answers():
    """From the step that holds the first instant of interest to the one that holds the last."""
    for length, step in STEPS.items():
        for at in (0, 1, 1_582_934_399, 1_582_934_400, 1_772_445_600, 1_772_449_199, 2_145_916_799):
            present = at // step * step
            oldest = present
            while oldest > present - length:
                oldest -= step
            yield f"rolling:{length} {at} 1 1 1", f"{oldest} {present + step}"


def rules_of(name):
    return next(path.read_bytes() for path in (Path(root, name) for root in zoneinfo.TZPATH) if path.is_file())


def main():
    lines, expected = [], []
    names = sorted(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})
    worked_out = {}  # by the bytes of the zone: most names are another's alias, and are asked a sample only
    for name in names:
        rules = rules_of(name)
        known = worked_out.get(rules)
        if known is None:
            worked_out[rules] = known = list(answers(Zone(name)))
            asked = known
        else:
            asked = known[::29]
        lines += [f"{name} {question}" for question, _ in asked]
        expected += [answer for _, answer in asked]
    for question, answer in rolling_answers():
        lines.append(f"UTC {question}")
        expected.append(answer)
    answered = subprocess.run(
        [sys.argv[1]], input="\n".join(lines), capture_output=True, text=True, check=True, timeout=600
    ).stdout.splitlines()
    assert len(answered) == len(expected), f"{len(lines)} questions, {len(answered)} answers"
    wrong = [(q, e, a) for q, e, a in zip(lines, expected, answered) if e != a]
    for question, right, answer in wrong[:20]:
        print(f"{question}: zoneinfo says {right}, window_at {answer}")
    print(f"{len(lines)} windows in {len(names)} zones compared with zoneinfo, {len(wrong)} wrong")
    assert len(lines) > 1_500_000, "too few questions to prove anything"
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
