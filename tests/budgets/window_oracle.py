"""Compares window_at with Python's zoneinfo: every zone, around every change of its clocks from 2024 to 2030, and in between.

Usage: window_oracle.py PATH_OF_THE_DRIVER. The oracle shares nothing with the C++ but the tz database: it finds the first
instant of a date by walking over time in quarters of an hour, never by asking what a local midnight is in UTC. All changes of
clocks in these years fall on whole quarters, which it checks first.
"""

import functools
import subprocess
import sys
import zoneinfo
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

QUARTER = 900
HOUR = 3600
DAY = 86400
FIRST_YEAR, LAST_YEAR = 2024, 2030
RULES = [  # kind, first weekday, first day of the month, first month of the year
    ("day", 1, 1, 1),
    ("week", 1, 1, 1),
    ("week", 7, 1, 1),
    ("month", 1, 1, 1),
    ("month", 1, 28, 1),
    ("quarter", 1, 1, 2),
    ("year", 1, 6, 4),
]


def epoch(day):
    return (day - date(1970, 1, 1)).days * DAY


class Zone:
    def __init__(self, name):
        self.name = name
        self.info = zoneinfo.ZoneInfo(name)

    @functools.lru_cache(maxsize=None)
    def offset(self, at):
        return int(datetime.fromtimestamp(at, timezone.utc).astimezone(self.info).utcoffset().total_seconds())

    def local_date(self, at):
        return date(1970, 1, 1) + timedelta(days=(at + self.offset(at)) // DAY)

    @functools.lru_cache(maxsize=None)
    def first_instant(self, day):
        at = epoch(day) - 16 * HOUR
        while self.local_date(at) < day:
            at += QUARTER
        return at

    def day_of(self, at):
        day = self.local_date(at)
        return day + timedelta(days=1) if self.first_instant(day + timedelta(days=1)) <= at else day

    def changes(self):
        """Instants at which the offset changes; a day's step finds every change that lasts a day, bisection the second."""
        found = []
        at = epoch(date(FIRST_YEAR, 1, 1))
        end = epoch(date(LAST_YEAR + 1, 1, 1))
        while at < end:
            if self.offset(at) != self.offset(at + DAY):
                low, high = at, at + DAY
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if self.offset(middle) == self.offset(low) else (low, middle)
                assert high % QUARTER == 0, (self.name, high)
                found.append(high)
            at += DAY
        return found


def next_month(year, month, count=1):
    months = year * 12 + month - 1 + count
    return months // 12, months % 12 + 1


def dates_of(kind, day, first_weekday, first_day, first_month):
    """The first date of the period that holds `day`, and of the next one, by trying every date backwards."""
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
    end = start + timedelta(days=1)
    while not starts(end):
        end += timedelta(days=1)
    return start, end


def questions(zone):
    instants = {epoch(date(year, month, 28)) + 12 * HOUR for year in (2024, 2027, 2030) for month in (2, 6, 12)}
    for change in zone.changes():
        instants.update(change + delta for delta in (-DAY, -HOUR, -1, 0, 1, HOUR, DAY))
    for at in sorted(instants):
        for kind, weekday, day, month in RULES:
            yield at, kind, weekday, day, month


def answers(zone):
    """What the oracle says: (question, answer) for each."""
    for at, kind, weekday, day, month in questions(zone):
        start, end = dates_of(kind, zone.day_of(at), weekday, day, month)
        yield f"{kind} {at} {weekday} {day} {month}", f"{zone.first_instant(start)} {zone.first_instant(end)}"


def rules_of(name):
    return next(path.read_bytes() for path in (Path(root, name) for root in zoneinfo.TZPATH) if path.is_file())


def main():
    lines, expected = [], []
    names = sorted(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})
    worked_out = {}  # by the bytes of the zone: most names are another's alias
    for name in names:
        rules = rules_of(name)
        if rules not in worked_out:
            worked_out[rules] = list(answers(Zone(name)))
        lines += [f"{name} {question}" for question, _ in worked_out[rules]]
        expected += [answer for _, answer in worked_out[rules]]
    answered = subprocess.run(
        [sys.argv[1]], input="\n".join(lines), capture_output=True, text=True, check=True, timeout=120
    ).stdout.splitlines()
    assert len(answered) == len(expected), f"{len(lines)} questions, {len(answered)} answers"
    wrong = [(q, e, a) for q, e, a in zip(lines, expected, answered) if e != a]
    for question, right, answer in wrong[:20]:
        print(f"{question}: zoneinfo says {right}, window_at {answer}")
    print(f"{len(lines)} windows in {len(names)} zones compared with zoneinfo, {len(wrong)} wrong")
    assert len(lines) > 100_000, "too few questions to prove anything"
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
