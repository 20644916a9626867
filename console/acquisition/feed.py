"""One HL7 feed: each message becomes a receipt and samples in one durable commit, and only then is acknowledged.

Locations are mapped to beds by the configuration alone; a location nobody has mapped is listed and its values are
kept in the message, not charted.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.acquisition.completion import Completion
from console.alarms.minute_memory import HOURS_BACK
from console.clock import Clock
from console.config import Hl7ListenerConfig
from console.engine.items import DeviceReport, Item, PatientSeen, Samples, SourceNote
from console.link.snapshot import SourceView
from console.store.records import Receipt, ReceiptOutcome, Sample
from console.store.store import Store
from console.ward.source import SourceState
from drivers.observation import DeviceAlert, Observation
from hl7.acknowledgement import ACCEPT, ACCEPTED, REJECT, Verdict, judge, judge_unreadable
from hl7.admissions import read_movement
from hl7.alerts import ReadAlert
from hl7.connection import Delivery
from hl7.held import HeldPatients
from hl7.observations import ObservationReader, Reading
from hl7.reader import Message, UnreadableError, read_message
from hl7.times import parse_time, to_utc

UNKNOWN_SHOWN = 50
REASONS_COUNTED = 100
ALERTS_SHOWN = 20

JUDGED_BACK = timedelta(hours=HOURS_BACK)
"""Values of an older time are stored and judged no more (see console/alarms/retrospect.py)."""

SKEW_SLACK = timedelta(seconds=10)
"""A sender's clock may be ahead by so much (detector specification, section 6)."""

SKEW_MESSAGES = 3
"""The clock of a sender is judged by the best of its last messages: one that was held up says nothing about it."""


@dataclass(slots=True)
class _Brought:
    """What a message brings. places: (location, patient) of its values in turn; unplaced: values of unknown beds;
    old: values of a time that is not judged any more, stored only."""

    samples: list[Sample] = field(default_factory=list)
    places: list[tuple[str | None, str | None]] = field(default_factory=list)
    unplaced: int = 0
    old: int = 0


class Feed:
    """Takes the messages of one listener on the event loop; its view may be asked for from any thread."""

    def __init__(
        self, config: Hl7ListenerConfig, view: SourceView, store: Store, put: Callable[[Item], bool], clock: Clock
    ) -> None:
        self._config = config
        self._store = store
        self._put = put
        self._clock = clock
        self._zone = ZoneInfo(config.timezone) if config.timezone else None
        self._reader = ObservationReader(self._zone)
        self._held = HeldPatients()
        self._completion: Completion[bool] = Completion(self._hand_over)
        self._fresh: list[Sample] = []
        self._lock = threading.Lock()
        self._view = view
        self._good = self._bad = self._duplicates = 0
        self._quarantined: Counter[str] = Counter()
        self._unknown: OrderedDict[str, None] = OrderedDict()
        self._alerts: OrderedDict[str, str] = OrderedDict()
        self._patients: dict[str, str] = {}
        self._skews: deque[float] = deque(maxlen=SKEW_MESSAGES)
        self._last_stamp: float | None = None
        self._heard: float | None = None
        self._unreadable = itertools.count(1)

    def deliver(self, delivery: Delivery) -> asyncio.Future[Verdict]:
        """Take one message; the verdict is there when the message is durable. It fails as the store failed, which the
        listener answers with AE so that the sender sends again."""
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._heard = self._clock.now()
        try:
            message = read_message(delivery.data)
        except UnreadableError as error:
            answer.set_result(
                self._refuse(delivery, judge_unreadable(error), f"unreadable: {error}", ReceiptOutcome.ERROR)
            )
            return answer
        verdict = judge(message)
        if verdict.code == ACCEPT:
            self._store_and_answer(delivery, message, answer)
        elif verdict.code:
            outcome = ReceiptOutcome.REJECTED if verdict.code == REJECT else ReceiptOutcome.ERROR
            answer.set_result(self._refuse(delivery, verdict, verdict.text, outcome, message))
        else:
            answer.set_result(verdict)
        return answer

    def _store_and_answer(self, delivery: Delivery, message: Message, answer: asyncio.Future[Verdict]) -> None:
        received_at, stamp = delivery.received_at, self._clock.now()
        reading = self._reader.read(message, received_at, self._held.of(delivery.connection, message))
        brought = self._place(reading, received_at, stamp)
        receipt = Receipt(
            f"{delivery.feed}|{message.receipt_key(delivery.peer, received_at)}",
            delivery.feed,
            delivery.peer,
            message.control_id,
            message.message_type,
            received_at,
            ReceiptOutcome.ACCEPTED,
            "",
            delivery.data,
        )

        def durable(stored: Future[bool]) -> None:
            try:
                # Also when nobody waits for the answer any more: what is stored is shown.
                self._take_in(stored.result(), message, reading, brought, received_at, stamp)
            except Exception as error:  # noqa: BLE001 - the sender is told, and sends again
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(ACCEPTED)

        self._completion.tell(self._store.put_message(receipt, brought.samples), durable)

    def _take_in(
        self, fresh: bool, message: Message, reading: Reading, brought: _Brought, received_at: datetime, stamp: float
    ) -> None:
        """What a durable message brings to the ward; nothing when it was there before."""
        if not fresh:
            with self._lock:
                self._duplicates += 1
            return
        self._pass_on(message, reading, brought, stamp)
        self._count_good(message, reading, received_at, stamp, brought)

    def view(
        self,
        state: SourceState,
        address: str,
        bytes_in: int,
        error: str,
        refused: Iterable[tuple[str, int]],
        connections: int = 0,
    ) -> SourceView:
        """The feed as the engineer reads it. The listener tells what it knows of its socket."""
        with self._lock:
            counted = [*self._quarantined.items(), *refused]
            if self._duplicates:
                counted.append(("sent twice", self._duplicates))
            return replace(
                self._view,
                state=self._state(state),
                address=address,
                good=self._good,
                bad=self._bad,
                bytes_in=bytes_in,
                last_value_stamp=self._last_stamp,
                last_error=error or self._clock_words(),
                quarantined=tuple(counted),
                unknown_locations=tuple(self._unknown),
                device_alerts=tuple(self._alerts.values()),
                clock_skew_s=self._skew(),
                last_heard_stamp=self._heard,
                connections=connections,
                interval_s=self._config.interval_s,
            )

    # --- what a message brings -----------------------------------------------------------------------------------

    def _place(self, reading: Reading, received_at: datetime, stamp: float) -> _Brought:
        """The values of known beds as samples, and how many belong to none."""
        brought = _Brought()
        name = self._config.name
        at_bed: tuple[str | None, str | None] | None = None
        bed: str | None = None
        of: datetime | None = None
        measured, old = received_at, False
        rows = [*reading.observations, *reading.unavailable] if reading.unavailable else reading.observations
        for parameter, value, status, site, device_time, measured_at, location, patient in rows:
            if at_bed is None or location is not at_bed[0] or patient is not at_bed[1]:
                at_bed = location, patient
                bed = self._bed(location)
                brought.places.append(at_bed)
            if bed is None:
                brought.unplaced += 1
                continue
            if measured_at is not of:
                of = measured_at
                measured = _measured(measured_at, received_at)
                old = received_at - measured > JUDGED_BACK
            brought.old += old
            seen = (parameter, value, status, name, received_at, measured, stamp, site, device_time)
            brought.samples.append(Sample(bed, Observation._make(seen)))
        return brought

    def _bed(self, location: str | None) -> str | None:
        if location is None:
            return None
        bed = self._config.beds.get(location)
        if bed is None and location not in self._unknown:
            self._note_unknown(location)
        return bed

    def _note_unknown(self, location: str) -> None:
        with self._lock:
            if len(self._unknown) >= UNKNOWN_SHOWN:
                return
            self._unknown[location] = None
        self._tell(SourceNote(self._config.name, "unknown location", location))

    def _pass_on(self, message: Message, reading: Reading, brought: _Brought, stamp: float) -> None:
        self._fresh += brought.samples
        for alert in reading.alerts:
            self._report(alert, stamp)
        self._offer_patients(message, reading, brought)

    def _count_good(
        self, message: Message, reading: Reading, received_at: datetime, stamp: float, brought: _Brought
    ) -> None:
        with self._lock:
            self._good += 1
            if brought.samples:
                self._last_stamp = stamp
            for quarantined in reading.quarantined:
                self._count(quarantined.reason)
            if brought.unplaced:
                self._count("unknown location", brought.unplaced)
            if brought.old:
                self._count(f"older than {HOURS_BACK} h, stored only", brought.old)
            self._note_clock(message, received_at)

    def _hand_over(self) -> None:
        """The values of one commit go to the engine together: each item wakes it."""
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            self._put(Samples(tuple(fresh), stored=True))

    def _tell(self, item: Item) -> None:
        """Hand the engine something else, behind the values that came before it."""
        self._hand_over()
        self._put(item)

    def _report(self, alert: ReadAlert, stamp: float) -> None:
        active = alert.phase != "end"
        bed = self._bed(alert.location)
        if bed is not None:
            code = "apnoea" if "APNEA" in alert.event.upper() else alert.code
            device_alert = DeviceAlert(code, alert.text, active, alert.priority)
            self._tell(DeviceReport(bed, self._config.name, device_alert, stamp))
        key = f"{alert.location}|{alert.code}"
        with self._lock:
            self._alerts.pop(key, None)
            if active:
                self._alerts[key] = f"{bed or alert.location or 'no location'}: {alert.text}"
                if len(self._alerts) > ALERTS_SHOWN:
                    self._alerts.popitem(last=False)

    def _offer_patients(self, message: Message, reading: Reading, brought: _Brought) -> None:
        """Who the feed says is at a bed: offered for admission by the engine, never adopted here. The patient of a
        demonstration, of a training or of a test is nobody."""
        if not reading.production:
            return
        if not reading.demo:
            self._offer(reading.location, reading.patient_id)
        for location, patient_id in brought.places:
            self._offer(location, patient_id)
        movement = read_movement(message, [])
        if movement is not None and movement.event in ("A01", "A02", "A04", "A08"):
            self._offer(movement.location, movement.patient_id)

    def _offer(self, location: str | None, patient_id: str | None) -> None:
        bed = self._config.beds.get(location or "")
        if bed and patient_id and self._patients.get(bed) != patient_id:
            self._patients[bed] = patient_id
            self._tell(PatientSeen(bed, patient_id))

    def _refuse(
        self,
        delivery: Delivery,
        verdict: Verdict,
        reason: str,
        outcome: ReceiptOutcome,
        message: Message | None = None,
    ) -> Verdict:
        """Keep the bytes of a message that is not taken, and count it. The sender is told in any case."""
        received_at = delivery.received_at
        receipt = Receipt(
            f"{delivery.feed}|refused|{received_at.isoformat()}|{next(self._unreadable)}|{delivery.peer}",
            delivery.feed,
            delivery.peer,
            message.control_id if message else "",
            message.message_type if message else "",
            received_at,
            outcome,
            reason[:400],
            delivery.data,
        )
        self._store.put_message(receipt, ())
        with self._lock:
            self._bad += 1
            self._count(reason)
        return verdict

    # --- the view ------------------------------------------------------------------------------------------------

    def _count(self, reason: str, number: int = 1) -> None:
        known = reason in self._quarantined or len(self._quarantined) < REASONS_COUNTED
        self._quarantined[reason if known else "other reasons"] += number

    def _note_clock(self, message: Message, received_at: datetime) -> None:
        sent = parse_time(message.msh.raw(7))
        if sent is None:
            return
        moment = to_utc(sent, self._zone, received_at)
        if moment.tzinfo is not None:
            self._skews.append((moment - received_at).total_seconds())

    def _skew(self) -> float:
        """Seconds by which the sender's clock is ahead (negative: behind), 0 while nobody knows or within the slack."""
        if len(self._skews) < SKEW_MESSAGES:
            return 0.0
        best = min(self._skews, key=abs)
        return best if abs(best) > SKEW_SLACK.total_seconds() else 0.0

    def _clock_words(self) -> str:
        skew = self._skew()
        if not skew:
            return ""
        return f"the sender's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"

    def _state(self, state: SourceState) -> SourceState:
        if state is not SourceState.CONNECTED or self._last_stamp is None:
            return state
        silent = self._clock.now() - self._last_stamp > 2.5 * self._config.interval_s
        return SourceState.SILENT if silent else state


def _measured(measured_at: datetime | None, received_at: datetime) -> datetime:
    """Without a zone nobody knows when it was; from the future it cannot be. The sender's words stay beside it."""
    if measured_at is None or measured_at.tzinfo is None or measured_at > received_at:
        return received_at
    return measured_at
