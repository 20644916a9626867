"""One message of each dialect as its makers write it: what is charted, what is put aside and why, the answer."""

from __future__ import annotations

import pytest

from console.commands.hl7 import decode_message
from tests.hl7.messages import join

PROFILE = "||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
BPM, PERCENT = "264864^MDC_DIM_BEAT_PER_MIN^MDC", "262688^MDC_DIM_PERCENT^MDC"
MMHG, CELSIUS, RPM = "266016^MDC_DIM_MMHG^MDC", "268192^MDC_DIM_DEGC^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC"


def msh(sender: str, version: str, rest: str = "", *, event: str = "R01", control: str = "77") -> str:
    return f"MSH|^~\\&|{sender}|||20261122093000||ORU^{event}^ORU_{event}|{control}|P|{version}{rest}"


def pds(kind: str, *segments: str) -> bytes:
    return join(f"MSH|^~\\&|||||||ORU^R01|{kind}|P|2.3.1|", *segments)


MINDRAY_GATEWAY = join(
    msh("MINDRAY_EGATEWAY^00A0370000000000^EUI-64|MINDRAY", "2.6", "|||AL|NE" + PROFILE),
    "PID|||^^^Hospital^PI", "PV1||I|ICU^^5^HOUSE^^^^^00-00-5E-00-53-01", "OBR|1||||||20261122093000.0000+0530",
    f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.147842|81|{BPM}|||||R",
    f"OBX|2|NM|151578^MDC_TTHOR_RESP_RATE^MDC|1.7.1.151578|14|{RPM}|||||R",
    f"OBX|3|NM|151658^MDC_PULS_OXIM_PLETH_RESP_RATE^MDC|1.3.1.151658|15|{RPM}|||||R",
    "OBX|4|NM|105^MNDRY_TEMP_AXIL^99MNDRY|1.2.5.105|98.6|266560^MDC_DIM_FAHR^MDC|||||R",
    f"OBX|5|NM|108^MNDRY_ECG_PAUSE_RATE^99MNDRY|1.7.2.108|0|{BPM}|||||R",
    f"OBX|6|NM|150456^MDC_CO2_ET^MDC|1.9.1|38|{PERCENT}|||||R",
)  # fmt: skip
MINDRAY_VS = join(
    msh("MINDRAY_VS_SERIES^00A0370000000000^EUI-64|MINDRAY", "2.6", "|||AL|NE" + PROFILE),
    "PID|||99999^^^Hospital^PI", "PV1||I|ICU^^5", "OBR|1",
    f"OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456|78|{PERCENT}||DEMO|||R",
    f"OBX|2|NM|149530^MDC_PULS_OXIM_PULS_RATE^MDC|1.3.1.149530||{BPM}||DEMO|||R",
)  # fmt: skip
GE = join(
    msh("VSP^080019FFFE000000^EUI-64|GE Healthcare", "2.6", "|||NE|AL" + PROFILE), "PID|||H12^^^PID^MR",
    "PV1||E|ICU^^5", "OBR|1||||||20261122093000",
    "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X",
    f"OBX|2|NM|149522^MDC_BLD_PULS_RATE_INV^MDC|1.13.1.4|82|{BPM}|||||R",
    f"OBX|3|NM|150344^MDC_TEMP^MDC|1.26.1.1|36.6|{CELSIUS}|||||R",
    f"OBX|4|NM|150344^MDC_TEMP^MDC|1.26.2.1|36.1|{CELSIUS}|||||R",
    f"OBX|5|NM|150087^MDC_PRESS_BLD_VEN_CENT_MEAN^MDC|1.13.2.1|9|{MMHG}|||||R",
)  # fmt: skip
CARESCAPE = join(
    msh("CARESCAPE_GW|GE", "2.6", "|||NE|AL"), "PID|||H13", "PV1||E|ICU^^6", "OBR|1",
    f"OBX|1|NM|151712^MDC_CONC_AWAY_CO2_EXP^MDC|1.20.1.1|37|{MMHG}|||||R",
    f"OBX|2|NM|150017^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.1|120|{MMHG}|||||R",
)  # fmt: skip
DRAEGER = join(
    msh("0030E60000000000^EUI-64|Draeger", "2.6", "|||AL|NE", event="R40"), "PID|||88", "PV1|||ICU^^5", "OBR|1",
    "OBX|1|ST|196674^MDC_EVT_LO_VAL_LT_LIM^MDC|1.1.1.1.1|SpO2 low|||PH|||F",
    "OBX|2|ST|68165^MDC_ATTR_EVENT_PHASE^MDC|1.1.1.1.2|start||||||F",
)  # fmt: skip
DRAEGER_LIFE = join(
    msh("0030E60000000000^EUI-64|Draeger", "2.6", "|||AL|NE", event="R40"), "OBR|1",
    "OBX|1|ST|258047^MDC_EVT_ACTIVE^MDC|1.0.0.0.1|beat||||||F",
    "OBX|2|ST|68168^MDC_ATTR_ALARM_PRIORITY^MDC|1.0.0.0.6|PN||||||F",
)  # fmt: skip
NIHON_KOHDEN = join(
    msh("NIHON KOHDEN|NIHON KOHDEN", "2.4", "|||NE|AL||ASCII"), "PID|||2603", "PV1||I|^^BED-9^192.0.2.9:1", "ORC|RE",
    "OBR|1|||VITAL|||20261122093000", "OBX|1|NM|007001^VITAL PR(spo2)|1|79|/min|||||F",
    "OBX|2|NM|007000^VITAL SpO2|1|96|%|||||F", "OBR|2|||NIBP|||20261122092000",
    "OBX|1|NM|009000^NIBP SYS|1|131|mmHg|||||F",
)  # fmt: skip
COMEN = join(
    msh("|KC000000000G", "2.6"), "PID|||10", "PV1||I|^^&10", "OBR||||1^MON_PARAM^99COMEN",
    f"OBX||NM|150344^MDC_TEMP^MDC|1.2.1.150344|36.9|{CELSIUS}|||||F",
    "OBX||CNE|2269^COMEN_TEMP_POS^99COMEN|1.2.1.2269|2800^COMEN_AXILLA^99COMEN||||||F",
    f"OBX||NM|149522^MDC_PULS_RATE^MDC|1.0.0.149522|61|{BPM}|||||F",
)  # fmt: skip
MASIMO = join(
    msh("PSN|PSN", "2.6", event="R40"), "OBR|1||||||20261122093000",
    "OBX|1|ST|69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||1^Eagle^masimo.com",
    "OBX|2|ST|196674^MDC_EVT_LO_VAL_LT_LIM^MDC|1.1.0.1.1|SPO2 LOW|||L~PM~SP|||R",
)  # fmt: skip
B_BRAUN = join(
    msh("PAT_DEVICE_BBRAUN^0012211839000000^EUI-64|BBRAUN", "2.6", "|||AL|NE||ASCII|en||PIHEPID|||88||^^^^^^U"),
    "OBR|1||||||20261122093000", "OBX|1||70053^MDC_DEV_PUMP_INFUS_SYRINGE_MDS^MDC|1.0.0.0|||||||X",
    "OBX|2|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.1.1|0.5|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R",
)  # fmt: skip
PHILIPS = join(
    r"MSH|^~\&|||||||ORU^R01|HP1|P|2.3||||||8859/1", "PID|||M57", "PV1||I|^^Doc1&5&1", "OBR|||||||20261122093000",
    "OBX||NM|0002-4bb8^SpO2^MDIL|0|94|0004-0220^%^MDIL|||||F",
    "OBX||NM|0002-4bb8^etCO2^MDIL|0|38|0004-0f20^mmHg^MDIL|||||F",
    "OBX||NM|0002-f0c6^Tamb^MDIL|0|21.5|0004-17a0^C^MDIL|||||F",
)  # fmt: skip
EFFICIA = join(
    msh("^EfficiaCM|", "2.4"), "PID|||M12", "PV1|||^^LOC3", "ORC|NW", "OBR||||MONITOR|||20261122093000",
    "OBX||NM|0002-480a^Pulse^MDIL||83|0004-0aa0^bpm^MDIL|||||F||||||0002-4bb8^SpO2^MDIL",
    "OBX||NM|0002-f0c7^T1^MDIL||37.2|0004-1710^C^MDIL|||||F",
)  # fmt: skip
EFFICIA_ALARM = join(
    msh("^EfficiaCM|", "2.4"), "PID|||M12", "PV1|||^^LOC3", "OBR||||ALARM|||20261122093000",
    "OBX||TX|1^Red Alarm^MDIL-ALERT||Apnoe||||||F",
)  # fmt: skip
SURESIGNS = join(
    msh("^SureSignsVS|", "2.4"), "PID|||P9", "PV1|||^^7", "OBR||||SPOTCHECK|||20261120080000",
    "OBX||NM|0002-4a05^NBPs^MDIL||124|0004-0f20^mmHg^MDIL|||||F", "OBX||NM|0002-4182^HR^MDIL||71|||||||F",
)  # fmt: skip
MX = join(
    msh("Philips|MX", "2.6", "|||NE|AL" + PROFILE), "PID|||P8", "PV1|||ICU^^8", "OBR|1",
    "OBX|1|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.9.1|118|mm[Hg]^mm[Hg]^UCUM|||||R|||202611220929",
    f"OBX|2|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.1.9.2|32767|{MMHG}|||||F",
)  # fmt: skip
CONTINUA = join(
    msh("AcmeInc^ACDE48234567ABCD^EUI-64|", "2.6", "|||NE|AL|||||IHE PCD ORU-R01^HL7"), "PID|||7", "PV1|||ICU^^7",
    "OBR|1", "OBX|1||528388^MDC_DEV_SPEC_PROFILE_PULS_OXIM^MDC|1|||||||X",
    f"OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.0.0.1|95.5|{PERCENT}|||||R",
    "OBX|3|NA|150452^MDC_PULS_OXIM_PLETH^MDC|1.0.0.2|12^13^24|262656^MDC_DIM_DIMLESS^MDC|||||R",
)  # fmt: skip
WAVEFORM = join(
    msh("MINDRAY_^00A037000000^EUI-64|MINDRAY", "2.6"), "PV1||I|ICU^^5", "OBR|1|||100001^CONTINUOUS WAVEFORM^99MNDRY",
    "OBX|1|NA|131329^MDC_ECG_ELEC_POTL_I^MDC|1.7.6|80^88^92",
    "OBX|2|NM|0^MDC_ATTR_SAMP_RATE^MDC|1.7.6.1|500|264640^MDC_DIM_HZ^MDC",
)  # fmt: skip
LABORATORY = join(
    msh("HOUSE_LAB|HOUSE", "2.5.1"), "PID|||7", "PV1|||ICU^^7", "OBR|1|||24323-8^Panel^LN",
    "OBX|1|NM|2157-6^Creatine kinase^LN||2145|U/L^^UCUM|||||F",
)  # fmt: skip

CASES = {
    "Mindray eGateway": (MINDRAY_GATEWAY, "vital signs", "CA",
                         ["hr 81", "rr 14", "rr 15", "temp 37"],
                         ["not charted: ECG pauses", "code and REFID disagree"]),
    "Mindray VS": (MINDRAY_VS, "observations", "CA", [], ["demo"]),
    "Mindray": (WAVEFORM, "waveform", "AA", [], []),
    "GE B-series": (GE, "vital signs", "AA", ["pr 82", "temp 36.6", "temp 36.1"],
                    ["not charted: central venous pressure"]),
    "GE CARESCAPE": (CARESCAPE, "vital signs", "AA", ["etco2 37"], ["code and REFID disagree"]),
    "Draeger": (DRAEGER, "alert", "CA", [], []),
    "Nihon Kohden": (NIHON_KOHDEN, "vital signs", "AA", ["pr 79", "spo2 96", "nibp_sys 131"], []),
    "Comen": (COMEN, "vital signs", "AA", ["temp 36.9"], ["code and REFID disagree"]),
    "Masimo": (MASIMO, "alert", "AA", [], []),
    "B. Braun": (B_BRAUN, "infusion pump", "CA", [], ["not charted: infusion pump"]),
    "Philips IntelliVue": (PHILIPS, "vital signs", "AA", ["spo2 94"],
                           ["code and REFID disagree", "not charted: room temperature"]),
    "Philips Efficia": (EFFICIA, "vital signs", "AA", ["pr 83", "temp 37.2"], []),
    "Philips SureSigns": (SURESIGNS, "vital signs", "AA", ["nibp_sys 124", "hr 71"], []),
    "Philips": (MX, "vital signs", "AA", ["nibp_sys 118"], ["sentinel"]),
    "Continua": (CONTINUA, "vital signs", "AA", ["spo2 95.5"], []),
    "Mindray PDS": (pds("204", "OBX||NM|160^SpO2|2103|97||||||F", "OBX||NM|161^PR|2103|61||||||F",
                        "OBX||NM|151^RR|2102|16||||||F", "OBX||NM|170^Sys|2105|120||||||F",
                        "OBX||NM|101^HR|2101|-100||||||F"),
                    "vital signs", "AA", ["spo2 97", "pr 61", "rr 16"], ["no unit", "sentinel"]),
    "HL7 v2": (LABORATORY, "laboratory", "AA", [], ["laboratory result without specimen time"]),
}  # fmt: skip


@pytest.mark.parametrize("dialect", CASES)
def test_each_dialect_is_recognised_and_charts_patient_data_alone(dialect: str) -> None:
    raw, content, answer, charted, aside = CASES[dialect]
    shown = decode_message(raw)
    assert (shown["dialect"], shown["content"], shown["ack"]) == (dialect, content, answer)
    assert [f"{item['parameter']} {item['value']:g}" for item in shown["observations"]] == charted
    assert [item["reason"] for item in shown["quarantined"]] == aside


@pytest.mark.parametrize(
    ("raw", "text", "priority", "phase"),
    [
        (DRAEGER, "SpO2 low", "high", "start"),
        (MASIMO, "SPO2 LOW", "medium", None),
        (EFFICIA_ALARM, "Apnoe", "high", None),
        (pds("56", "OBX||CE|3|1|20001^*ECG Lead Off||||||F"), "*ECG Lead Off", "low", None),
    ],
)
def test_an_alert_keeps_its_words_and_its_priority(raw: bytes, text: str, priority: str, phase: str | None) -> None:
    shown = decode_message(raw)
    [alert] = shown["alerts"]
    assert (shown["content"], alert["text"], alert["priority"], alert["phase"]) == ("alert", text, priority, phase)
    assert shown["observations"] == []


@pytest.mark.parametrize("raw", [DRAEGER_LIFE, pds("106")])
def test_a_sign_of_life_is_no_alert_and_no_value(raw: bytes) -> None:
    shown = decode_message(raw)
    assert (shown["content"], shown["heartbeat"], shown["alerts"], shown["observations"]) == ("heartbeat", True, [], [])


def test_a_class_of_the_mindray_protocol_that_is_not_read_is_named_and_charts_nothing() -> None:
    shown = decode_message(pds("51", "OBX||NM|2002^|101|120||||||F", "OBX||CE|2037^|101|3^||||||F"))
    assert (shown["dialect"], shown["content"], shown["ack"]) == ("Mindray PDS", "observations", "AA")
    assert (shown["observations"], shown["alerts"], shown["skipped"]) == ([], [], 1)
    assert [(item["code"], item["reason"]) for item in shown["quarantined"]] == [("2002", "unknown code")]


def test_a_monitor_in_demonstration_says_nothing_of_the_patient_not_even_that_it_has_no_value() -> None:
    shown = decode_message(MINDRAY_VS)
    assert (shown["demo"], shown["observations"], shown["unavailable"], shown["skipped"]) == (True, [], [], 1)


def test_the_site_of_a_temperature_in_a_row_of_its_own_is_kept() -> None:
    assert decode_message(COMEN)["observations"][0]["site"] == "axilla"


def test_a_value_has_the_time_of_its_row_else_of_its_group() -> None:
    pulse, _, pressure = decode_message(NIHON_KOHDEN)["observations"]
    assert (pulse["time"], pressure["time"]) == ("2026-11-22T09:30:00", "2026-11-22T09:20:00")
    assert decode_message(MX)["observations"][0]["time"] == "2026-11-22T09:29:00"
