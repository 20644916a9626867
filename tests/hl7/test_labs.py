"""Laboratory results: read with unit, comparator, status, times and remarks, or put aside with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7.lab_codes import Analyte, lab_table
from hl7.labs import LabReader, LabReading, LabStatus
from hl7.observations import ObservationReader, Reading
from hl7.reader import read_message
from tests.hl7.messages import join

RECEIVED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MSH = r"MSH|^~\&|LAB|HOUSE|WARD|HOUSE|20261122110000+0000||ORU^R01^ORU_R01|L1|{mode}|{version}"
PID = "PID|1||100200^^^House^MR||Meyer^Anna||19680214|F"
OBR = "OBR|1|P77|F42^LAB|24323-8^Panel^LN|||20261122083000+0000||||||||{source}|||||||20261122101500+0000|||{status}"
CK = "2157-6^Creatine kinase^LN"
CREATININE = "14682-9^Creatinine^LN"
POTASSIUM = "2823-3^Potassium^LN"


def row(
    code: str = CK,
    value: str = "2145",
    unit: str = "U/L",
    *,
    kind: str = "NM",
    status: str = "F",
    reference: str = "30-170",
    flag: str = "H",
    time: str = "",
    sub: str = "",
) -> str:
    return f"OBX|1|{kind}|{code}|{sub}|{value}|{unit}|{reference}|{flag}|||{status}|||{time}"


def message(
    *rows: str,
    mode: str = "P",
    version: str = "2.5.1",
    source: str = "",
    order_status: str = "F",
    pid: str = PID,
    obr: str = OBR,
) -> bytes:
    head = [
        MSH.format(mode=mode, version=version),
        pid,
        "PV1|1|I|4N^420^B",
        obr.format(source=source, status=order_status),
    ]
    return join(*(segment for segment in head if segment), *rows)


def read(raw: bytes, zone: str | None = "Europe/London", **codes: str) -> tuple[Reading, LabReading]:
    """What both readers make of a message; codes: those of the feed's own laboratory."""
    table = lab_table().with_codes(codes) if codes else lab_table()
    found = read_message(raw)
    own = ZoneInfo(zone) if zone else None
    reading = ObservationReader(own, labs=table).read(found, RECEIVED)
    return reading, LabReader(own, table).read(found, reading.laboratory, RECEIVED)


def results(raw: bytes, **codes: str) -> list:
    return read(raw, **codes)[1].results


def reasons(raw: bytes, zone: str | None = "Europe/London") -> list[str]:
    reading, labs = read(raw, zone)
    assert reading.observations == []
    assert labs.results == []
    return [aside.reason for aside in (*reading.quarantined, *labs.quarantined)]


def test_a_result_carries_all_that_the_laboratory_said_of_it() -> None:
    (found,) = results(message(row(), "NTE|1|L|Slightly haemolysed"))
    assert (found.analyte, found.value, found.comparator) == (Analyte.CK, 2145.0, "")
    assert (found.sent, found.sent_unit, found.flag, found.reference_range) == ("2145", "U/L", "H", "30-170")
    assert (found.status, found.haemolysed, found.note) == (LabStatus.FINAL, True, "Slightly haemolysed")
    assert (found.patient_id, found.born, found.location) == ("100200", "1968-02-14", "4N^420^B")
    assert found.key == "F42|2157-6|"
    assert found.measured_at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert found.reported_at == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize("version", ["2.2", "2.3", "2.3.1", "2.4", "2.5", "2.6", "2.7", "2.8"])
def test_every_version_is_read_alike(version: str) -> None:
    assert [r.value for r in results(message(row(), version=version))] == [2145.0]


@pytest.mark.parametrize(
    ("code", "value", "unit", "expected"),
    [
        (CK, "35", "ukat/L", 2100.0),
        (CK, "35", "µkat/L", 2100.0),
        (CK, "2000", "nkat/L", 120.0),
        (CREATININE, "1.5", "mg/dL", 132.6),
        (CREATININE, "133", "umol/L^micromole per litre^UCUM", 133.0),
        ("2160-0^Creatinine^LN", "88", "µmol/L", 88.0),
        (CREATININE, "0.133", "mmol/L", 133.0),
        (CREATININE, "15", "mg/L", 132.6),
        (POTASSIUM, "5.9", "mmol/L", 5.9),
        (POTASSIUM, "5.9", "mEq/L", 5.9),
        (POTASSIUM, "5.9", "^mmol/l^ISO+", 5.9),
    ],
)
def test_values_come_in_one_unit_and_keep_the_one_sent(code: str, value: str, unit: str, expected: float) -> None:
    (found,) = results(message(row(code, value, unit)))
    assert (found.value, found.sent) == (expected, value)


@pytest.mark.parametrize(
    ("kind", "value", "comparator", "number", "sent"),
    [
        ("SN", ">^20000", ">", 20000.0, ">20000"),
        ("SN", "^145", "", 145.0, "145"),
        ("SN", "=^145", "", 145.0, "145"),
        ("SN", "<=^7", "<=", 7.0, "<=7"),
        ("ST", "> 20000", ">", 20000.0, "> 20000"),
        ("ST", "<7", "<", 7.0, "<7"),
        ("NM", "145", "", 145.0, "145"),
        ("", "145", "", 145.0, "145"),
    ],
)
def test_a_value_beyond_the_measurable_keeps_its_sign(
    kind: str, value: str, comparator: str, number: float, sent: str
) -> None:
    (found,) = results(message(row(value=value, kind=kind)))
    assert (found.comparator, found.value, found.sent) == (comparator, number, sent)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (row(value="haemolysed", kind="ST"), "laboratory value is not a number"),
        (row(value="5,9", kind="ST"), "laboratory value is not a number"),
        (row(value="^100^-^200", kind="SN"), "laboratory value is not a number"),
        (row(value="<>^100", kind="SN"), "laboratory value is not a number"),
        (row(value="100~200"), "laboratory value is not a number"),
        (row(value="-3"), "laboratory value is not a number"),
        (row(value=""), "laboratory value is not a number"),
        (row(value="1^2^3", kind="NA"), "laboratory value of type NA"),
        (row(value="9999999"), "laboratory value outside the possible range"),
        (row(POTASSIUM, "45", "mmol/L"), "laboratory value outside the possible range"),
        (row(unit=""), "laboratory value without unit"),
        (row(unit="mg/dL"), "laboratory value in an unknown unit"),
        (row(CREATININE, "1.2", "U/L"), "laboratory value in an unknown unit"),
        (row(status="I"), "laboratory result status I"),
        (row("2157-6^CK-MB^LN"), "laboratory label names another quantity"),
        (row("2157-6^Creatinine^LN"), "laboratory label names another quantity"),
        (row("2160-0^Creatinine clearance^LN", "88", "umol/L"), "laboratory label names another quantity"),
        (row("2160-0^Creatine kinase^LN", "88", "umol/L"), "laboratory label names another quantity"),
        (row("2823-3^Potassium, urine^LN", "8", "mmol/L"), "laboratory label names another quantity"),
    ],
)
def test_what_is_not_certain_is_put_aside_with_the_reason(rows: str, reason: str) -> None:
    assert reasons(message(rows)) == [reason]


NO_TIME = "laboratory result without specimen time"
UNTIMED = "OBR|1|P77|F42|24323-8"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (message(row(), mode="T"), "not production"),
        (message(row(), mode="D"), "not production"),
        (message(row(), pid="PID|1||||Meyer^Anna"), "laboratory result without patient identifier"),
        (message(row(), pid=""), "laboratory result without patient identifier"),
        (message(row(), source="UR&Urine"), "specimen is not blood"),
        (message(row(), "SPM|1|||CSF^Cerebrospinal fluid^HL70487"), "specimen is not blood"),
        (message(row(), obr=UNTIMED), NO_TIME),
        (message(row(), obr=f"{UNTIMED}|||20261122"), NO_TIME),
        (message(row(status=""), order_status=""), "laboratory result without status"),
    ],
)
def test_a_result_of_nobody_of_no_time_or_of_no_blood_is_put_aside(raw: bytes, reason: str) -> None:
    assert reasons(raw) == [reason]


def test_a_time_that_may_be_hours_off_is_put_aside() -> None:
    raw = message(row(), obr=f"{UNTIMED}|||20261122083000")
    assert reasons(raw, zone=None) == ["specimen time without time zone"]
    assert results(raw)[0].measured_at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def test_the_time_of_the_specimen_goes_before_that_of_the_order_and_that_of_the_row() -> None:
    late = row(time="20261122110000+0000")
    assert results(message(late, "SPM|1|||BLD|||||||||||||20261122081500+0000"))[0].measured_at.minute == 15
    assert results(message(late))[0].measured_at.hour == 8
    assert results(message(late, obr=UNTIMED))[0].measured_at.hour == 11


@pytest.mark.parametrize(("status", "meant"), [("C", LabStatus.CORRECTED), ("P", LabStatus.PRELIMINARY)])
def test_the_status_of_the_row_goes_before_that_of_the_order(status: str, meant: LabStatus) -> None:
    assert results(message(row(status=status)))[0].status is meant


def test_the_order_tells_the_status_where_the_row_tells_none() -> None:
    assert results(message(row(status=""), order_status="P"))[0].status is LabStatus.PRELIMINARY


@pytest.mark.parametrize("status", ["X", "W", "D"])
def test_a_withdrawn_result_has_no_value_whatever_stands_in_it(status: str) -> None:
    (found,) = results(message(row(value="cancelled", kind="ST", status=status)))
    assert (found.value, found.status) == (None, LabStatus.WITHDRAWN)


@pytest.mark.parametrize("remark", ["No haemolysis", "Not hemolyzed", "non-haemolysed sample", "without any hemolysis"])
def test_a_remark_that_there_is_no_haemolysis_is_none(remark: str) -> None:
    assert not results(message(row(), f"NTE|1||{remark}"))[0].haemolysed


@pytest.mark.parametrize("remark", ["HAEMOLYSED", "Specimen hemolyzed, repeat", "No charge. Hemolyzed"])
def test_a_remark_of_haemolysis_is_kept(remark: str) -> None:
    assert results(message(row(), f"NTE|1||{remark}"))[0].haemolysed


def test_a_specimen_may_be_called_haemolysed() -> None:
    specimen = "SPM|1|||BLD" + "|" * 13 + "20261122083000+0000" + "|" * 7 + "HEM"
    assert results(message(row(), specimen))[0].haemolysed


def test_two_values_of_one_result_in_one_message_are_both_put_aside() -> None:
    assert reasons(message(row(value="100"), row(value="200"))) == ["more than one value of one order"] * 2
    assert len(results(message(row(value="100", sub="1"), row(value="200", sub="2")))) == 2


def test_the_codes_of_a_laboratory_are_taken_where_an_engineer_has_mapped_them() -> None:
    raw = message(row("4711^CPK^L"))
    assert [aside.reason for aside in read(raw)[0].quarantined] == ["unknown code"]
    assert [found.analyte for found in results(raw, **{"4711": "ck"})] == [Analyte.CK]


def test_a_local_code_beside_loinc_is_read_by_its_loinc() -> None:
    assert results(message(row("K^Kalium^L^2823-3^Potassium^LN", "5.9", "mmol/L")))[0].analyte is Analyte.POTASSIUM


def test_a_vital_sign_is_never_a_laboratory_value_nor_the_other_way_round() -> None:
    heart_rate = "OBX|2|NM|8867-4^Heart rate^LN||72|/min|||||F|||20261122083000+0000"
    raw = message(row(), heart_rate)
    reading, labs = read(raw, **{"8867-4": "ck"})
    assert [o.parameter.value for o in reading.observations] == ["hr"]
    assert [r.analyte for r in labs.results] == [Analyte.CK]


def test_each_patient_of_a_message_keeps_his_own_results() -> None:
    second = ["PID|2||200300^^^House^MR||Abt^Bo", OBR.format(source="", status="F"), row(value="99")]
    found = results(message(row(), *second))
    assert [(r.patient_id, r.value) for r in found] == [("100200", 2145.0), ("200300", 99.0)]


PIECES = (
    *(
        CK,
        CREATININE,
        POTASSIUM,
        "1^x^LN",
        "2157-6^CK^",
        "|",
        "",
        "NM",
        "SN",
        "ST",
        "F",
        "C",
        "W",
        "X",
        ">",
        "^",
        "5.9",
    ),
    *("mmol/L", "U/L", "~", "\\F\\", "20261122083000", "\x1c", "H", "30-170", "9" * 30),
)
pieces = st.sampled_from(PIECES)
segments = st.one_of(
    st.lists(pieces, max_size=16).map(lambda parts: "OBX|1|" + "|".join(parts)),
    st.sampled_from(
        [PID, OBR.format(source="", status="F"), "NTE|1||Hemolysed", "SPM|1|||BLD", "PV1|1|I|A^1", "OBR", "PID"]
    ),
    st.tuples(st.sampled_from([CK, CREATININE, POTASSIUM]), pieces, pieces).map(lambda t: row(t[0], t[1], t[2])),
)


@given(st.lists(segments, max_size=12))
def test_every_row_ends_in_exactly_one_place_however_the_message_is_made(parts: list[str]) -> None:
    found = read_message(join(MSH.format(mode="P", version="2.5"), *parts))
    reading = ObservationReader(UTC).read(found, RECEIVED)
    labs = LabReader(UTC).read(found, reading.laboratory, RECEIVED)
    assert len(labs.results) + len(labs.quarantined) == len(reading.laboratory)
    unusual = {aside.reason for aside in reading.quarantined}
    elsewhere = len(reading.observations) + len(reading.quarantined) + reading.skipped + len(reading.unavailable)
    assert elsewhere + len(reading.laboratory) == len(found.all("OBX")) or "sentinel" in unusual
    for result in labs.results:
        facts = lab_table().facts[result.analyte]
        assert result.patient_id
        assert (result.value is None) == (result.status is LabStatus.WITHDRAWN)
        assert result.value is None or facts.minimum <= result.value <= facts.maximum
