"""Meaning: what is charted, what is put aside and why, and that nothing is lost without a word."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.observation import Parameter, Status
from hl7.nomenclature import nomenclature
from hl7.observations import ObservationReader, Reading
from hl7.reader import UnreadableError, read_message
from tests.hl7.messages import BEATS, CELSIUS, MMHG, MSH, OBR, PERCENT, PID, PV1, join, oru, row

HR = "147842^MDC_ECG_HEART_RATE^MDC"
SPO2 = "150456^MDC_PULS_OXIM_SAT_O2^MDC"
TEMP = "150344^MDC_TEMP^MDC"
SYS = "150021^MDC_PRESS_BLD_NONINV_SYS^MDC"
ETCO2 = "151728^MDC_AWAY_CO2_ET^MDC"
NOW = datetime(2026, 11, 22, 9, 31, tzinfo=UTC)


def read(*rows: str, msh: str = MSH, place: bool = True, **settings: object) -> Reading:
    reader = ObservationReader(**settings)  # type: ignore[arg-type]
    return reader.read(read_message(oru(*rows, msh=msh, place=place)), NOW)


def values(reading: Reading) -> list[tuple[str, float | None]]:
    return [(item.vital.parameter.value, item.vital.value) for item in reading.observations]


def reasons(reading: Reading) -> list[str]:
    return [item.reason for item in reading.quarantined]


@pytest.mark.parametrize(
    ("code", "value", "unit", "expected"),
    [
        (HR, "72", BEATS, ("hr", 72)),
        (HR, "0", BEATS, ("hr", 0)),
        ("147842^MDC_ECG_CARD_BEAT_RATE^MDC", "72", "{beat}/min^{beat}/min^UCUM", ("hr", 72)),
        (HR, "72", "bpm", ("hr", 72)),
        (HR, "72", "", ("hr", 72)),
        (SPO2, "97", "%", ("spo2", 97)),
        (TEMP, "98.6", "266560^MDC_DIM_FAHR^MDC", ("temp", 37.0)),
        (TEMP, "98.6", "degF", ("temp", 37.0)),
        (TEMP, "37.4", "0004-1710^C^MDIL", ("temp", 37.4)),
        (TEMP, "37.4", "x^°C^L", ("temp", 37.4)),
        (ETCO2, "5.0", "265987^MDC_DIM_KILO_PASCAL^MDC", ("etco2", 37.5)),
        (ETCO2, "38", "mm[Hg]", ("etco2", 38)),
        (SYS, "120", "mmHg^Unit", ("nibp_sys", 120)),
        ("150301^MDC_PRESS_CUFF_SYS^MDC", "120", MMHG, ("nibp_sys", 120)),
        ("150037^MDC_PRESS_BLD_ART_ABP_SYS^MDC", "118", MMHG, ("art_sys", 118)),
        ("151578^MDC_TTHOR_RESP_RATE^MDC", "14", "264928^MDC_DIM_RESP_PER_MIN^MDC", ("rr", 14)),
        ("0002-4bb8^SpO2^MDIL", "95", "0004-0220^%^MDIL", ("spo2", 95)),
        ("0002-4BB8^SpO2^MDIL", "95", "0004-0220^%^MDIL", ("spo2", 95)),
        ("0002-4182^FC^MDIL", "60", "0004-0aa0^bpm^MDIL", ("hr", 60)),
        ("007000^VITAL SpO2", "99", "%", ("spo2", 99)),
        ("101^HR", "60", "", ("hr", 60)),
        ("105^MNDRY_TEMP_AXIL^99MNDRY", "36.1", CELSIUS, ("temp", 36.1)),
        ("8867-4^Heart rate^LN", "70", "/min^per minute^UCUM", ("hr", 70)),
        ("X1^local^99LOC^147842^MDC_ECG_HEART_RATE^MDC", "71", BEATS, ("hr", 71)),
        ("^MDC_ECG_HEART_RATE^MDC", "71", BEATS, ("hr", 71)),
        (SPO2.replace("^MDC_PULS_OXIM_SAT_O2", "^"), "97", PERCENT, ("spo2", 97)),
    ],
)
def test_agreeing_codes_are_charted_in_our_unit(code: str, value: str, unit: str, expected: tuple[str, float]) -> None:
    reading = read(row(code, value, unit))
    assert values(reading) == [expected]
    assert reading.quarantined == []


@pytest.mark.parametrize(
    ("code", "value", "unit", "reason"),
    [
        ("150456^MDC_CO2_ET^MDC", "38", MMHG, "code and REFID disagree"),
        ("150021^MDC_PRESS_BLD_ART_SYS^MDC", "132", MMHG, "code and REFID disagree"),
        ("150022^MDC_ECG_HEART_RATE^MDC", "72", BEATS, "code and REFID disagree"),
        ("149522^MDC_PULS_RATE^MDC", "72", BEATS, "code and REFID disagree"),
        ("150017^MDC_PRESS_BLD_NONINV_SYS^MDC", "120", MMHG, "code and REFID disagree"),
        ("999999^MDC_ECG_HEART_RATE^MDC", "72", BEATS, "code and REFID disagree"),
        ("0002-4bb8^HR^MDIL", "72", "0004-0220^%^MDIL", "code and REFID disagree"),
        ("007000^VITAL HR", "72", "%", "code and REFID disagree"),
        ("0002-4b48^sTemp^MDIL", "37", "0004-17a0^C^MDIL", "not charted: temperature setting"),
        ("188440^MDC_TEMP_DIFF^MDC", "0.4", CELSIUS, "not charted: temperature difference"),
        ("188508^MDC_TEMP_ROOM^MDC", "21", CELSIUS, "not charted: room temperature"),
        ("150376^MDC_TEMP_INJ^MDC", "20", CELSIUS, "not charted: injectate temperature"),
        ("148066^MDC_ECG_V_P_C_RATE^MDC", "2", BEATS, "not charted: premature beats"),
        ("123^WHATEVER^99X", "2", BEATS, "unknown code"),
        (SPO2, "97", MMHG, "unit does not fit the code"),
        ("151708^MDC_CONC_AWAY_CO2_ET^MDC", "5", PERCENT, "unit does not fit the code"),
        ("151578^MDC_TTHOR_RESP_RATE^MDC", "14", BEATS, "unit does not fit the code"),
        (TEMP, "37", "268192^MDC_DIM_FAHR^MDC", "unit code and REFID disagree"),
        (TEMP, "99", "268160^MDC_DIM_FAHR^MDC", "unit code and REFID disagree"),
        (TEMP, "37", "cubits", "unknown unit"),
        (TEMP, "37", "", "no unit"),
        (SYS, "120", "", "no unit"),
        ("150456^^MDC", "97", "", "code without REFID and unit"),
        (TEMP, "98.6", CELSIUS, "outside the possible range"),
        (SPO2, "101", PERCENT, "outside the possible range"),
        (HR, "Alert", BEATS, "not a number"),
        (HR, "1e2", BEATS, "not a number"),
        (HR, "nan", BEATS, "not a number"),
        (HR, "٧٢", BEATS, "not a number"),
        (HR, "100~200", BEATS, "more than one value"),
        (HR, "72^80", BEATS, "not a number"),
    ],
)
def test_what_does_not_agree_is_put_aside_with_its_reason(code: str, value: str, unit: str, reason: str) -> None:
    reading = read(row(code, value, unit))
    assert (values(reading), reasons(reading)) == ([], [reason])


@pytest.mark.parametrize(("code", "unit"), [(HR, BEATS), (TEMP, CELSIUS), ("150033^MDC_PRESS_BLD_ART_SYS^MDC", MMHG)])
def test_sentinels_are_never_values_and_tell_that_there_is_none(code: str, unit: str) -> None:
    for value in ("-1", "-100", "-100.00", "-999", "-99.9", "-1000", "-10000", "32767", "8388607"):
        reading = read(row(code, value, unit))
        assert (values(reading), reasons(reading)) == ([], ["sentinel"]), value
        assert [item.vital.status for item in reading.unavailable] == [Status.UNAVAILABLE]


@pytest.mark.parametrize(("value", "status"), [("", "F"), ("", "X"), ('""', "R"), ("", "")])
def test_an_empty_value_says_no_value_and_is_not_quarantined(value: str, status: str) -> None:
    reading = read(row(HR, value, BEATS, status=status))
    assert (values(reading), reading.quarantined) == ([], [])
    assert [item.vital.parameter for item in reading.unavailable] == [Parameter.HR]


def test_device_tree_rows_and_waveforms_and_texts_are_skipped_silently() -> None:
    reading = read(
        row("69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC", "", kind="", channel="1.0.0.0", status="X"),
        row("131329^MDC_ECG_ELEC_POTL_I^MDC", "80^88^92", kind="NA"),
        row("0^MDC_ATTR_SAMP_RATE^MDC", "500", "264640^MDC_DIM_HZ^MDC"),
        row("2453^COMEN_POS_BODY^99COMEN", "2821^SITTING^99COMEN", kind="CNE"),
    )
    assert (reading.observations, reading.unavailable, reading.quarantined, reading.skipped) == ([], [], [], 4)


def test_results_are_charted() -> None:
    for status in ("F", "R", "P", "C", "", "f"):
        assert values(read(row(HR, "72", BEATS, status=status))) == [("hr", 72)], status


def test_what_is_no_result_is_put_aside() -> None:
    for status in ("D", "X", "W", "S", "U", "I", "N"):
        assert reasons(read(row(HR, "72", BEATS, status=status))) == [f"result status {status}"], status


def test_demonstration_data_are_never_charted() -> None:
    reading = read(row(HR, "72", BEATS, flag="DEMO"), row(SPO2, "97", PERCENT, flag="L~DEMO"))
    assert (values(reading), reasons(reading), reading.demo) == ([], ["demo", "demo"], True)


@pytest.mark.parametrize("processing", ["T", "D", "T^T"])
def test_training_and_debugging_messages_are_never_charted(processing: str) -> None:
    reading = read(row(HR, "72", BEATS), row(HR, "", BEATS), msh=MSH.replace("|P|", f"|{processing}|"))
    assert (values(reading), reasons(reading), reading.production) == ([], ["not production"], False)
    assert reading.unavailable == []


@pytest.mark.parametrize("processing", ["P", "", "P^T"])
def test_production_messages_are_charted(processing: str) -> None:
    assert values(read(row(HR, "72", BEATS), msh=MSH.replace("|P|", f"|{processing}|"))) == [("hr", 72)]


def test_the_devices_own_doubt_is_kept() -> None:
    reading = read(row(HR, "72", BEATS, flag="QUES"), row(HR, "73", BEATS, flag="INV"), row(HR, "74", BEATS, flag="H"))
    assert [(item.vital.value, item.vital.status) for item in reading.observations] == [
        (72, Status.QUESTIONABLE),
        (74, Status.VALID),
    ]
    assert reasons(reading) == ["marked INV"]


@pytest.mark.parametrize(("value", "charted"), [("^72", 72), ("=^72", 72), (">^72", None), ("^70^-^80", None)])
def test_structured_numerics_are_charted_only_when_they_are_one_number(value: str, charted: float | None) -> None:
    reading = read(row(HR, value, BEATS, kind="SN"))
    assert values(reading) == ([("hr", charted)] if charted else [])
    assert len(reading.quarantined) == (charted is None)


def test_without_a_location_nothing_is_charted_unless_the_feed_has_one() -> None:
    assert reasons(read(row(HR, "72", BEATS), place=False)) == ["no location"]
    fixed = read(row(HR, "72", BEATS), place=False, fixed_location="bed 3")
    assert [item.location for item in fixed.observations] == ["bed 3"]
    assert values(read(row(HR, "72", BEATS), place=False, needs_location=False)) == [("hr", 72)]


def test_several_patients_in_one_message_are_kept_apart() -> None:
    text = join(
        MSH,
        PID,
        PV1,
        OBR,
        "OBX|" + row(HR, "72", BEATS),
        "PID|||200^^^Ward^MR",
        "PV1||I|ICU^^6",
        OBR,
        "OBX|" + row(HR, "90", BEATS),
        "PID|||300^^^Ward^MR",
        OBR,
        "OBX|" + row(HR, "50", BEATS),
    )
    reading = ObservationReader().read(read_message(text))
    found = [(item.patient_id, item.location, item.vital.value) for item in reading.observations]
    assert found == [("100200", "ICU^^5", 72), ("200", "ICU^^6", 90)]
    assert reasons(reading) == ["no location"]


def test_time_of_a_value_is_its_own_else_its_groups_else_the_messages() -> None:
    untimed = "OBR|1|||VITAL"
    text = join(
        MSH,
        PID,
        PV1,
        OBR,
        "OBX|" + row(SYS, "120", MMHG, time="20261122090000+0000"),
        "OBX|" + row(HR, "72", BEATS),
        untimed,
        "OBX|" + row(SPO2, "97", PERCENT),
        "OBX|" + row(SPO2, "98", PERCENT, time="rubbish-time"),
    )
    reading = ObservationReader().read(read_message(text))
    times = [item.measured_at.strftime("%H%M%S") for item in reading.observations if item.measured_at]
    assert times == ["090000", "092950", "093000", "093000"]
    assert reading.flags == ["unreadable time"]


def test_times_without_zone_take_the_feeds_and_stay_naive_without_one() -> None:
    late = row(HR, "72", BEATS, time="20261122103000")
    berlin = read(late, zone=ZoneInfo("Europe/Berlin")).observations[0]
    assert berlin.measured_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert berlin.vital.device_time == datetime(2026, 11, 22, 10, 30)
    assert read(late).observations[0].measured_at == datetime(2026, 11, 22, 10, 30)


@pytest.mark.parametrize(
    ("code", "channel", "method", "site"),
    [
        ("188452^MDC_TEMP_AXILLA^MDC", "1.2.1.1", "", "axilla"),
        ("188496^MDC_TEMP_AXIL^MDC", "1.2.5.188496", "^APERIODIC", "axilla"),
        ("0002-f10c^Taxil^MDIL", "", "", "axilla"),
        (TEMP, "1.26.1.1", "", "channel 1.26.1.1"),
        (TEMP, "1.26.2.150344", "", "channel 1.26.2"),
        (TEMP, "0", "", None),
        (TEMP, "1.26.1.1", "^Oral", "oral"),
        ("0002-480a^Pulse^MDIL", "", "0002-4bb8^SpO2^MDIL", "pulse oximeter"),
    ],
)
def test_the_site_is_where_the_device_says(code: str, channel: str, method: str, site: str | None) -> None:
    is_temperature = "emp" in code.lower() or "taxil" in code.lower()
    reading = read(row(code, "37", CELSIUS if is_temperature else BEATS, channel=channel, method=method))
    assert [item.vital.site for item in reading.observations] == [site]


def test_a_separate_row_may_name_the_temperature_site() -> None:
    reading = read(
        row(TEMP, "36.5", CELSIUS, channel="1.2.1.150344"),
        row("2269^COMEN_TEMP_POS^99COMEN", "9^COMEN_TEMP_ORAL^99COMEN", kind="CNE"),
    )
    assert [item.vital.site for item in reading.observations] == ["oral"]


@pytest.mark.parametrize("shown", ["---", "***", "-?-", "--.-"])
def test_what_a_monitor_shows_in_place_of_a_number_is_no_value(shown: str) -> None:
    reading = ObservationReader().read(read_message(oru(row("147842^MDC_ECG_HEART_RATE^MDC", shown, BEATS))))
    assert [(item.parameter, item.status) for item in reading.unavailable] == [(Parameter.HR, Status.UNAVAILABLE)]
    assert ([item.reason for item in reading.quarantined], reading.observations) == (["sentinel"], [])


def test_a_unit_that_is_never_sent_is_confirmed_for_a_feed_by_an_alias() -> None:
    pressure = oru(row("170^Sys", "120"), row("200^T1", "98.6"))
    assert [item.reason for item in ObservationReader().read(read_message(pressure)).quarantined] == ["no unit"] * 2
    own = nomenclature().with_alias("170", "Sys", Parameter.NIBP_SYS, "cuff", "mmhg")
    own = own.with_alias("200", "T1", Parameter.TEMP, "T1", "fahrenheit")
    reading = ObservationReader(tables=own).read(read_message(pressure))
    assert [(item.parameter, item.value) for item in reading.observations] == [
        (Parameter.NIBP_SYS, 120),
        (Parameter.TEMP, 37),
    ]
    with pytest.raises(ValueError, match="does not come in percent"):
        nomenclature().with_alias("200", "T1", Parameter.TEMP, "T1", "percent")


def test_an_alias_added_for_one_feed_charts_a_mislabelled_code_for_it_alone() -> None:
    mislabelled = row("149522^MDC_PULS_RATE^MDC", "72", BEATS)
    own = nomenclature().with_alias("149522", "MDC_PULS_RATE", Parameter.PR, "pulse oximeter")
    assert values(read(mislabelled, tables=own)) == [("pr", 72)]
    assert reasons(read(mislabelled)) == ["code and REFID disagree"]


def test_rows_beside_a_framing_byte_are_damaged_and_not_charted() -> None:
    raw = oru(row(SPO2, "97", PERCENT), row(HR, "7", ""), row(HR, "80", BEATS)).replace(
        b"\rOBX|1|NM|147842", b"\r\x1cBX|1|NM|147842", 1
    )
    reading = ObservationReader().read(read_message(raw))
    assert (values(reading), reasons(reading)) == ([("hr", 80)], ["damaged segment"])


def test_values_of_other_message_types_are_not_read() -> None:
    for kind in ("ADT^A01", "QBP^ZV1", "ORU^W01", "ORU^R40"):
        reading = read(row(HR, "72", BEATS), msh=MSH.replace("ORU^R01^ORU_R01", kind))
        assert (reading.observations, reading.skipped) == ([], 1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["NM", "ST", "SN", "", "NA"]),
            st.sampled_from([HR, SPO2, TEMP, "x^y^z", ""]),
            st.text(max_size=8),
            st.sampled_from([BEATS, PERCENT, "", "?"]),
            st.sampled_from(["F", "X", "", "Q"]),
        ),
        max_size=8,
    )
)
def test_every_row_is_accounted_for_once(rows: list[tuple[str, str, str, str, str]]) -> None:
    text = oru(*(row(code, value, unit, kind=kind, status=status) for kind, code, value, unit, status in rows))
    try:
        message = read_message(text)
    except UnreadableError:
        return
    reading = ObservationReader().read(message)
    sentinels = reasons(reading).count("sentinel")
    said = len(reading.observations) + len(reading.quarantined) + reading.skipped + len(reading.unavailable)
    assert len(message.all("OBX")) <= said <= len(message.all("OBX")) + sentinels


_ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from([HR, SPO2, TEMP, "x^y^z"]),
        st.sampled_from(["72", "97", "37", "-1", "32767", "7e1", " 72", "nan", "", "9999", "^72"]),
        st.sampled_from([BEATS, PERCENT, "degF", ""]),
        kind=st.sampled_from(["NM", "ST", "SN", "NA"]),
        channel=st.sampled_from(["", "1.2.3.4"]),
        flag=st.sampled_from(["", "QUES", "DEMO"]),
        status=st.sampled_from(["F", "X"]),
        time=st.sampled_from(["", "20261122092940+0000", "20261122092941+0000"]),
        method=st.sampled_from(["", "Oral"]),
    ),
    max_size=6,
)


@given(st.lists(_ROWS, min_size=1, max_size=4), _ROWS)
def test_what_a_feed_has_sent_before_changes_nothing_in_what_a_message_says(
    before: list[list[str]], rows: list[str]
) -> None:
    used = ObservationReader()
    for earlier in before:
        used.read(read_message(oru(*earlier)), NOW)
    assert used.read(read_message(oru(*rows)), NOW) == ObservationReader().read(read_message(oru(*rows)), NOW)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (row(HR, "72", PERCENT), []),
        (row(HR, "72", BEATS, status="X"), []),
        (row(HR, "72", BEATS, flag="TEST"), []),
        (row(HR, "32767", BEATS), []),
        (row(HR, "401", BEATS), []),
        (row(HR, "72", BEATS, flag="QUES"), [(Status.QUESTIONABLE, "ECG")]),
        (row(HR, "72", BEATS, method="Oral"), [(Status.VALID, "oral")]),
    ],
)
def test_a_row_that_is_known_is_judged_again_where_anything_in_it_differs(
    second: str, expected: list[tuple[Status, str]]
) -> None:
    reader = ObservationReader()
    first = reader.read(read_message(oru(row(HR, "72", BEATS))), NOW)
    assert [(item.status, item.site) for item in first.observations] == [(Status.VALID, "ECG")]
    reading = reader.read(read_message(oru(second)), NOW)
    assert [(item.status, item.site) for item in reading.observations] == expected


def test_a_feed_that_never_repeats_itself_is_not_remembered_without_bound() -> None:
    reader = ObservationReader()
    for message in range(6):
        rows = (
            row(f"{number}^x^y", str(number), number=number) for number in range(message * 1000, message * 1000 + 1000)
        )
        reader.read(read_message(oru(*rows)), NOW)
    assert reader.remembered <= 2 * 5096


def test_every_parameter_has_its_codes_and_they_agree_with_the_tables() -> None:
    tables = nomenclature()
    assert set(tables.parameters) == set(Parameter)
    for parameter, code in tables.parameters.items():
        found = tables.resolve((code.mdc, code.refid, "MDC"), (code.mdc_unit, code.unit_refid, "MDC"))
        by_loinc = tables.resolve((code.loinc, "", "LN"), (code.ucum, "", "UCUM"))
        assert (found.parameter, found.scaled, by_loinc.parameter) == (parameter, False, parameter)


def test_every_row_of_the_code_table_is_charted_or_says_why_not_and_names_its_source() -> None:
    for terms in nomenclature().terms.values():
        for term in terms:
            assert (term.parameter is None) == bool(term.not_charted)
            assert term.source


def test_a_message_cut_inside_its_last_value_charts_nothing_of_that_row() -> None:
    whole = join(MSH, PID, PV1, OBR, f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||72|{BEATS}|||||R")
    at = whole.index(b"|72|") + 2
    reading = ObservationReader(None).read(read_message(whole[:at]), datetime(2026, 1, 1, tzinfo=UTC))
    assert reading.observations == []
    assert [q.reason for q in reading.quarantined] == ["damaged segment"]


def test_a_short_last_row_with_its_line_end_is_whole() -> None:
    message = join(MSH, PID, PV1, OBR, f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||72|{BEATS}")
    reading = ObservationReader(None).read(read_message(message), datetime(2026, 1, 1, tzinfo=UTC))
    assert [o.vital.value for o in reading.observations] == [72.0]
