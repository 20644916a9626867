"""Laboratory results on their way to the bed, and the risk flag a creatinine sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from console.alarms.alarm import Kind
from console.engine.items import LabsArrived
from console.engine.labs import PATIENTS_KEPT, LabBook
from console.link.commands import Admit, Discharge, SetRenalImpairment
from console.store.records import Restored, Stay
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.labs import LabResult
from console.ward.patient import RiskFlag
from hl7.lab_codes import Analyte
from hl7.labs import LabStatus
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import START, patient, utc

RENAL = RiskFlag.RENAL_IMPAIRMENT
CREATININE = LabResult(
    "lab", "P1", "F1|14682-9|", Analyte.CREATININE, utc(START - 3600), utc(START + 1), 180.0, "", "180", "umol/L",
    LabStatus.FINAL,
)  # fmt: skip
WOMAN = patient(sex="F", age=66)


def arrive(ward: Ward, *results: LabResult) -> None:
    ward.now += 1
    ward.core.handle(LabsArrived(results), ward.now, utc(ward.now))
    ward.core.settle(ward.now, utc(ward.now))


@pytest.fixture
def admitted(ward: Ward) -> Ward:
    ward.ask(Admit(WOMAN, "Nurse A"))
    return ward


def flags(ward: Ward) -> frozenset[RiskFlag]:
    person = ward.bed().patient
    assert person is not None
    return person.flags


def test_a_result_is_shown_at_the_bed_of_its_patient_alone(admitted):
    potassium = replace(CREATININE, analyte=Analyte.POTASSIUM, key="F1|2823-3|", value=4.1, sent="4.1")
    arrive(admitted, potassium)
    assert admitted.bed().labs == (potassium,)
    assert admitted.bed("7B-02").labs == ()
    before = admitted.bed()
    arrive(admitted, potassium)
    assert admitted.bed() is before


def test_an_impaired_kidney_sets_the_flag_audited_and_recorded(admitted):
    arrive(admitted, CREATININE)
    assert RENAL in flags(admitted)
    assert RENAL in admitted.store.admissions[-1].flags
    (entry,) = [e for e in admitted.store.audit if e.act == "risk flag"]
    assert (entry.by, entry.bed) == ("system", "7B-01")
    assert "creatinine 180 umol/L" in entry.detail
    assert "eGFR 26 mL/min" in entry.detail


def test_healthy_kidneys_or_a_doubtful_result_set_no_flag(admitted):
    arrive(admitted, replace(CREATININE, value=60.0, sent="60"))
    arrive(admitted, replace(CREATININE, key="F2|14682-9|", status=LabStatus.PRELIMINARY))
    assert flags(admitted) == frozenset()


def test_the_flag_raises_an_open_overdose_window_at_once_and_opens_none(ward):
    refill = PumpEvent(PumpEventKind.REFILL, utc(START - 30 * 3600), "Nurse A")
    ward.ask(Admit(patient(sex="F", age=50, pump_known=True), "Nurse A", (refill,)))
    ward.run(61)
    before = ward.bed().pattern(Kind.OVERDOSE)
    arrive(ward, CREATININE)
    ward.run(61)
    after = ward.bed().pattern(Kind.OVERDOSE)
    assert (before.window_weight, after.window_weight) == (1, 2)
    other = Ward()
    other.ask(Admit(patient(sex="F", age=50, pump_known=True), "Nurse A"))
    arrive(other, CREATININE)
    other.run(61)
    assert other.bed().pattern(Kind.OVERDOSE).window_weight == 0


def test_only_a_person_takes_the_flag_away_and_no_result_sets_it_again(admitted):
    arrive(admitted, CREATININE)
    arrive(admitted, replace(CREATININE, status=LabStatus.WITHDRAWN, value=None))
    assert RENAL in flags(admitted)
    assert admitted.ask(SetRenalImpairment("7B-01", False, " ")).error
    assert not admitted.ask(SetRenalImpairment("7B-01", False, "Nurse B")).error
    assert flags(admitted) == frozenset()
    arrive(admitted, replace(CREATININE, key="F3|14682-9|", measured_at=utc(START)))
    assert flags(admitted) == frozenset()
    assert [e.by for e in admitted.store.audit if e.act == "risk flag"] == ["system", "Nurse B"]
    admitted.ask(SetRenalImpairment("7B-01", True, "Nurse B"))
    assert RENAL in flags(admitted)


def test_results_end_with_the_stay(admitted):
    arrive(admitted, CREATININE)
    admitted.ask(Discharge("7B-01", "Nurse A"))
    assert admitted.bed().labs == ()
    admitted.now += 100
    again = replace(WOMAN, admitted_at=utc(admitted.now))
    admitted.ask(Admit(again, "Nurse A"))
    assert admitted.bed().labs == ()


def test_results_are_back_after_a_restart():
    ward = Ward(Restored((Stay(WOMAN, labs=(CREATININE,)),)))
    assert ward.bed().labs == (CREATININE,)


def test_the_book_forgets_the_patients_of_the_oldest_results():
    book = LabBook()
    for number in range(PATIENTS_KEPT + 1):
        assert book.take(replace(CREATININE, patient_id=f"P{number}"))
    assert book.of(replace(WOMAN, patient_id="P0")) == ()
    assert len(book.of(replace(WOMAN, patient_id=f"P{PATIENTS_KEPT}"))) == 1


def test_results_are_found_under_every_number_of_a_patient():
    book = LabBook()
    book.take(CREATININE)
    book.take(replace(CREATININE, patient_id="OLD", measured_at=CREATININE.measured_at - timedelta(hours=3)))
    assert [r.patient_id for r in book.of(replace(WOMAN, other_ids=("old",)))] == ["P1", "OLD"]
