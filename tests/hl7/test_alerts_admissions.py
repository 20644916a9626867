"""Alarms of the bedside inside messages, signs of life, and patient movements."""

from __future__ import annotations

import pytest

from drivers.observation import AlertPriority
from hl7.admissions import read_movement
from hl7.alerts import read_alerts
from hl7.observations import ObservationReader
from hl7.reader import read_message
from tests.hl7.messages import BEATS, MSH, OBR, PID, PV1, join, row

ALERT = MSH.replace("ORU^R01^ORU_R01", "ORU^R40^ORU_R40")


def pcd04(event: str, value: str, priority: str, *, phase: str = "start", flag: str = "", msh: str = ALERT) -> bytes:
    return join(
        msh,
        PID,
        PV1,
        "OBR|1|||196616^MDC_EVT_ALARM^MDC|||20261122093000+0000",
        "OBX|" + row(event, value, kind="ST", flag=flag),
        "OBX|" + row("68481^MDC_ATTR_EVENT_PHASE^MDC", phase, kind="ST"),
        "OBX|" + row("68168^MDC_ATTR_ALARM_PRIORITY^MDC", priority, kind="ST"),
    )


@pytest.mark.parametrize(
    ("priority", "expected"),
    [("PH", "high"), ("PM", "medium"), ("PL", "low"), ("PN", "none"), ("PI", "none"), ("??", "none")],
)
def test_a_pcd04_alert_has_code_text_priority_and_phase(priority: str, expected: str) -> None:
    [alert], alive = read_alerts(read_message(pcd04("196674^MDC_EVT_LO_VAL_LT_LIM^MDC", "SPO2 LOW", priority)))
    assert (alert.code, alert.text, alert.priority, alert.phase) == ("196674", "SPO2 LOW", expected, "start")
    assert (alert.location, alert.patient_id, alive) == ("ICU^^5", "100200", False)


def test_the_event_may_stand_in_the_value_and_the_priority_in_the_flags() -> None:
    raw = join(ALERT, "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.7|196680^MDC_EVT_LEAD_OFF^MDC|||A~PL~ST|||R")
    [alert], _ = read_alerts(read_message(raw))
    assert (alert.code, alert.text, alert.priority) == ("196680", "MDC_EVT_LEAD_OFF", AlertPriority.LOW)


def test_a_watchdog_is_a_sign_of_life_and_no_alert() -> None:
    found, alive = read_alerts(read_message(pcd04("258047^MDC_EVT_ACTIVE^MDC", "Heartbeat", "PN")))
    assert (found, alive) == ([], True)


@pytest.mark.parametrize(("code", "priority"), [("1", "high"), ("2", "medium"), ("6", "low")])
def test_a_philips_alarm_inside_an_r01_is_an_alert(code: str, priority: str) -> None:
    raw = join(MSH, PID, PV1, "OBR||||ALARM", f"OBX||TX|{code}^Alarm^MDIL-ALERT||SpO2 niedrig 85||||||F")
    reading = ObservationReader().read(read_message(raw))
    assert [(a.code, a.text, a.priority) for a in reading.alerts] == [(code, "SpO2 niedrig 85", priority)]
    assert (reading.observations, reading.quarantined) == ([], [])


PDS = "MSH|^~\\&|||||||ORU^R01|{kind}|P|2.3.1|"


def test_mindray_pds_classes() -> None:
    def reading(kind: str, *rows: str):  # type: ignore[no-untyped-def]
        return ObservationReader().read(read_message(join(PDS.format(kind=kind), *rows)))

    heartbeat = reading("106")
    assert (heartbeat.heartbeat, heartbeat.observations, heartbeat.flags) == (True, [], [])
    alarm = reading("54", "OBX||CE|2|1|10076^**T1 Too Low||||||F", "OBX||CE|2040^||0^||||||F")
    assert [(a.code, a.text, a.priority) for a in alarm.alerts] == [("10076", "**T1 Too Low", "medium")]
    periodic = reading("204", "OBX||NM|101^HR|2101|60||||||F", "OBX||NM|101^HR|2101|-100.00||||||F")
    assert [q.reason for q in periodic.quarantined] == ["no location", "sentinel"]
    patient = reading("103", "PID|||guid-1||T^P", "PV1||I|^^ICU&1&3232237756&4601&&1")
    assert (patient.patient_id, patient.location) == ("guid-1", "^^ICU&1&3232237756&4601&&1")


def test_an_alert_of_a_debugging_message_is_put_aside() -> None:
    raw = pcd04("196648^MDC_EVT_HI^MDC", "HR HIGH", "PH", msh=ALERT.replace("|P|", "|D|"))
    reading = ObservationReader().read(read_message(raw))
    assert (reading.alerts, [(q.code, q.reason) for q in reading.quarantined]) == ([], [("196648", "not production")])


def test_values_beside_an_alert_are_not_charted() -> None:
    raw = (
        pcd04("196648^MDC_EVT_HI^MDC", "HR HIGH", "PH")
        + b"OBX|"
        + row("147842^MDC_ECG_HEART_RATE^MDC", "150", BEATS).encode()
    )
    assert ObservationReader().read(read_message(raw)).observations == []


def adt(event: str, *segments: str) -> bytes:
    return join(MSH.replace("ORU^R01^ORU_R01", f"ADT^{event}"), f"EVN|{event}|20261122093000", *segments)


def test_a_transfer_says_from_where_to_where() -> None:
    errors: list[str] = []
    movement = read_movement(read_message(adt("A02", PID, "PV1||I|ICU^1^5^HOSP|||ICU^1^4^HOSP")), errors)
    assert movement is not None
    assert (movement.event, movement.patient_id, movement.name) == ("A02", "100200", "Meyer, Anna")
    assert (movement.location, movement.prior_location, errors) == ("ICU^1^5", "ICU^1^4", [])


def test_a_merge_names_the_identifier_given_up() -> None:
    movement = read_movement(read_message(adt("A40", PID, "MRG|99^^^Ward")), [])
    assert movement is not None
    assert (movement.patient_id, movement.prior_patient_id) == ("100200", "99")


def test_the_record_number_is_preferred_and_null_is_nobody() -> None:
    movement = read_movement(read_message(adt("A08", 'PID|||""^^^A~555^^^S^SS~7^^^W^MR||""', "PV1||O")), [])
    assert movement is not None
    assert (movement.patient_id, movement.name, movement.location) == ("7", "", None)


def test_an_identifier_too_long_to_be_one_is_not_cut_to_somebody_elses() -> None:
    movement = read_movement(read_message(adt("A01", "PID|||" + "9" * 500)), [])
    assert movement is not None
    assert movement.patient_id is None


def test_two_different_patients_in_one_movement_are_an_error() -> None:
    errors: list[str] = []
    assert read_movement(read_message(adt("A01", PID, "PID|||2^^^W^MR")), errors) is None
    assert errors == ["ADT message with two different patients"]


def test_observations_are_no_movement() -> None:
    assert read_movement(read_message(join(MSH, PID, PV1, OBR)), []) is None
