"""Laboratory results in both databases: in the commit of their message, every version kept, back after a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import create_engine, text

from console.ward.labs import LabResult
from hl7.lab_codes import Analyte
from hl7.labs import LabStatus
from tests.console.store.records_made import receipt
from tests.console.ward_fakes import START, patient, utc

POTASSIUM = LabResult(
    "lab", "P1", "F1|2823-3|", Analyte.POTASSIUM, utc(START), utc(START + 60), 5.9, "", "5.9", "mmol/L",
    LabStatus.FINAL, utc(START + 30), "3.5-5.1", "H", True, "hämolytisch",
)  # fmt: skip


def corrected(value: float) -> LabResult:
    return replace(POTASSIUM, value=value, sent=f"{value:g}", status=LabStatus.CORRECTED, flag="")


def rows(url: str) -> list[tuple]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version, patient_id FROM lab_result ORDER BY number")).all()
    engine.dispose()
    return [tuple(row) for row in found]


def test_a_result_comes_back_with_all_its_fields(store):
    store.put_admission(patient(), "A").result(10)
    assert store.put_message(receipt("k1"), [], [POTASSIUM]).result(10)
    assert store.restore().stays[0].labs == (POTASSIUM,)


def test_a_correction_stands_and_the_version_before_it_is_kept(store, url):
    store.put_admission(patient(), "A").result(10)
    store.put_message(receipt("k1"), [], [POTASSIUM]).result(10)
    store.put_message(receipt("k2"), [], [corrected(4.9)]).result(10)
    (found,) = store.restore().stays[0].labs
    assert (found.text, found.earlier) == ("4.9 mmol/L", "5.9 mmol/L")
    assert [version for version, _ in rows(url)] == [1, 2]


def test_what_is_sent_again_is_one_version(store, url):
    store.put_admission(patient(), "A").result(10)
    assert store.put_message(receipt("k1"), [], [POTASSIUM]).result(10) is True
    assert store.put_message(receipt("k1"), [], [corrected(1.0)]).result(10) is False
    again = replace(POTASSIUM, received_at=POTASSIUM.received_at + timedelta(hours=1))
    assert store.put_message(receipt("k2"), [], [again]).result(10) is True
    assert [version for version, _ in rows(url)] == [1]


def test_results_of_an_earlier_stay_are_not_those_of_the_next(store, url):
    store.put_admission(patient(), "A").result(10)
    store.put_message(receipt("k1"), [], [POTASSIUM]).result(10)
    store.put_discharge("7B-01", "P1", utc(START + 100), "A").result(10)
    store.put_message(receipt("k2"), [], [replace(POTASSIUM, key="F2|2823-3|")]).result(10)
    store.put_admission(replace(patient(), admitted_at=utc(START + 200)), "A").result(10)
    assert store.restore().stays[0].labs == ()
    assert rows(url) == [(1, "P1"), (1, "P1")]


def test_results_follow_a_patient_to_another_bed_and_number(store):
    store.put_admission(patient(), "A").result(10)
    store.put_message(receipt("k1"), [], [POTASSIUM]).result(10)
    store.put_discharge("7B-01", "P1", utc(START + 100), "A").result(10)
    moved = replace(patient(), bed="7B-02", patient_id="P9", other_ids=("P1",))
    store.put_admission(moved, "A").result(10)
    assert store.restore().stays[0].labs == (POTASSIUM,)


def test_a_message_without_results_is_as_before(store):
    assert store.put_message(receipt("k1"), []).result(10) is True
    assert store.put_message(receipt("k1"), []).result(10) is False


def test_a_trend_tells_who_lay_there_and_what_stands_of_the_results_taken_meanwhile(store):
    store.put_admission(patient(), "A").result(10)
    store.put_message(receipt("k1"), [], [POTASSIUM]).result(10)
    store.put_message(receipt("k2"), [], [corrected(4.9)]).result(10)
    store.put_message(receipt("k3"), [], [replace(POTASSIUM, patient_id="P9")]).result(10)
    store.put_discharge("7B-01", "P1", utc(START + 600), "A").result(10)
    bed, hour = patient().bed, timedelta(hours=1)
    found = store.trend(bed, [], utc(START) - hour, utc(START) + hour).result(10)
    (stay,) = found.stays
    assert (stay.ids, stay.start) == (("P1",), patient().admitted_at)
    (result,) = found.labs
    assert (result.text, result.earlier) == ("4.9 mmol/L", "5.9 mmol/L")
    later = store.trend(bed, [], utc(START) + 2 * hour, utc(START) + 3 * hour).result(10)
    assert (later.labs, later.stays) == ((), ())
