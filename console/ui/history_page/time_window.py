"""Which time a timeline shows, and the clock times written along it. POSIX seconds throughout; Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.ui.charts.strips import ticks

DAY_S = 86_400.0
MINUTE_S = 60.0
SHORTEST_S, LONGEST_S = MINUTE_S, 31 * DAY_S

_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200)
_DAYS = (1, 2, 4, 7, 14, 28)


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A stretch of time on `width` px."""

    start: float
    end: float

    @property
    def span(self) -> float:
        """Seconds shown."""
        return self.end - self.start

    def x(self, time: float, width: float) -> float:
        """Where a time stands."""
        return (time - self.start) / self.span * width

    def time(self, x: float, width: float) -> float:
        """Which time stands there."""
        return self.start + x / max(1.0, width) * self.span

    def zoomed(self, factor: float, around: float, newest: float) -> TimeWindow:
        """So many times as much time, between a minute and 31 days, with `around` staying in its place as long as the
        window does not reach beyond `newest`."""
        span = min(max(self.span * factor, SHORTEST_S), LONGEST_S)
        share = (around - self.start) / self.span
        return TimeWindow(around - share * span, around + (1 - share) * span).not_beyond(newest)

    def moved(self, seconds: float, newest: float) -> TimeWindow:
        """The same span later (or, negative, earlier)."""
        return TimeWindow(self.start + seconds, self.end + seconds).not_beyond(newest)

    def around(self, time: float, newest: float) -> TimeWindow:
        """The same span with a time in its middle; itself when that is well inside already."""
        if self.start + self.span / 50 <= time <= self.end - self.span / 50:
            return self
        return TimeWindow(time - self.span / 2, time + self.span / 2).not_beyond(newest)

    def not_beyond(self, newest: float) -> TimeWindow:
        """Moved back so far that it does not end after `newest`."""
        return self if self.end <= newest else TimeWindow(newest - self.span, newest)


@dataclass(frozen=True, slots=True)
class Tick:
    """A clock time on the axis. strong: midnight, written as the date."""

    time: float
    text: str
    strong: bool


def axis(window: TimeWindow, width: float, zone: ZoneInfo, room: float = 72.0) -> list[Tick]:
    """Round clock times of the ward, at least `room` px apart; an hour that comes twice says which one it is."""
    most = max(1.0, width / room)
    step = next((s for s in _STEPS_S if window.span / s <= most), None)
    times = ticks(window.start, window.end, zone, step) if step is not None else _midnights(window, most, zone)
    found = []
    for time in times:
        local = datetime.fromtimestamp(time, zone)
        midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
        text = f"{local:%d %b}" if midnight else clock(local, seconds=bool(step and step < 60))
        found.append(Tick(time, text, midnight))
    return found


def _midnights(window: TimeWindow, most: float, zone: ZoneInfo) -> list[float]:
    every = next((d for d in _DAYS if window.span / DAY_S / d <= most), _DAYS[-1])
    day = datetime.fromtimestamp(window.start, zone).date()
    found: list[float] = []
    while True:
        # Counted from a fixed day, so that the marks stand still while the window moves.
        if day.toordinal() % every == 0:
            time = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
            if time > window.end:
                return found
            if time >= window.start:
                found.append(time)
        day += timedelta(days=1)


def clock(local: datetime, seconds: bool = False) -> str:
    """A local time, with the name of its zone in the hour that comes twice when summer time ends."""
    text = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{text} {local.tzname()}" if twice else text


def when(time: float, zone: ZoneInfo) -> str:
    """A moment with its date and seconds."""
    local = datetime.fromtimestamp(time, zone)
    return f"{local:%d %b} {clock(local, seconds=True)}"


def span_words(seconds: float) -> str:
    """A span in its natural unit: "45 s", "10 min", "8 h", "7 d"."""
    for unit, name in ((DAY_S, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * unit or seconds == unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds:.3g} s"
