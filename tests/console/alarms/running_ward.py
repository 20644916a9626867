"""A whole ward on a real database with its time, its monitors and its loudspeaker in the hands of a test.

Time: `true` seconds never step and run on while the console is down; engine time starts anew with every restart.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from console.alarms.alarm import Alarm, Change, Presence, Priority, Transition
from console.config import parse_config
from console.engine.commands import CommandHandler
from console.engine.core import WardCore
from console.engine.items import Samples
from console.engine.plan import plan_ward
from console.link.commands import Ask, AuditNote, Command, Reply, ReportSound, TurnSoundOff
from console.link.snapshot import SourceView, WardSnapshot
from console.rules import load_rules
from console.store.records import AuditEntry, Sample
from console.store.sql_store import SqlStore, open_store
from console.ui.sound.player import AlarmSound
from console.ui.sound.tones import Sounds, Tone
from console.ward.limits import LimitSetting
from console.ward.source import SourceState
from drivers.observation import Observation, Parameter, Status
from tests.console.ward_fakes import START, ids, utc

HR, RR, SPO2, TEMP = Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.TEMP
CUFF = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)
BEDS = ("7B-01", "7B-02")
AUDIO_OFF_S = 600.0
"""How long the ward of the test allows alarm sound to be off, and A alone may."""

RULES = load_rules()
STRIDE_S = 5.0
"""Longest step between two seconds that are looked at; values come as often."""

QUIET: dict[Parameter, float | None] = {HR: 76.0, RR: 15.0, SPO2: 97.0, TEMP: 36.8}

CONFIG = """
[ward]
name = "Ward 7B"
timezone = "Europe/London"
beds = ["7B-01", "7B-02"]
audio_off_min = 10
audio_off_by = ["A"]
""" + "".join(
    f"""
[[source]]
name = "monitor {bed}"
driver = "masimo_ascii1"
bed = "{bed}"
transport = {{ kind = "tcp", host = "127.0.0.1", port = {4001 + index} }}
"""
    for index, bed in enumerate(BEDS)
)
PLAN = plan_ward(parse_config(CONFIG))


class Loudspeaker:
    """Keeps what sounds now: a call that goes on, not a single soft burst."""

    def __init__(self) -> None:
        self.sounding: Priority | None = None

    def choose(self, sounds: Sounds) -> None:
        """Every set is as good as the other here."""

    def play(self, tone: Tone, volume: float) -> None:
        if tone.priority > Priority.LOW:
            self.sounding = tone.priority

    def stop(self) -> None:
        self.sounding = None

    def problem(self) -> str:
        return ""

    def close(self) -> None:
        self.stop()


class Desk:
    """The commands of the sound on their way to the engine."""

    def __init__(self, ward: RunningWard) -> None:
        self._ward = ward

    def submit(self, command: Command) -> Future[Reply]:
        assert isinstance(command, AuditNote | ReportSound | TurnSoundOff)
        reply = self._ward.ask(command)
        if isinstance(command, TurnSoundOff):
            reply.exception(30)  # it is on record before the next second of the ward
        return reply


class Journal:
    """The store, and which steps it has said are durable."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.written: list[tuple[tuple[Transition, ...], Future[None]]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def put_transitions(self, transitions: Iterable[Transition], entries: Sequence[AuditEntry] = ()) -> Future[None]:
        steps = tuple(transitions)
        future = self._store.put_transitions(steps, entries)
        self.written.append((steps, future))
        return future

    def durable(self) -> list[Transition]:
        """Wait until everything is durable, and what that is."""
        for _, future in self.written:
            future.result(timeout=30)
        return [step for steps, _ in self.written for step in steps]


class RunningWard:
    """Its own folder, database and ward. `look` is called after every second with what is on the screen."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ward-machine-"))
        self.number = 0
        self.new_id = ids()
        self.true = 0.0
        self.now = START
        self.offset = 0.0
        self.stepped_back = False
        self.sending = {bed: dict(QUIET) for bed in BEDS}
        self.of_values: set[str] = set()  # pattern alarms to which a vital sign has contributed
        self.link = dict.fromkeys(BEDS, "up")
        self.seen: list[Alarm] = []
        self.versions: dict[str, int] = {}
        self.latest: dict[str, Alarm] = {}
        self.states: dict[tuple[str, int], Alarm] = {}
        self.answered: dict[str, float] = {}
        self.own: dict[str, tuple[LimitSetting, ...]] = dict.fromkeys(BEDS, ())
        self.standby: set[str] = set()
        self.patients = len(BEDS)
        self.admitting = ""
        self.new: list[Transition] = []
        self.begin(self.folder / "ward0.db")

    # --- the console -------------------------------------------------------------------------------------------------

    def begin(self, file: Path) -> None:
        """Start the console on a database."""
        self.file = file
        self.opened = open_store(f"sqlite:///{file}", flush_s=0.05)
        self.store = Journal(self.opened)
        self.reader = sqlite3.connect(file)
        self.core = WardCore(PLAN, self.store, RULES, self.new_id, self.emitted, self.now)  # type: ignore[arg-type]
        self.commands = CommandHandler(self.core)
        self.speaker = Loudspeaker()
        self.sound = AlarmSound(Desk(self), self.speaker, "desk", "A", lambda: self.true)  # type: ignore[arg-type]
        self.silent_until = 0.0
        self.calling_since: dict[tuple[str, Priority], float] = {}
        self.temperatures: dict[str, list[float]] = {bed: [] for bed in BEDS}
        self.resumed: dict[str, float] = {}
        self.began = self.now
        self.last: dict[tuple[str, Parameter], tuple[float, float | None]] = {}
        self.down_at: dict[str, float] = {}
        self.heard = dict.fromkeys(BEDS, self.now)
        self.valid_at = dict.fromkeys(BEDS, self.now)
        self.beyond: dict[tuple[str, Parameter, str, Priority], float] = {}
        self.core.restore(self.opened.restore(), self.now, self.wall())

    def end(self) -> None:
        """Close everything the console holds."""
        self.sound.close()
        self.reader.close()
        self.opened.close()

    def teardown(self) -> None:
        self.end()
        shutil.rmtree(self.folder)

    def wall(self, engine: float | None = None) -> datetime:
        """Wall time, which may have stepped."""
        return utc((self.now if engine is None else engine) + self.offset)

    def ask(self, command: Command) -> Future[Reply]:
        future: Future[Reply] = Future()
        self.commands.handle(Ask(command, future), self.now, self.wall())
        self.core.settle(self.now, self.wall())
        return future

    def emitted(self, transitions: Iterable[Transition]) -> None:
        """Every step, in order, before it is journalled: what must hold of each."""
        for step in transitions:
            alarm = step.alarm
            before = self.latest.get(alarm.id)
            assert alarm.version == self.versions.get(alarm.id, 0) + 1, "versions have a hole or repeat"
            assert before is None or before.presence is not Presence.ENDED, "something happened after the end"
            if step.change is Change.ACKNOWLEDGE:
                assert before is not None
                assert before.acknowledged is None, "OneAck: two answers to one occurrence"
            self.versions[alarm.id] = alarm.version
            self.latest[alarm.id] = self.states[alarm.id, alarm.version] = alarm
            self.new.append(step)
            self.happened(step)
            self.seen = [*self.seen[-29:], alarm]

    # --- time passes -------------------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        """Values come, the second is judged, the screen follows, and what must hold is looked at."""
        while seconds > 0:
            stride = min(seconds, STRIDE_S if seconds > STRIDE_S else 1.0)
            seconds -= stride
            self.now += stride
            self.true += stride
            self.tick()

    def tick(self) -> None:
        for bed in BEDS:
            if self.link[bed] == "up":
                self.send(bed)
        self.core.tick(self.now, self.wall(), self.offset, self.sources())
        snapshot = self.core.snapshot(self.now, self.wall())
        new, self.new = self.new, []
        self.sound.follow(snapshot, new)
        self.look(snapshot, new)

    def sources(self) -> tuple[SourceView, ...]:
        views = []
        for view, bed in zip(PLAN.views, BEDS, strict=True):
            lost = self.link[bed] == "lost"
            if lost:
                self.down_at.setdefault(bed, self.now)
            else:
                self.down_at.pop(bed, None)
            state, error = (SourceState.LOST, "the adapter is gone") if lost else (SourceState.CONNECTED, "")
            views.append(replace(view, state=state, last_error=error))
        return tuple(views)

    def send(self, bed: str) -> None:
        samples = []
        for parameter, value in self.sending[bed].items():
            status = Status.UNAVAILABLE if value is None else Status.VALID
            received = self.wall()
            made = Observation(parameter, value, status, f"monitor {bed}", received, received, self.now, None)
            samples.append(Sample(bed, made))
            self.last[bed, parameter] = self.now, value
            self.account(bed, parameter, value)
            if parameter is TEMP and value is not None:
                self.temperatures[bed] = [*self.temperatures[bed][-2:], self.now]
        self.heard[bed] = self.now
        if any(value is not None for value in self.sending[bed].values()):
            self.valid_at[bed] = self.now
        # Values are judged here, not kept: only alarms and answers are in the record of this ward.
        self.core.handle(Samples(tuple(samples), stored=True), self.now, self.wall())
        self.core.settle(self.now, self.wall())

    def account(self, bed: str, parameter: Parameter, value: float | None) -> None:
        """Since when a value has been beyond each limit without a break, by the table of limits alone."""
        limits = self.core.beds[bed].alarms.limits.limits(parameter)
        if limits is None:
            return
        bounds = (
            ("low", Priority.MEDIUM, limits.low),
            ("low", Priority.HIGH, limits.very_low),
            ("high", Priority.MEDIUM, limits.high),
            ("high", Priority.HIGH, limits.very_high),
        )
        for side, priority, bound in bounds:
            key = bed, parameter, side, priority
            outside = value is not None and bound is not None and (value < bound if side == "low" else value > bound)
            if outside:
                self.beyond.setdefault(key, self.now)
            else:
                self.beyond.pop(key, None)

    def happened(self, step: Transition) -> None:
        """What must hold of a step, at the moment it happens."""

    def look(self, snapshot: WardSnapshot, new: list[Transition]) -> None:
        """What must hold now. new: the steps of this second."""
