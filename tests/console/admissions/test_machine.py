"""Movements, monitors and answers in any order: nobody in two beds, no bed with two, no value under another name."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from console.config import parse_config
from console.engine.items import Moved, PatientSeen, Samples
from console.link.commands import SettleQuestion
from console.store.records import Sample
from console.ward.movements import Event, Movement, Person, Question
from console.ward.occupancy import Occupancy
from drivers.observation import Parameter
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import observation, utc

CONFIG = """
[ward]
beds = ["7B-01", "7B-02", "7B-03"]
[[hl7_listener]]
name = "feed"
port = 0
plain = true
beds = { "1" = "7B-01", "2" = "7B-02", "3" = "7B-03" }
"""
BEDS = ("7B-01", "7B-02", "7B-03")
PEOPLE = ("1", "2", "3", "4")
COMING = (Event.ADMIT, Event.TRANSFER)
PLACES = (*BEDS, "elsewhere", "")


class AdmissionMachine(RuleBasedStateMachine):
    """The engine's core with its own clock. Every value is another number, so that it can be traced to a name."""

    @initialize()
    def begin(self) -> None:
        self.ward = Ward(config=parse_config(CONFIG))
        self.named: dict[float, str] = {}
        self.old: Occupancy = self.ward.core.occupancy()

    # --- what happens --------------------------------------------------------------------------------------------

    @rule(
        event=st.sampled_from(list(Event)),
        who=st.sampled_from(PEOPLE),
        place=st.sampled_from(PLACES),
        other=st.sampled_from(PEOPLE),
        late_s=st.sampled_from([0, 0, 0, 30]),
        apply=st.booleans(),
    )
    def the_office_tells(self, event: Event, who: str, place: str, other: str, late_s: int, apply: bool) -> None:
        ward = self.ward
        ward.now += 1
        bed, elsewhere = (place, "") if place in BEDS else ("", place)
        prior = (other,) if event is Event.MERGE and other != who else ()
        at = utc(ward.now) - timedelta(seconds=late_s)
        person = Person((who,), f"Person {who}")
        movement = Movement(event, person, at, bed, elsewhere, prior, "admissions", apply)
        watched = {p for b in BEDS if ward.core.beds[b].watched(ward.now) and (p := self._lying(b)) is not None}
        ward.core.handle(Moved(movement), ward.now, utc(ward.now))
        ward.core.settle(ward.now, utc(ward.now))
        present = {i for b in BEDS for i in self._ids(b)}
        assert watched <= present, "the monitoring of a watched patient has ended without a person"
        if event in COMING and bed and not late_s:
            assert who in self._ids(bed) or self._asked_about(who), "a movement was lost without being told"
        if event is Event.DISCHARGE and not late_s:
            assert who not in present or self._asked_about(who), "a discharge was lost without being told"

    @rule(who=st.sampled_from(PEOPLE), bed=st.sampled_from(BEDS), stale=st.booleans())
    def a_monitor_sends(self, who: str, bed: str, stale: bool) -> None:
        """stale: the feed has placed the value under an occupancy of before the last change."""
        ward = self.ward
        ward.now += 1
        value = 40.0 + len(self.named) / 8
        self.named[value] = who
        under = self.old if stale else ward.core.occupancy()
        ward.core.handle(PatientSeen(bed, who, "feed"), ward.now, utc(ward.now))
        if under.takes(bed, who):
            sample = Sample(bed, observation(Parameter.HR, value, ward.now, "feed"))
            ward.core.handle(Samples((sample,), True, under), ward.now, utc(ward.now))
        ward.core.settle(ward.now, utc(ward.now))
        self.old = ward.core.occupancy()

    @rule(which=st.integers(0, 20), choice=st.integers(0, 3))
    def a_nurse_answers(self, which: int, choice: int) -> None:
        questions = self._questions()
        if questions:
            question = questions[which % len(questions)]
            answer = question.choices[choice % len(question.choices)].answer
            self.ward.ask(SettleQuestion(question.id, answer, "Nurse A"))

    @rule(seconds=st.sampled_from([1, 5, 70]))
    def time_passes(self, seconds: int) -> None:
        self.ward.run(seconds)

    # --- what always holds ---------------------------------------------------------------------------------------

    @invariant()
    def nobody_lies_in_two_beds(self) -> None:
        ids = [i for bed in BEDS for i in self._ids(bed)]
        assert len(ids) == len(set(ids))
        for bed in BEDS:
            patient = self.ward.core.beds[bed].patient
            assert patient is None or patient.bed == bed

    @invariant()
    def no_value_stands_under_another_name(self) -> None:
        snapshot = self.ward.snapshot()
        for bed in snapshot.beds:
            for reading in bed.readings:
                assert bed.patient is None or bed.patient.is_called((self.named[reading.value],))

    @invariant()
    def every_stranger_is_told(self) -> None:
        for name in BEDS:
            bed = self.ward.core.beds[name]
            for source, _ in bed.strangers.present(bed.patient):
                assert source in bed.technical.strangers()

    def _ids(self, bed: str) -> tuple[str, ...]:
        patient = self.ward.core.beds[bed].patient
        return () if patient is None else patient.ids

    def _lying(self, bed: str) -> str | None:
        return next(iter(self._ids(bed)), None)

    def _questions(self) -> list[Question]:
        found = {q.id: q for bed in BEDS for q in self.ward.core.beds[bed].questions}
        return list(found.values())

    def _asked_about(self, who: str) -> bool:
        return any(q.movement is not None and who in q.movement.person.ids for q in self._questions())


TestAdmissions = AdmissionMachine.TestCase
TestAdmissions.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
