"""One HL7 feed: each message becomes a receipt and samples in one durable commit, and only then is acknowledged.

Locations are mapped to beds by the configuration alone; a location nobody has mapped is listed and its values are
kept in the message, not charted.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from console.acquisition.answering import RESENT_S, answer_after
from console.acquisition.asking import Asking
from console.acquisition.completion import Completion
from console.acquisition.control_ids import REUSED, ControlIds
from console.acquisition.device_reports import AlarmLists, device_alert
from console.acquisition.heartbeats import Heartbeats
from console.acquisition.lab_matching import match
from console.acquisition.movements import movements_of
from console.acquisition.peers import NOT_OWN_BED, ToldOnce
from console.acquisition.placing import ANOTHER_PATIENT, Brought, Placing
from console.acquisition.tally import Tally
from console.acquisition.unknown import tables_of
from console.clock import Clock
from console.config_hl7 import Hl7ListenerConfig
from console.engine.items import DeviceReport, Item, LabsArrived, Moved, PatientSeen, Samples, SourceNote
from console.link.snapshot import SourceView
from console.store.outbox import told_of
from console.store.records import Receipt, ReceiptOutcome, Sample
from console.store.store import Store
from console.ward.occupancy import Occupancy
from console.ward.source import SourceState
from hl7.acknowledgement import ACCEPT, ERROR, REJECT, Verdict, judge, judge_unreadable
from hl7.alerts import ReadAlert
from hl7.connection import Delivery
from hl7.dissemination import is_dissemination, read_dissemination
from hl7.held import HeldPatients
from hl7.lab_codes import lab_table
from hl7.labs import LabReader
from hl7.observations import ObservationReader, Reading
from hl7.place import location, name
from hl7.reader import Message, UnreadableError, read_message

TOLD_AGAIN_S = 10.0
"""A patient who is not the one admitted is told to the engine anew after so many seconds."""

SETTLE_S = 5.0
"""Longest wait for what is being committed when the beds or codes of a feed change."""


class Feed:
    """Takes the messages of one listener on the event loop; its view may be asked for from any thread."""

    def __init__(
        self,
        config: Hl7ListenerConfig,
        view: SourceView,
        store: Store,
        put: Callable[[Item], bool],
        clock: Clock,
        occupancy: Callable[[], Occupancy] = Occupancy,
    ) -> None:
        self._config = config
        self._store = store
        self._put = put
        self._clock = clock
        self._occupancy = occupancy
        self._reader, self._labs = _readers(config)
        self._held = HeldPatients()
        self._lists = AlarmLists()
        self._heartbeats = Heartbeats(config.heartbeat_s)
        self._tally = Tally(config, view, clock)
        self._placing = Placing(config, self._note_unknown, self._note_foreign)
        self._asking = self._asker(config)
        self._control_ids = ControlIds()
        self._told_foreign = ToldOnce()
        self._completion: Completion[bool] = Completion(self._hand_over)
        self._reports: Completion[int] = Completion()
        self._fresh: list[Sample] = []
        self._patients: dict[str, tuple[str, float]] = {}
        self._under = Occupancy()
        self._unreadable = itertools.count(1)
        self._begun = self._ended = 0
        self._since = clock.now()

    def rebind(self, config: Hl7ListenerConfig, view: SourceView | None = None) -> None:
        """Go on with other beds, codes or times; called between two messages, on their loop. Who the connections speak
        of, and what was counted, stays. view: the feed before it is heard of, None for the one there was."""
        self._config = config
        self._heartbeats.configured_s = config.heartbeat_s
        self._reader, self._labs = _readers(config)
        self._placing = Placing(config, self._note_unknown, self._note_foreign)
        self._asking = self._asker(config)
        # Who lies at a bed of another mapping is offered anew.
        self._patients.clear()
        self._tally.rebind(config, view)

    def _asker(self, config: Hl7ListenerConfig) -> Asking | None:
        return Asking(config, self._placing, self._occupancy) if config.answer_queries else None

    async def settle(self) -> None:
        """Wait until every message read so far is durable and handed on, or given up by the store."""
        begun, until = self._begun, self._clock.now() + SETTLE_S
        while self._ended < begun and self._clock.now() < until:
            await asyncio.sleep(0.005)

    def deliver(self, delivery: Delivery) -> asyncio.Future[Verdict]:
        """Take one message; the verdict is there when the message is durable. It fails as the store failed, which the
        listener answers with AE so that the sender sends again."""
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._tally.heard()
        try:
            message = read_message(delivery.data)
        except UnreadableError as error:
            answer.set_result(
                self._refuse(delivery, judge_unreadable(error), f"unreadable: {error}", ReceiptOutcome.ERROR)
            )
            return answer
        asked = self._asking.answer(message, delivery.sender, self._clock.utc()) if self._asking else None
        if asked is not None:
            self._keep_and_answer(delivery, message, *asked, answer)
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

    def _keep_and_answer(
        self, delivery: Delivery, message: Message, verdict: Verdict, done: str, answer: asyncio.Future[Verdict]
    ) -> None:
        """A query is answered when it is on record who has asked, and what he was told."""
        outcome = ReceiptOutcome.ERROR if verdict.code == ERROR else ReceiptOutcome.ACCEPTED
        stored = self._store.put_message(self._receipt_of_its_own(delivery, message, outcome, done), ())
        self._begun += 1

        def durable(kept: Future[bool]) -> None:
            self._ended += 1
            error = kept.exception()
            if error is None:
                self._tally.asked(done)
            if answer.done():
                return
            if error is None:
                answer.set_result(verdict)
            else:
                answer.set_exception(error)

        self._completion.tell(stored, durable)

    def _store_and_answer(self, delivery: Delivery, message: Message, answer: asyncio.Future[Verdict]) -> None:
        received_at, stamp = delivery.received_at, self._clock.now()
        if is_dissemination(message):
            self._keep_reports(message, received_at)
        reading = self._reader.read(message, received_at, self._held.of(delivery.connection, message))
        if reading.heartbeat:
            self._heartbeats.beat(delivery.connection, delivery.sender or delivery.peer.rpartition(":")[0], stamp)
        brought = self._placing.place(reading, received_at, stamp, delivery.sender, self._occupancy())
        if reading.laboratory:
            self._take_labs(message, reading, brought, delivery)
        brought.reused = self._control_ids.reused(message, delivery.peer)
        receipt = Receipt(
            f"{delivery.feed}|{message.receipt_key(delivery.peer, received_at)}",
            delivery.feed,
            delivery.peer,
            message.control_id,
            message.message_type,
            received_at,
            ReceiptOutcome.ACCEPTED,
            _put_aside(reading, brought),
            delivery.data,
        )

        self._begun += 1

        def durable(stored: Future[bool]) -> None:
            self._ended += 1
            try:
                # Also when nobody waits for the answer any more: what is stored is shown.
                moved = self._take_in(stored.result(), message, reading, brought, delivery, stamp)
            except Exception as error:  # noqa: BLE001 - the sender is told, and sends again
                if not answer.done():
                    answer.set_exception(error)
            else:
                answer_after(moved, answer)

        self._completion.tell(self._store.put_message(receipt, brought.samples, brought.labs), durable)

    def _take_labs(self, message: Message, reading: Reading, brought: Brought, delivery: Delivery) -> None:
        """Laboratory results of those who are admitted; the others are put aside with the values that are."""
        read = self._labs.read(message, reading.laboratory, delivery.received_at)
        may_speak = partial(self._placing.may_speak_for, delivery.sender)
        occupancy, feed = self._occupancy(), self._config.name
        matched = match(read, occupancy, feed, delivery.received_at, may_speak, NOT_OWN_BED)
        brought.labs = matched.results
        reading.quarantined += matched.aside

    def _keep_reports(self, message: Message, received_at: datetime) -> None:
        """Who was told of our alarms, into the queue before the message itself: it is durable when that is."""

        def kept(unknown: Future[int]) -> None:
            if unknown.exception() is None:
                self._tally.unknown_reports(unknown.result())

        zone = ZoneInfo(self._config.timezone) if self._config.timezone else None
        reports = told_of(read_dissemination(message, zone), self._config.name, received_at)
        self._reports.tell(self._store.put_told(reports), kept)

    def _take_in(
        self, fresh: bool, message: Message, reading: Reading, brought: Brought, delivery: Delivery, stamp: float
    ) -> list[Future[None]]:
        """What a durable message brings to the ward, nothing when it was there before; the movements that are yet to
        be recorded."""
        office = message.kind[0] == "ADT" and reading.production
        if not fresh:
            self._tally.duplicate()
            # A crash may have come between the record of a movement's message and that of the movement.
            begun = self._clock.now() - self._since < RESENT_S
            return self._pass_movements(message, delivery, again=True) if office and begun else []
        self._pass_on(message, reading, brought, stamp, delivery)
        self._tally.good(message, reading, delivery.received_at, stamp, brought)
        return self._pass_movements(message, delivery) if office else []

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
        view = self._tally.view(state, address, bytes_in, error, refused, connections)
        return replace(view, heartbeats=self._heartbeats.view())

    # --- what a message brings -----------------------------------------------------------------------------------

    def _note_unknown(self, location: str) -> None:
        if self._tally.new_location(location):
            self._tell(SourceNote(self._config.name, "unknown location", location))

    def _note_foreign(self, sender: str, location: str) -> None:
        if self._told_foreign.new(sender, location):
            self._tell(SourceNote(self._config.name, NOT_OWN_BED, f"{sender}: {location}"))

    def note(self, act: str, detail: str) -> None:
        """Something of the listener for the audit trail. On the loop of the listeners."""
        self._tell(SourceNote(self._config.name, act, detail))

    def _pass_on(self, message: Message, reading: Reading, brought: Brought, stamp: float, delivery: Delivery) -> None:
        if brought.under is not self._under:
            self._hand_over()
            self._under = brought.under
        # Whom it is about goes before what was measured on him.
        self._offer_patients(message, reading, brought, delivery.sender)
        self._fresh += brought.samples
        for alert in (*reading.alerts, *self._lists.ended(message, reading.alerts, delivery.connection)):
            if not self._placing.is_foreign(alert.location, delivery.sender):
                self._report(alert, stamp, brought, delivery.sender)
        if brought.labs:
            self._tell(LabsArrived(tuple(brought.labs)))

    def _hand_over(self) -> None:
        """The values of one commit go to the engine together: each item wakes it."""
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            self._put(Samples(tuple(fresh), stored=True, under=self._under))

    def _tell(self, item: Item) -> None:
        """Hand the engine something else, behind the values that came before it."""
        self._hand_over()
        self._put(item)

    def _report(self, alert: ReadAlert, stamp: float, brought: Brought, sender: str) -> None:
        bed = self._placing.bed(alert.location, sender)
        if bed is not None and not brought.under.takes(bed, alert.patient_id):
            brought.others += 1
            return
        if bed is not None:
            self._tell(DeviceReport(bed, self._config.name, device_alert(alert), stamp, steps=True))
        self._tally.alert(alert, bed)

    def _pass_movements(self, message: Message, delivery: Delivery, again: bool = False) -> list[Future[None]]:
        """What the admissions office tells; of beds that are not this sender's own it may not speak.

        again: only what has a moment of its own, by which the engine knows what it has done already.
        """
        visit = message.first("PV1")
        if visit is not None and self._placing.is_foreign(location(visit), delivery.sender):
            self._placing.bed(location(visit), delivery.sender)
            return []
        told = []
        for movement in movements_of(message, self._config, delivery.received_at):
            if again and movement.at >= delivery.received_at:
                continue
            item = Moved(movement)
            self._hand_over()
            if not self._put(item):
                item.done.set_exception(RuntimeError("the engine takes no movement now"))
            told.append(item.done)
        return told

    def _offer_patients(self, message: Message, reading: Reading, brought: Brought, sender: str) -> None:
        """Who the feed says is at a bed: offered for admission by the engine, never adopted here. The patient of a
        demonstration, of a training or of a test is nobody. A movement is told as one (`_pass_movements`)."""
        if not reading.production or message.kind[0] == "ADT":
            return
        pid = message.first("PID")
        words = name(pid) if pid is not None else ""
        if not reading.demo:
            self._offer(reading.location, reading.patient_id, sender, words)
        for place, patient_id in brought.places:
            self._offer(place, patient_id, sender, words if patient_id == reading.patient_id else "")

    def _offer(self, place: str | None, patient_id: str | None, sender: str, words: str) -> None:
        bed = self._config.beds.get(place or "")
        if not bed or not patient_id or self._placing.is_foreign(place, sender):
            return
        now = self._clock.now()
        told, at = self._patients.get(bed, ("", 0.0))
        stranger = not self._occupancy().takes(bed, patient_id)
        if told != patient_id or (stranger and now - at >= TOLD_AGAIN_S):
            self._patients[bed] = patient_id, now
            self._tell(PatientSeen(bed, patient_id, self._config.name, words))

    def _refuse(
        self,
        delivery: Delivery,
        verdict: Verdict,
        reason: str,
        outcome: ReceiptOutcome,
        message: Message | None = None,
    ) -> Verdict:
        """Keep the bytes of a message that is not taken, and count it. The sender is told in any case."""
        self._store.put_message(self._receipt_of_its_own(delivery, message, outcome, reason), ())
        self._tally.refused(reason)
        return verdict

    def _receipt_of_its_own(
        self, delivery: Delivery, message: Message | None, outcome: ReceiptOutcome, reason: str
    ) -> Receipt:
        """The receipt of a message that brings nothing to the ward: never the same as another."""
        received_at = delivery.received_at
        return Receipt(
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


def _readers(config: Hl7ListenerConfig) -> tuple[ObservationReader, LabReader]:
    zone = ZoneInfo(config.timezone) if config.timezone else None
    labs = lab_table().with_codes(config.labs)
    return ObservationReader(zone, tables=tables_of(config), labs=labs), LabReader(zone, labs)


def _put_aside(reading: Reading, brought: Brought) -> str:
    """What of a message that was taken is not charted, and what else a person should know of it, for the receipt; ""
    where all of it is and there is nothing."""
    aside = len(reading.quarantined) + brought.unplaced + brought.foreign + brought.others
    if not aside:
        return REUSED if brought.reused else ""
    reasons = sorted({quarantined.reason for quarantined in reading.quarantined})
    reasons += ["unknown location"] * bool(brought.unplaced) + [NOT_OWN_BED] * bool(brought.foreign)
    reasons += [ANOTHER_PATIENT] * bool(brought.others)
    flag = f"{REUSED}; " if brought.reused else ""
    return f"{flag}{aside} put aside: {', '.join(reasons)}"[:400]
