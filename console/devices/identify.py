"""What is this? The likely drivers and line settings tried on a port, until one fits.

First the port is only listened to: each setting is opened once, and all drivers of devices that report by themselves
read the same bytes. Then the drivers that must ask do so, one at a time, with their own requests for data; nothing
that would change a setting of a device is sent. Ends within `LONGEST_S`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from console.devices.search_plan import Asking, Listening, SearchPlan, Way, make_plan
from console.devices.trial import Trial, line_text
from console.devices.unreadable import EXAMINED, Heard, describe, is_echo
from console.link.devices import Candidate, IdentificationView
from drivers import registry
from drivers.driver import DriverInfo, SerialSettings
from drivers.transport.link import Link, LinkError
from drivers.transport.serial_link import open_serial

LONGEST_S = 60.0
"""The search ends after so many seconds, whatever is left to try."""

LET_GO_S = 1.0
"""Real seconds in which the port must be there and free."""

POLL_S = 0.05
SENT_KEPT = 1024

OpenPort = Callable[[str, SerialSettings], Link]


class _EndedError(Exception):
    """The search is over; the text is the verdict."""


class PortIdentification:
    """One search in a thread of its own; implements console.link.devices.Identification.

    names: drivers to try, by default all. now: seconds of the search and of the drivers, never decreasing.
    """

    def __init__(
        self,
        port: str,
        open_port: OpenPort = open_serial,
        names: Sequence[str] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._open = open_port
        self._now = now
        self._stop = threading.Event()
        self._start = now()
        self._names = names
        self._trials: list[Trial] = []
        self._heard: list[Heard] = []
        self._left_out: list[str] = []
        self._progress = 0.0
        self._view = IdentificationView(False, 0.0, "opening the port", (), "")
        self._thread = threading.Thread(target=self._run, name=f"identify {port}", daemon=True)
        self._thread.start()

    def view(self) -> IdentificationView:
        """How far it has come."""
        return self._view

    def close(self) -> None:
        """Stop trying and let go of the port; returns at once, may be called twice."""
        self._stop.set()

    def end(self, timeout: float) -> bool:
        """Close, and wait until the port is free; False when it took longer than `timeout` seconds."""
        self.close()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            plan = make_plan(_infos(registry.names() if self._names is None else self._names))
            self._wait_for_port(plan)
            self._search(plan)
            verdict = self._verdict()
        except _EndedError as ended:
            verdict = str(ended)
        except LinkError as error:
            verdict = f"The search ended: {error}"
        except Exception as error:  # noqa: BLE001 - the engineer must see why nothing more comes
            verdict = f"The search ended by an internal fault: {type(error).__name__}: {error}"
        self._view = IdentificationView(True, 1.0, "", self._candidates(), verdict)

    def _wait_for_port(self, plan: SearchPlan) -> None:
        """Open it once: whoever looked at it until now may need a moment to let go. Raises LinkError."""
        last = time.monotonic() + LET_GO_S
        serial = plan.listening[0].serial if plan.listening else SerialSettings()
        while True:
            try:
                self._open(self._port, serial).close()
                return
            except LinkError:
                if self._stop.wait(POLL_S) or time.monotonic() >= last:
                    raise

    def _search(self, plan: SearchPlan) -> None:
        for number, step in enumerate(plan.listening):
            seconds = max(step.seconds, plan.silence_s) if number == 0 else step.seconds
            self._listen(step, seconds, number / len(plan.listening) / 2)
            if self._fitting():
                return
            if number == 0 and not any(heard.data for heard in self._heard):
                break  # silent at one rate is silent at all
        for number, ask in enumerate(plan.asking):
            if self._late():
                self._left_out.append(f"{ask.way.info.title} at {line_text(ask.way.serial)}")
                continue
            self._ask(ask, 0.5 + number / len(plan.asking) / 2)
            if self._fitting():
                return

    # --- listening -----------------------------------------------------------------------------------------------

    def _listen(self, step: Listening, seconds: float, progress: float) -> None:
        if self._late():
            self._left_out.append(f"listening at {line_text(step.serial)}")
            return
        count = f"{len(step.ways)} kinds of device" if len(step.ways) > 1 else step.ways[0].info.title
        trying = f"listening at {line_text(step.serial)} for {count}"
        trials = [trial for way in step.ways if (trial := _trial(way)) is not None]
        link = self._open(self._port, step.serial)
        heard = bytearray()
        try:
            began = self._now()
            while not self._over(began, seconds, trials):
                data = link.read(POLL_S)
                heard += data
                del heard[:-EXAMINED]
                for trial in trials:
                    trial.step(data, self._now() - began)
                self._tell(trying, progress, trials)
        finally:
            link.close()
        self._heard.append(Heard(line_text(step.serial), bytes(heard)))
        if heard:
            self._trials += trials

    def _over(self, began: float, seconds: float, trials: Sequence[Trial]) -> bool:
        """A line is left when one fits, or when the time is up; the time of a promising one is longer."""
        if self._stop.is_set():
            raise _EndedError("The search was stopped.")
        if any(trial.fits for trial in trials):
            return True
        promising = [trial for trial in trials if trial.promising]
        more = max((trial.frames_needed * trial.info.interval_s for trial in promising), default=0.0)
        return self._late() or self._now() - began >= seconds + more

    # --- asking --------------------------------------------------------------------------------------------------

    def _ask(self, ask: Asking, progress: float) -> None:
        trial = _trial(ask.way)
        if trial is None:
            return
        self._trials.append(trial)
        trying = f"asking as {ask.way.info.title} at {line_text(ask.way.serial)}"
        link = self._open(self._port, ask.way.serial)
        try:
            self._talk(link, trial, ask, lambda: self._tell(trying, progress))
        finally:
            link.close()

    def _talk(self, link: Link, trial: Trial, ask: Asking, tell: Callable[[], None]) -> None:
        began = self._now()
        sent, received, data = b"", b"", b""
        while not self._over(began, ask.seconds if received else ask.silence_s, (trial,)):
            request = trial.step(data, self._now() - began)
            if request:
                try:
                    link.write(request)
                except LinkError as error:  # no handshake, perhaps; a port that has gone says so at the next opening
                    trial.remark = str(error)
                    break
                sent = sent + request if len(sent) < SENT_KEPT else sent
            data = link.read(POLL_S)
            received = (received + data)[:EXAMINED]
            tell()
        if is_echo(sent, received):
            raise _EndedError(
                "Whatever the console sends comes straight back: TX and RX are joined, by a loopback plug, a wrongly "
                "wired cable or an adapter with echo. Check the cable."
            )
        self._heard.append(Heard(line_text(trial.serial), received))

    # --- what is told --------------------------------------------------------------------------------------------

    def _late(self) -> bool:
        return self._now() - self._start >= LONGEST_S

    def _tell(self, trying: str, progress: float, trials: Iterable[Trial] = ()) -> None:
        self._progress = max(self._progress, progress)
        self._view = IdentificationView(False, self._progress, trying, self._candidates(trials), "")

    def _candidates(self, more: Iterable[Trial] = ()) -> tuple[Candidate, ...]:
        ranked = sorted((*self._trials, *more), key=Trial.rank, reverse=True)
        return tuple(trial.candidate() for trial in ranked)

    def _fitting(self) -> list[Trial]:
        return sorted((trial for trial in self._trials if trial.fits), key=Trial.rank, reverse=True)

    def _verdict(self) -> str:
        fitting = self._fitting()
        if not fitting:
            untried = f" Not tried for want of time: {', '.join(self._left_out)}." if self._left_out else ""
            return describe(self._heard) + untried
        best, *others = fitting
        verdict = f"{best.info.title} fits at {line_text(best.serial)}: {best.candidate().told}."
        if others:
            titles = " and ".join(dict.fromkeys(other.info.title for other in others))
            verdict += (
                f" {titles} can be read from the same bytes too: compare the values with the device's own display "
                "before you choose."
            )
        return verdict


def _infos(names: Iterable[str]) -> list[DriverInfo]:
    """Manifests of the drivers that can be loaded; one that cannot be is no candidate."""
    found = []
    for name in names:
        with suppress(registry.DriverError):
            found.append(registry.info(name))
    return found


def _trial(way: Way) -> Trial | None:
    """None for a driver that cannot do without settings of its own."""
    with suppress(registry.DriverError):
        return Trial(way.info, way.serial)
    return None
