"""The reference messages: read without a traceback, as their manifest says, and field by field as hl7apy reads them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hl7apy.exceptions import HL7apyException

from console.commands.hl7 import decode_message
from hl7.nomenclature import nomenclature
from hl7.sender import MllpSender
from tests.hl7.conftest import Serve
from tests.hl7.oracle import CLOSED_UP, SAME, SHORTENED, ZEROS, compare

pytestmark = pytest.mark.reference

UNREADABLE = {
    "cosyte-malformed-empty-input",
    "cosyte-malformed-msh-too-short",
    "cosyte-malformed-no-msh-segment",
}

# hl7apy takes the patient for the end of the header where the line end between them is missing; the reader does not.
GLUED = {"bbraun-26-pcd01-pump-glued-msh-pid"}


@pytest.fixture(scope="module")
def corpus(reference: Path) -> dict[str, bytes]:
    """Messages by name."""
    return {path.stem: path.read_bytes() for path in sorted((reference / "hl7" / "corpus").glob("*.hl7"))}


def shown(corpus: dict[str, bytes], name: str, zone: str | None = None) -> dict[str, Any]:
    return decode_message(corpus[name], ZoneInfo(zone) if zone else None)


def values(result: dict[str, Any]) -> list[tuple[str, float]]:
    return [(item["parameter"], item["value"]) for item in result["observations"]]


def reasons(result: dict[str, Any]) -> Counter[str]:
    return Counter(item["reason"] for item in result["quarantined"])


def test_every_message_is_read_or_refused_with_a_reason(corpus: dict[str, bytes]) -> None:
    assert len(corpus) > 40
    refused = {name for name, raw in corpus.items() if decode_message(raw)["message_type"] is None}
    assert refused == UNREADABLE


def test_every_message_is_answered_over_a_socket(corpus: dict[str, bytes], serve: Serve) -> None:
    running = serve()
    sent = 0
    with MllpSender(running.host, running.port, 3) as sender:
        for name, raw in corpus.items():
            if name in UNREADABLE or b"\x1c" in raw or "-ack-" in name:
                continue
            expected = decode_message(raw)["ack"]
            assert [answer.code for answer in sender.send(raw)][:1] == [expected], name
            sent += 1
    assert running.state.messages == sent > 40


def test_the_same_fields_as_hl7apy_or_a_difference_that_has_a_name(corpus: dict[str, bytes]) -> None:
    counted: Counter[str] = Counter()
    refused = set()
    for name in corpus.keys() - UNREADABLE - GLUED:
        try:
            counted += compare(corpus[name], "iso2022_jp" if "iso2022" in name else "utf-8")
        except HL7apyException:
            refused.add(name)
    assert refused == {"masimo-psn-26-pcd04-spo2-low-truncated"}
    assert set(counted) == {SAME, SHORTENED, ZEROS, CLOSED_UP}
    assert counted[SAME] > 3800
    assert counted[CLOSED_UP] < 10


def test_mislabelled_codes_are_quarantined(corpus: dict[str, bytes]) -> None:
    art = shown(corpus, "comen-nc5-26-art-line-mislabelled")
    assert (values(art), reasons(art)) == ([], {"code and REFID disagree": 2})
    pulse = shown(corpus, "comen-26-mon-param-99comen")
    assert ("149522", "code and REFID disagree") in {(q["code"], q["reason"]) for q in pulse["quarantined"]}
    assert [value for parameter, value in values(pulse) if parameter == "spo2"] == [97, 97]


def test_sentinels_and_demonstration_data_are_not_charted(corpus: dict[str, bytes]) -> None:
    for name, count in (("xh80x-24-oru-sentinels-lf", 4), ("tr8-24-sentinel-minus1-no-pid", 3)):
        result = shown(corpus, name)
        assert (values(result), reasons(result)) == ([], {"sentinel": count})
    demo = shown(corpus, "mindray-vs8-26-oru-DEMO-no-obx14")
    assert (values(demo), reasons(demo), demo["demo"]) == ([], {"demo": 4}, True)


def test_an_old_cuff_reading_keeps_its_own_time(corpus: dict[str, bytes]) -> None:
    result = shown(corpus, "mindray-vs900-26-oru-live", "Asia/Shanghai")
    times = {item["parameter"]: item["time"] for item in result["observations"]}
    assert times["nibp_sys"] == "2019-12-06T03:10:16+00:00"
    assert times["spo2"] == "2019-12-06T03:34:52+00:00"
    sites = {item["parameter"]: item["site"] for item in result["observations"]}
    assert (sites["temp"], result["patient_id"]) == ("axilla", None)


def test_philips_codes_in_hexadecimal(corpus: dict[str, bytes]) -> None:
    assert values(shown(corpus, "philips-piic-22-oru-mdil")) == [
        ("spo2", 95), ("rr", 15), ("hr", 60), ("art_sys", 120), ("art_dia", 70), ("art_mean", 91),
    ]  # fmt: skip
    efficia = shown(corpus, "philips-efficia-cm-24-oru-monitor")
    assert ("temp", 37.4) in values(efficia)
    assert efficia["quarantined"] == []
    [alert] = shown(corpus, "philips-efficia-cm-24-oru-alarm")["alerts"]
    assert (alert["text"], alert["priority"]) == ("SpO2 High, SpO2=98 %", "medium")


def test_two_sources_of_one_parameter_stay_apart(corpus: dict[str, bytes]) -> None:
    result = shown(corpus, "ge-b40-26-pcd01-example2-tail")
    by_site = {
        (i["parameter"], i["site"]): i["value"] for i in result["observations"] if i["parameter"] in ("rr", "temp")
    }
    assert sorted(by_site.values()) == [18, 30, 36.5, 37.1]
    assert reasons(result) == {"not charted: premature beats": 1}


def test_status_and_quality_marks_are_kept(corpus: dict[str, bytes]) -> None:
    result = shown(corpus, "ihe-pcd01-ipf-maximum")
    assert [(i["parameter"], i["value"], i["status"]) for i in result["observations"]] == [
        ("nibp_sys", 140, "questionable"),
        ("nibp_mean", 100, "valid"),
    ]
    assert reasons(result)["result status D"] == 1


def test_alerts_and_signs_of_life(corpus: dict[str, bytes]) -> None:
    [lead] = shown(corpus, "mindray-26-pcd04-r40-lead-off")["alerts"]
    assert lead == {"code": "196680", "text": "MDC_EVT_LEAD_OFF", "priority": "low", "phase": "start"}
    [low] = shown(corpus, "masimo-psn-26-pcd04-spo2-low-truncated")["alerts"]
    assert low["text"] == "SPO2 LOW"
    [temperature] = shown(corpus, "mindray-pds-231-54-phys-alarm")["alerts"]
    assert (temperature["text"], temperature["priority"]) == ("**T1 Too Low", "medium")
    watchdog = shown(corpus, "draeger-26-pcd04-watchdog")
    assert (watchdog["alerts"], watchdog["heartbeat"]) == ([], True)
    assert shown(corpus, "mindray-pds-231-106-heartbeat")["heartbeat"]


@pytest.mark.parametrize(
    ("name", "ack"),
    [
        ("mindray-egateway-26-pcd01-oru", "CA"),
        ("ge-b125-26-oru-vitals-full", "AA"),
        ("mindray-26-pcd04-r40-lead-off", "AA"),
        ("mindray-vs8-26-qbp-zv1-adt-query", "CR"),
        ("mindray-pds-231-106-heartbeat", "AA"),
        ("ihe-pcd01-ack-ca", None),
        ("draeger-26-pcd04-watchdog", "CA"),
        ("cosyte-malformed-no-msh-segment", "AE"),
    ],
)
def test_the_answer(corpus: dict[str, bytes], name: str, ack: str | None) -> None:
    assert shown(corpus, name)["ack"] == ack


def test_places_and_patients(corpus: dict[str, bytes]) -> None:
    found = {name: (shown(corpus, name)["patient_id"], shown(corpus, name)["location"]) for name in corpus}
    assert found["mindray-egateway-26-pcd01-oru"] == (None, "ICU^^5")
    assert found["nihonkohden-24-oru-vital-nibp"] == ("26031200119", "^^BED-001")
    assert found["philips-piic-22-oru-mdil"] == ("MRN5733", "^^Doc1&5&1")
    assert found["philips-suresigns-vs-24-oru"] == ("PATID1234", None)
    assert found["bbraun-26-pcd01-pump-glued-msh-pid"][0] == "Unknown Patient"


def test_movements(corpus: dict[str, bytes]) -> None:
    transfer = shown(corpus, "adt-a02-de-orbis-zbe")["movement"]
    assert (transfer["location"], transfer["prior_location"]) == ("IDIST041^041-10", "IDIST041^041-13^1")
    assert shown(corpus, "adt-a13-jp-iso2022")["movement"]["name"] == "患者, 太郎"
    merge = shown(corpus, "adt-a40-merge-lennon")["movement"]
    assert (merge["patient_id"], merge["prior_patient_id"]) == ("142025", "704686")
    assert shown(corpus, "adt-a08-update")["movement"]["patient_id"] == "306567"


def test_an_unknown_character_set_is_flagged_and_read(corpus: dict[str, bytes]) -> None:
    result = shown(corpus, "cosyte-vendor-quirks-unknown-charset")
    assert result["errors"] == ["unknown character set ISO IR 999"]
    assert result["movement"]["patient_id"] == "MRN-VQ-013"


def test_our_code_table_agrees_with_the_reference_codes(reference: Path) -> None:
    parameters = {
        "temperature": "temp", "heart rate": "hr", "pulse rate": "pr", "respiratory rate": "rr", "SpO2": "spo2",
        "EtCO2": "etco2", "perfusion index": "perfusion_index",
    }  # fmt: skip
    terms = nomenclature().terms
    checked = 0
    with (reference / "hl7" / "codes.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            if line["system"] not in ("MDC", "Philips MDIL", "LOINC") or line["parameter"] not in parameters:
                continue
            system = {"Philips MDIL": "MDIL", "LOINC": "LN"}.get(line["system"], line["system"])
            rows = terms.get((system, line["code"]), ())
            assert rows, line
            if rows[0].parameter is None:
                assert rows[0].not_charted
                continue
            assert rows[0].parameter == parameters[line["parameter"]], line
            checked += 1
    assert checked > 70
