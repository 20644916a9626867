"""Charting the pump card: checked, in force at once, audited, kept over a restart, ended with the stay."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta

from console.alarms.alarm import Kind
from console.link.commands import Admit, Ask, ChartPumpEvent, Discharge, SetPumpCard
from console.store.records import Restored, Stay
from console.store.sql_store import open_store
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.pump_card import Admixture, PumpCard
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import START, patient, utc

BED = "7B-01"
DAY = 86400.0
FILLED = utc(START) - timedelta(days=30)
CARD = PumpCard(concentration_ug_ml=500, dose_ug_day=250, refilled_at=FILLED, volume_ml=20)
EMPTY = FILLED + timedelta(days=40)


def admitted(restored: Restored | None = None, start: float = START) -> Ward:
    ward = Ward(restored, start=start)
    if restored is None:
        ward.ask(Admit(patient(pump_known=True), "Nurse A"))
    return ward


def weight(ward: Ward) -> int:
    ward.run(61)
    return ward.bed().pattern(Kind.WITHDRAWAL).window_weight


def test_a_card_is_shown_with_its_dates_and_audited_in_words():
    ward = admitted()
    assert ward.ask(SetPumpCard(BED, CARD, None, "Nurse A")).error == ""
    bed = ward.bed()
    assert bed.pump_card == replace(CARD, by="Nurse A", at=utc(START))
    assert bed.reservoir.empty_at == EMPTY
    entry = ward.store.audit[-1]
    assert (entry.by, entry.act, entry.bed) == ("Nurse A", "pump card charted", BED)
    assert "Dose: not known -> 250 µg/day" in entry.detail
    assert ward.store.pump_cards == [bed.pump_card]


def test_a_change_is_audited_with_old_and_new_and_no_change_is_not():
    ward = admitted()
    ward.ask(SetPumpCard(BED, CARD, None, "Nurse A"))
    seen = ward.bed().pump_card
    ward.ask(SetPumpCard(BED, replace(seen, dose_ug_day=300.0), seen, "Nurse B"))
    assert ward.store.audit[-1].detail == "Dose: 250 -> 300 µg/day"
    count, seen = len(ward.store.audit), ward.bed().pump_card
    assert ward.ask(SetPumpCard(BED, seen, seen, "Nurse B")).error == ""
    assert len(ward.store.audit) == count


def test_refusals_are_sentences_and_change_nothing():
    ward = admitted()
    refused = {
        SetPumpCard(BED, replace(CARD, dose_ug_day=0.25), None, "A"): "mg/day",
        SetPumpCard(BED, replace(CARD, refilled_at=utc(START + DAY)), None, "A"): "future",
        SetPumpCard(BED, CARD, CARD, "A"): "meanwhile",
        SetPumpCard(BED, CARD, None, " "): "name",
        SetPumpCard("7B-02", CARD, None, "A"): "Nobody is admitted",
    }
    for command, words in refused.items():
        assert words in ward.ask(command).error
    assert ward.bed().pump_card is None
    assert ward.store.pump_cards == []


def test_a_passed_low_date_opens_the_window_and_prompts_until_a_refill_is_charted():
    ward = admitted()
    ward.ask(SetPumpCard(BED, replace(CARD, low_alarm_at=utc(START - DAY)), None, "Nurse A"))
    assert weight(ward) == 2
    assert "24 h ago" in ward.alarm("technical:prompt:reservoir").condition.detail
    ward.ask(ChartPumpEvent(BED, PumpEvent(PumpEventKind.REFILL, utc(ward.now), "Nurse A")))
    assert weight(ward) == 2
    assert ward.alarm("technical:prompt:reservoir") is None
    assert "older than a refill" in ward.alarm("technical:prompt:pump_card").condition.detail
    assert ward.bed().reservoir.outdated.kind is PumpEventKind.REFILL


def test_the_date_is_reached_with_no_event_at_all():
    low = utc(START) + timedelta(minutes=3)
    ward = admitted()
    ward.ask(SetPumpCard(BED, replace(CARD, low_alarm_at=low, dose_ug_day=None), None, "Nurse A"))
    assert (weight(ward), ward.alarm("technical:prompt:reservoir")) == (0, None)
    ward.run(130)
    assert weight(ward) == 2
    assert ward.alarm("technical:prompt:reservoir") is not None


def test_an_opioid_in_the_pump_raises_the_open_overdose_window():
    ward = admitted()
    ward.ask(ChartPumpEvent(BED, PumpEvent(PumpEventKind.OPIOID_DOSE, utc(ward.now), "A")))
    ward.run(61)
    assert ward.bed().pattern(Kind.OVERDOSE).window_weight == 1
    ward.ask(SetPumpCard(BED, replace(CARD, admixtures=(Admixture.MORPHINE,)), None, "A"))
    ward.run(61)
    assert ward.bed().pattern(Kind.OVERDOSE).window_weight == 2


def test_a_restart_takes_the_cards_up_again():
    old = replace(CARD, refilled_at=FILLED - timedelta(days=50), by="A", at=FILLED - timedelta(days=49))
    new = replace(CARD, by="B", at=FILLED + timedelta(hours=1))
    stay = Stay(patient(pump_known=True), pump_cards=(old, new))
    ward = admitted(Restored((stay,)), start=EMPTY.timestamp() - 3600)
    assert weight(ward) == 2
    assert (ward.bed().pump_card, ward.bed().reservoir.empty_at) == (new, EMPTY)


def test_the_next_patient_has_a_card_of_his_own():
    ward = admitted()
    ward.ask(SetPumpCard(BED, CARD, None, "Nurse A"))
    ward.ask(Discharge(BED, "Nurse A"))
    assert (ward.bed().pump_card, ward.bed().reservoir) == (None, None)
    ward.ask(Admit(patient(pump_known=True), "Nurse A"))
    assert ward.bed().pump_card is None


def test_engine_and_database_agree_after_a_restart(tmp_path):
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    store = open_store(url)
    try:
        ward = Ward()
        ward.core.store = store
        for command in (Admit(patient(), "A"), SetPumpCard(BED, CARD, None, "A")):
            future: Future = Future()
            ward.commands.handle(Ask(command, future), ward.now, utc(ward.now))
            assert future.result(timeout=10).error == ""
        card = ward.bed().pump_card
    finally:
        store.close()
    store = open_store(url)
    try:
        assert Ward(store.restore()).bed().pump_card == card
    finally:
        store.close()
