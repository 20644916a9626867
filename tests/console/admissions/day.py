"""A ward for a day of admissions: a real station over SQLite, with ADT and monitors over real MLLP on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.config import parse_config
from console.link.commands import Reply, SettleQuestion
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.station import Station
from console.ward.movements import Answer, Matter, Question
from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.sender import MllpSender

NURSE = "Nurse A"
PLACES = {"7B-01": "7B^^1", "7B-02": "7B^^2", "7B-03": "7B^^3"}
PEOPLE = {"1001": "Meyer^Anna", "1002": "Berg^Ben", "1003": "Cole^Carl", "1004": "Dunn^Dora", "77": "Unknown^Man"}

CONFIG = """
[ward]
name = "Ward 7B"
timezone = "UTC"
beds = ["7B-01", "7B-02", "7B-03"]

[[hl7_listener]]
name = "gateway"
port = 0
plain = true
timezone = "UTC"
beds = { "7B^^1" = "7B-01", "7B^^2" = "7B-02", "7B^^3" = "7B-03" }

[[hl7_listener]]
name = "admissions"
port = 0
plain = true
timezone = "UTC"
admissions = "MODE"
beds = { "7B^^1" = "7B-01", "7B^^2" = "7B-02", "7B^^3" = "7B-03" }
"""


class Day:
    """The ward, its two feeds and a nurse. Times of events go forward by a second each, within the last hour."""

    def __init__(self, folder: Path, mode: str = "apply") -> None:
        self._folder = folder
        self._config = parse_config(CONFIG.replace("MODE", mode))
        self._control = 0
        self._at = datetime.now(UTC) - timedelta(hours=1)
        self.open()

    def open(self) -> None:
        """Start the station, also again over the same database."""
        self.station = Station(self._config, self._folder)
        self.link = self.station.link()
        self.station.start()
        self._senders = {name: self._connect(name) for name in ("gateway", "admissions")}

    def close(self) -> None:
        """End it."""
        for sender in self._senders.values():
            sender.close()
        self.station.stop()

    def restart(self) -> None:
        """As if the machine had been started anew."""
        self.close()
        self.open()

    def _connect(self, feed: str) -> MllpSender:
        address = self.station.acquisition.listening(feed)
        assert address is not None
        return MllpSender(*address, timeout_s=5)

    # --- what comes in -------------------------------------------------------------------------------------------

    def adt(
        self,
        event: str,
        who: str,
        bed: str = "",
        *,
        merge: str = "",
        born: str = "19620314",
        words: str = "",
        earlier_s: int = 0,
    ) -> None:
        """Tell a movement; it is acknowledged when it is durable."""
        self._control += 1
        self._at += timedelta(seconds=1)
        at = self._at - timedelta(seconds=earlier_s)
        segments = [
            rf"MSH|^~\&|HIS|HOSPITAL|CONSOLE|WARD|{at:%Y%m%d%H%M%S}||ADT^{event}|A{self._control}|P|2.5",
            f"EVN|{event}|{at:%Y%m%d%H%M%S}",
            f"PID|||{who}^^^H^MR||{words or PEOPLE[who]}||{born}|F",
        ]
        segments += [f"MRG|{merge}^^^H^MR"] if merge else []
        segments += [f"PV1||I|{PLACES.get(bed, bed)}"] if bed else []
        self._send("admissions", ("\r".join(segments) + "\r").encode())

    def values(self, bed: str, who: str, values: Mapping[Parameter, float], at: datetime | None = None) -> None:
        """One message of the monitor at a bed that names a patient."""
        self._control += 1
        words = PEOPLE.get(who, "").replace("^", ", ")
        template = OruTemplate(list(values), location=PLACES[bed], patient_id=who, name=words)
        self._send("gateway", template.fill(values, at or datetime.now(UTC), f"V{self._control}"))

    def _send(self, feed: str, message: bytes) -> None:
        answers = self._senders[feed].send(message)
        assert [answer.code for answer in answers] == ["AA"]

    # --- what stands ---------------------------------------------------------------------------------------------

    @property
    def ward(self) -> WardSnapshot:
        return self.link.snapshot()

    def bed(self, name: str) -> BedSnapshot:
        found = self.ward.bed(name)
        assert found is not None
        return found

    @property
    def patients(self) -> dict[str, str]:
        """Bed -> hospital number of who lies there."""
        return {bed.bed: bed.patient.patient_id for bed in self.ward.beds if bed.patient is not None}

    @property
    def questions(self) -> list[Question]:
        """Everything a person has to settle, each once."""
        found = {question.id: question for bed in self.ward.beds for question in bed.questions}
        return list(found.values())

    def until(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        """Wait for the engine."""
        end = time.monotonic() + seconds
        while not condition():
            open_ = [(q.text, q.detail) for q in self.questions]
            assert time.monotonic() < end, f"not in time: {self.patients}, {open_}"
            time.sleep(0.01)

    def settled(self) -> None:
        """Wait until nothing is asked, and stays so for as long as the engine needs to show it."""
        self.until(lambda: not self.questions)
        time.sleep(0.2)
        assert self.questions == []

    def lie(self, **beds: str) -> None:
        """Wait until exactly these patients lie here: lie(b1="1001")."""
        wanted = {f"7B-0{name[1:]}": who for name, who in beds.items()}
        self.until(lambda: self.patients == wanted)

    def asked(self, matter: Matter) -> Question:
        """Wait for the question of a kind."""
        self.until(lambda: any(q.matter is matter for q in self.questions))
        return next(q for q in self.questions if q.matter is matter)

    def answer(self, question: Question, answer: Answer) -> Reply:
        """The nurse presses one button."""
        return self.do(SettleQuestion(question.id, answer, NURSE))

    def do(self, command) -> Reply:
        """Any command of the nurse."""
        return self.link.submit(command).result(timeout=10)

    def stored(self, bed: str, parameter: Parameter = Parameter.HR) -> list[float]:
        """Every stored value of a bed."""
        now = datetime.now(UTC)
        trend = self.link.trend(bed, [parameter], now - timedelta(hours=2), now + timedelta(seconds=5)).result(5)
        return [float(v) for v in trend.series[parameter].values] if parameter in trend.series else []
