"""Who a connection speaks of: said once by a Mindray PDS monitor, and never taken over by another connection."""

from __future__ import annotations

from hl7.held import MAXIMUM_CONNECTIONS, NOTHING, Held, HeldPatients
from hl7.observations import ObservationReader
from hl7.reader import read_message
from tests.hl7.messages import heart_rate, join


def pds(kind: str, *segments: str, processing: str = "P") -> bytes:
    return join(f"MSH|^~\\&|||||||ORU^R01|{kind}|{processing}|2.3.1|", *segments)


def patient(identifier: str, bed: str = "^^ICU&5") -> bytes:
    return pds("103", f"PID|||{identifier}||Meyer^Anna", f"PV1||I|{bed}", "OBX||NM|52^||170||||||F")


PERIODIC = pds("204", "OBX||NM|101^HR|2101|64||||||F")


def of(held: HeldPatients, connection: int, raw: bytes) -> Held:
    return held.of(connection, read_message(raw))


def test_values_and_alarms_belong_to_the_patient_named_before_on_their_connection() -> None:
    held, reader = HeldPatients(), ObservationReader()
    alarm = read_message(pds("54", "OBX||CE|2|1|10076^**T1 Too Low||||||F"))
    for connection, name in ((1, "A"), (2, "B")):
        of(held, connection, patient(name, f"^^ICU&{connection}"))
    for connection, name in ((2, "B"), (1, "A")):
        periodic = read_message(PERIODIC)
        [seen] = reader.read(periodic, None, held.of(connection, periodic)).observations
        assert (seen.location, seen.patient_id, seen.value) == (f"^^ICU&{connection}", name, 64)
        [alert] = reader.read(alarm, None, held.of(connection, alarm)).alerts
        assert (alert.location, alert.patient_id) == (f"^^ICU&{connection}", name)


def test_values_of_a_connection_that_has_named_nobody_are_put_aside() -> None:
    held = HeldPatients()
    of(held, 1, patient("A"))
    message = read_message(PERIODIC)
    reading = ObservationReader().read(message, None, held.of(2, message))
    assert reading.observations == []
    assert [item.reason for item in reading.quarantined] == ["no location"]


def test_the_next_patient_replaces_all_of_the_one_before_also_by_nobody() -> None:
    held = HeldPatients()
    of(held, 1, patient("A"))
    of(held, 1, patient("", "^^ICU&5"))
    assert of(held, 1, PERIODIC) == Held("^^ICU&5", None)
    of(held, 1, pds("103", "OBX||NM|52^||170||||||F"))
    assert of(held, 1, PERIODIC) == NOTHING


def test_a_message_that_names_two_is_damaged_or_in_training_leaves_nobody() -> None:
    for doubtful in (
        pds("103", "PID|||A", "PID|||B", "PV1||I|^^ICU&5"),
        pds("103", "PID|||A\x1cx", "PV1||I|^^ICU&5"),
        pds("103", "PID|||A", "PV1||I|^^ICU&5", processing="T"),
    ):
        held = HeldPatients()
        of(held, 1, patient("A"))
        of(held, 1, doubtful)
        assert of(held, 1, PERIODIC) == NOTHING


def test_other_dialects_are_never_given_a_patient() -> None:
    held = HeldPatients()
    of(held, 1, patient("A"))
    assert of(held, 1, heart_rate()) == NOTHING


def test_what_is_held_is_bounded_and_the_silent_are_forgotten_first() -> None:
    held = HeldPatients()
    for connection in range(MAXIMUM_CONNECTIONS):
        of(held, connection, patient(str(connection)))
    assert of(held, 0, PERIODIC).patient_id == "0"
    of(held, MAXIMUM_CONNECTIONS, patient("new"))
    assert of(held, 0, PERIODIC).patient_id == "0"
    assert of(held, 1, PERIODIC) == NOTHING
    assert of(held, MAXIMUM_CONNECTIONS, PERIODIC).patient_id == "new"
