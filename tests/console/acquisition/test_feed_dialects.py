"""Feeds whose dialect does not name the patient in every message, and patients who are none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from console.engine.items import DeviceReport, PatientSeen
from hl7.sender import MllpSender
from tests.console.acquisition.test_feed import HR, Served, wait_for
from tests.hl7.messages import BEATS, MSH, oru, row
from tests.hl7.test_held import PERIODIC, patient, pds


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.listeners.stop()


def test_a_connection_charts_at_the_bed_it_has_named_and_the_next_connection_does_not(served: Served) -> None:
    with MllpSender(*served.address, timeout_s=5) as five, MllpSender(*served.address, timeout_s=5) as six:
        five.send(patient("4711", "ICU^^5"))
        six.send(patient("4712", "ICU^^6"))
        assert [five.send(PERIODIC)[0].code, six.send(PERIODIC)[0].code] == ["AA", "AA"]
        five.send(pds("54", "OBX||CE|2|1|10076^**T1 Too Low||||||F"))
    assert served.shown == [("7B-01", HR, 64.0), ("7B-02", HR, 64.0)]
    wait_for(lambda: any(isinstance(item, DeviceReport) for item in served.items))
    [report] = [item for item in served.items if isinstance(item, DeviceReport)]
    assert report.bed == "7B-01"
    served.send(PERIODIC)
    assert len(served.shown) == 2
    assert ("no location", 1) in served.view.quarantined


@pytest.mark.parametrize(
    ("mark", "processing", "offered"), [("", "P", ["100200"]), ("DEMO", "P", []), ("", "T", []), ("", "D", [])]
)
def test_nobody_is_offered_who_is_a_demonstration_or_a_training(
    served: Served, mark: str, processing: str, offered: list[str]
) -> None:
    header = MSH.replace("|P|2.6", f"|{processing}|2.6")
    served.send(oru(row("147842^MDC_ECG_HEART_RATE^MDC", "72", BEATS, flag=mark), msh=header))
    admission = header.replace("ORU^R01^ORU_R01", "ADT^A01")
    if processing != "P":
        served.send(oru(msh=admission))
    assert [item.patient_id for item in served.items if isinstance(item, PatientSeen)] == offered
