"""One alarm manager on a thread of its own: takes steps from the outbox, sends them, and writes down the answers."""

from __future__ import annotations

import contextlib
import logging
import random
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence

from console.alerting.delivery import Delivery, Policy, Result
from console.alerting.line import Line, said
from console.alerting.tally import Tally, one_line
from console.clock import Clock
from console.config_alerting import AlarmManagerConfig
from console.link.snapshot import ManagerState, ManagerView
from console.store.codec import decode
from console.store.errors import StoreError
from console.store.outbox import Mark, Outbox, StepState, WaitingStep, told_of
from console.store.records import AuditEntry
from console.store.store import Store
from hl7.acknowledgement import ACCEPTED, Verdict, acknowledge
from hl7.alert_record import AlertRecord
from hl7.dissemination import is_dissemination, read_dissemination
from hl7.reader import Message, UnreadableError, read_header, read_message
from hl7.sender import read_acknowledgement

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""The outbox is looked at when it calls, and so often in any case."""

FORGET_S = 6 * 3600.0
"""So often what is long over is taken out of the outbox."""

PAGE = 500
BUILD_SHARE = 2.0
"""A message takes milliseconds of pure Python to build, in which a screen of this process draws late: after each, the
thread rests this many times as long."""

KEPT_MESSAGES = 64
_STOP_S = 8.0


class ManagerSender:
    """Sends to one manager between `start` and `stop`. `view` may be asked for from any thread."""

    def __init__(self, config: AlarmManagerConfig, store: Store, outbox: Outbox, clock: Clock) -> None:
        self._config = config
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._delivery = Delivery(_policy(config), random.random)
        self._line = Line(config)
        self._messages: OrderedDict[str, bytes] = OrderedDict()
        self._number = 0
        self._look_at = self._build_at = self._forget_at = float("-inf")
        self._stop = threading.Event()
        self._called = threading.Event()
        self._tally = Tally(config, clock)
        self._view = self._tally.view(ManagerState.IDLE)
        self._thread = threading.Thread(target=self._run, name=f"alarm-manager-{config.name}", daemon=True)

    def start(self) -> None:
        """Begin with what has been waiting."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is not answered is sent again after the next start."""
        self._stop.set()
        self._line.wake()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._line.end()

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._called.set()
        self._line.wake()

    def view(self) -> ManagerView:
        """As it was at the end of the last round."""
        return self._view

    # --- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._round()
            except Exception as error:  # the next round goes on; a screen sees what waits, and why
                log.exception("alarm manager %s: one round failed", self._config.name)
                self._hang_up(f"{type(error).__name__}: {error}")
                self._stop.wait(LOOK_S)
            self._publish()
        self._line.close()

    def _round(self) -> None:
        now = time.monotonic()
        if now >= self._look_at or self._called.is_set():
            self._look(now)
        self._over(self._delivery.expire(self._clock.now()))
        if self._delivery.overdue(now):
            self._hang_up(f"no answer within {self._config.timeout_s:g} s")
        if self._delivery.wants_line(now):
            self._connect()
        try:
            if self._line.is_open:
                self._send(time.monotonic())
            self._publish()
            for data in self._line.receive(self._patience(time.monotonic())):
                self._take(data)
        except OSError as error:
            self._hang_up(said(error))

    def _look(self, now: float) -> None:
        """Take what is new in the outbox."""
        self._called.clear()
        self._look_at = now + LOOK_S
        if now >= self._forget_at:
            self._forget_at = now + FORGET_S
            self._outbox.forget(self._clock.utc())
        try:
            while True:
                steps = self._outbox.waiting(self._config.name, self._number, PAGE)
                self._delivery.add(steps, self._happened)
                self._number = steps[-1].number if steps else self._number
                if len(steps) < PAGE:
                    break
        except StoreError as error:
            self._tally.failed(str(error))

    def _happened(self, step: WaitingStep) -> float:
        """Engine time of a step of this or an earlier run."""
        return self._clock.now() - max(0.0, (self._clock.utc() - step.at).total_seconds())

    def _patience(self, now: float) -> float:
        due = self._delivery.due(now)
        wait = self._look_at - now if due is None else min(self._look_at, due) - now
        return max(wait, self._build_at - now if self._line.is_open and due is not None and due <= now else 0.0)

    def _connect(self) -> None:
        try:
            self._line.open()
        except OSError as error:
            self._hang_up(said(error))
            return
        self._tally.opened()
        self._delivery.opened(time.monotonic())

    def _hang_up(self, why: str) -> None:
        self._tally.failed(why)
        self._line.close()
        self._delivery.closed(time.monotonic())

    # --- out -----------------------------------------------------------------------------------------------------

    def _send(self, now: float) -> None:
        """One message at a time: between two, answers are read."""
        step = self._delivery.next(now)
        if step is not None:
            message = self._message(step, now)
            if message is not None:
                tries = self._delivery.sent(step, time.monotonic())
                self._outbox.mark([Mark(step.number, StepState.SENT, tries, self._clock.utc())])
                self._line.send(message)
        elif self._delivery.beat_due(now):
            control_id = secrets.token_hex(10)
            from hl7.alert_message import build_heartbeat

            message = build_heartbeat(self._clock.utc(), control_id, self._config.location)
            self._delivery.beat(control_id, time.monotonic())
            self._line.send(message)

    def _message(self, step: WaitingStep, now: float) -> bytes | None:
        """The bytes of a step, the same as before where it has been sent; None when it is not its time yet."""
        known = self._messages.get(step.control_id)
        if known is not None:
            return known
        if now < self._build_at:
            return None
        try:
            body = self._outbox.body(step.number)
        except StoreError as error:
            self._tally.failed(str(error))
            self._build_at = now + LOOK_S
            return None
        # Seven megabytes of hl7apy, which a ward without alarm managers keeps.
        from hl7.alert_message import build_alert

        try:
            made = build_alert(decode(AlertRecord, body), step.control_id)
        except Exception as error:  # one step that no message can be made of must not hold up the others
            log.error("alarm manager %s: step %s", self._config.name, step.control_id, exc_info=error)
            why = one_line(str(error)) or type(error).__name__
            self._over([self._delivery.unbuildable(step, f"no message can be made of it: {why}")])
            return None
        finally:
            built = time.monotonic()
            self._build_at = built + BUILD_SHARE * (built - now)
        self._messages[step.control_id] = made
        while len(self._messages) > KEPT_MESSAGES:
            self._messages.popitem(last=False)
        return made

    # --- in ------------------------------------------------------------------------------------------------------

    def _take(self, data: bytes) -> None:
        """An answer, or a report of who was told."""
        answer = read_acknowledgement(data)
        if answer is not None:
            control_id = answer.control_id.decode("ascii", "replace")
            strange = self._delivery.stray
            result = self._delivery.answered(control_id, answer.code, one_line(answer.text), time.monotonic())
            # What answers nothing that is underway is no news of the manager.
            if self._delivery.stray == strange:
                self._tally.answered(answer)
            if result is not None:
                self._over([result])
        with contextlib.suppress(
            UnreadableError
        ):  # what cannot be read and is no answer is left: nothing is waited for
            message = read_message(data)
            if is_dissemination(message):
                self._report(data, message)

    def _report(self, data: bytes, message: Message) -> None:
        reports = told_of(read_dissemination(message), self._config.name, self._clock.utc())
        try:
            unknown = self._outbox.tell(reports).result(timeout=_STOP_S)
        except (StoreError, TimeoutError) as error:
            verdict = Verdict("AE", one_line(str(error)))
        else:
            verdict = ACCEPTED
            self._tally.reported(len(reports) - unknown, unknown)
        for answer in acknowledge(read_header(data), verdict, secrets.token_hex(10), self._clock.utc()):
            self._line.send(answer)

    def _over(self, results: Sequence[Result]) -> None:
        """Write down what has become of steps, and tell what was not accepted."""
        if not results:
            return
        utc = self._clock.utc()
        self._outbox.mark([Mark(r.step.number, r.state, r.tries, utc, r.answer) for r in results])
        for result in results:
            self._messages.pop(result.step.control_id, None)
            self._tally.over(result)
            if result.state is StepState.ACKNOWLEDGED:
                continue
            text = (
                f"{self._config.name}: step {result.step.control_id} of alarm {result.step.alarm_id}: {result.answer}"
            )
            self._store.put_audit(AuditEntry(utc, "system", f"alarm message {result.state.value}", "", text))

    def _publish(self) -> None:
        self._view = self._tally.view(self._state(), self._delivery)

    def _state(self) -> ManagerState:
        if self._stop.is_set():
            return ManagerState.STOPPED
        if self._line.is_open:
            return ManagerState.CONNECTED
        return ManagerState.RETRYING if self._delivery.waiting or self._config.heartbeat_s else ManagerState.IDLE


def _policy(config: AlarmManagerConfig) -> Policy:
    return Policy(
        config.retry_s,
        config.retry_max_s,
        config.tries,
        config.window,
        config.timeout_s,
        config.heartbeat_s,
        config.keep_h * 3600,
        config.keep_steps,
    )
