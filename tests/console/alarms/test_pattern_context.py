"""Pump windows, findings, usual values, coverage and prompts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.alarms.alarm import Priority, Stage
from console.alarms.findings import FindingsChart
from console.alarms.learned_baseline import BaselineRefusedError
from console.alarms.news2 import news2
from console.alarms.windows import PumpWindows
from console.ward.chart import NurseObservation
from console.ward.patient import Baseline, Patient, RiskFlag
from tests.console.alarms.pattern_ward import CHARTED, NORMAL, RULES, T0, Ward

JUST = 1 / 60
"""One minute in hours: windows are read at the end of the first minute after the event."""


def window(kind: str, hours: float, **kwargs: object) -> tuple[int, int]:
    ward = Ward()
    ward.pump(kind, hours_ago=hours - JUST, **kwargs)  # type: ignore[arg-type]
    return ward.weights()


class TestWindows:
    @pytest.mark.parametrize(
        ("kind", "spans"),
        [
            ("catheter_revision", [(0.1, 2, 2), (95.9, 2, 2), (96.1, 0, 0)]),
            ("dye_study", [(0.1, 2, 2), (95.9, 2, 2), (96.1, 0, 0)]),
            ("pump_replaced", [(0.1, 2, 2), (95.9, 2, 2), (96.1, 0, 0)]),
            ("refill", [(0.1, 1, 3), (5.9, 1, 3), (6.1, 1, 2), (23.9, 1, 2), (24.1, 1, 1), (71.9, 1, 1), (72.1, 0, 0)]),
            ("restored", [(0.1, 2, 3), (23.9, 2, 3), (24.1, 0, 2), (47.9, 0, 2), (48.1, 0, 0)]),
            ("bolus", [(0.1, 0, 3), (7.9, 0, 3), (8.1, 0, 1), (11.9, 0, 1), (12.1, 0, 0)]),
            ("dose_increase", [(0.1, 0, 2), (47.9, 0, 2), (48.1, 0, 0)]),
            ("mri", [(0.1, 2, 1), (23.9, 2, 1), (24.1, 0, 0)]),
            ("opioid_dose", [(1, 0, 1), (5.9, 0, 1), (6.1, 0, 0)]),
            ("oral_baclofen_omitted", [(11.9, 0, 0), (12.1, 2, 0), (95.9, 2, 0), (96.1, 0, 0)]),
            ("concentration_change", [(5.9, 0, 0), (6.1, 1, 0), (95.9, 1, 0), (96.1, 0, 0)]),
            ("interrogated_ok", [(1, 0, 0)]),
        ],
    )
    def test_timed_windows(self, kind: str, spans: list[tuple[float, int, int]]) -> None:
        for hours, withdrawal, overdose in spans:
            assert window(kind, hours) == (withdrawal, overdose), hours

    @pytest.mark.parametrize(("percent", "weight"), [(None, 1), (19.9, 0), (20, 1), (29.9, 1), (30, 2)])
    def test_a_dose_decrease_opens_by_its_size(self, percent: float | None, weight: int) -> None:
        assert window("dose_decrease", 7, percent=percent) == (weight, 0)
        assert window("dose_decrease", 5.9, percent=percent) == (0, 0)
        for hours, open_then in ((6.1, weight), (95.9, weight), (96.1, 0)):
            assert window("dose_decrease", hours, percent=percent) == (open_then, 0), hours

    @pytest.mark.parametrize(("hours", "weight"), [(71.9, 1), (72.1, 0)])
    def test_a_warning_of_withdrawal_opens_the_other_window_for_three_days(self, hours: float, weight: int) -> None:
        windows = PumpWindows(
            RULES.detectors.windows,
            Patient("p1", "P One", "B1", datetime.fromtimestamp(T0, UTC), age=40, pump_known=True),
        )
        windows.withdrawal_warned(T0)
        assert windows.weights(T0 + hours * 3600)[1] == weight

    @pytest.mark.parametrize(
        "kind",
        ["pump_stall", "empty_reservoir", "end_of_service", "critical_alarm", "pump_stopped", "explant",
         "pump_stopped_overdose"],
    )  # fmt: skip
    def test_an_interruption_never_closes_by_time(self, kind: str) -> None:
        assert window(kind, 1)[0] == 3
        assert window(kind, 2000)[0] == 3

    def test_it_closes_three_days_after_delivery_is_restored(self) -> None:
        for hours, weight in ((71.9, 3), (72.1, 0)):
            ward = Ward()
            ward.pump("pump_stall", hours_ago=200)
            ward.pump("restored", hours_ago=hours - JUST)
            assert ward.weights()[0] == weight

    def test_an_unconfirmed_new_pump_does_not_close_it_a_confirmed_one_does_and_is_a_restart(self) -> None:
        for confirmed, weights in ((False, (3, 0)), (True, (0, 0))):
            ward = Ward()
            ward.pump("pump_stall", hours_ago=400)
            ward.pump("pump_replaced", hours_ago=120, confirmed=confirmed)
            assert ward.weights() == weights
        ward = Ward()
        ward.pump("pump_stall", hours_ago=400)
        ward.pump("pump_replaced", hours_ago=1, confirmed=True)
        assert ward.weights() == (3, 3)

    def test_a_refill_mends_an_empty_reservoir_not_a_stall(self) -> None:
        for kind, weight in (("empty_reservoir", 0), ("pump_stall", 3)):
            ward = Ward()
            ward.pump(kind, hours_ago=300)
            ward.pump("refill", hours_ago=100, confirmed=True)
            assert ward.weights()[0] == weight

    def test_a_pump_stopped_for_overdose_stays_a_week_even_when_restored(self) -> None:
        for hours, weight in ((167.9, 3), (168.1, 0)):
            ward = Ward()
            ward.pump("pump_stopped_overdose", hours_ago=hours - JUST)
            ward.pump("restored", hours_ago=hours - 10)
            assert ward.weights()[0] == weight

    def test_a_low_reservoir_lasts_until_three_days_after_the_refill(self) -> None:
        assert window("low_reservoir_alarm", 500) == (2, 0)
        ward = Ward()
        ward.pump("low_reservoir_alarm", hours_ago=100)
        ward.pump("refill", hours_ago=73)
        assert ward.weights() == (0, 0)

    def test_interrogation_closes_the_window_of_a_scan(self) -> None:
        ward = Ward()
        ward.pump("mri", hours_ago=3)
        ward.pump("interrogated_ok", hours_ago=1)
        assert ward.weights() == (0, 1)

    def test_two_classes_of_depressants_weigh_two(self) -> None:
        ward = Ward()
        ward.pump("opioid_dose", hours_ago=5)
        ward.pump("benzodiazepine_dose", hours_ago=1)
        assert ward.weights() == (0, 2)
        same = Ward()
        same.pump("opioid_dose", hours_ago=5)
        same.pump("opioid_dose", hours_ago=1)
        assert same.weights() == (0, 1)

    def test_baclofen_by_vein_counts_as_by_mouth_and_is_no_second_class(self) -> None:
        assert window("iv_baclofen_dose", 5.9) == (0, 1)
        assert window("iv_baclofen_dose", 6.1) == (0, 0)
        ward = Ward()
        ward.pump("oral_baclofen_dose", hours_ago=2)
        ward.pump("iv_baclofen_dose", hours_ago=1)
        assert ward.weights() == (0, 1)
        ward.pump("benzodiazepine_dose", hours_ago=1)
        assert ward.weights() == (0, 2)

    @pytest.mark.parametrize(("hours", "told"), [(1, True), (71.9, True), (72.1, False)])
    def test_an_antipsychotic_opens_no_window_and_is_told_beside_withdrawal_for_three_days(
        self, hours: float, told: bool
    ) -> None:
        ward = Ward()
        ward.pump("antipsychotic_dose", hours_ago=hours - JUST)
        assert ward.weights() == (0, 0)
        ward.minute()
        withdrawal, overdose = ward.monitor.views()
        assert [c.label for c in withdrawal.context] == (["Antipsychotic"] if told else [])
        assert ("antipsychotic was given" in withdrawal.could_be) is told
        assert not overdose.context
        assert "antipsychotic" not in overdose.could_be

    def test_an_unknown_pump_is_never_quiet(self) -> None:
        ward = Ward(pump_known=False)
        assert ward.weights() == (2, 1)
        ward.pump("interrogated_ok")
        assert ward.weights() == (0, 0)

    def test_a_flag_raises_an_open_window_and_opens_none(self) -> None:
        ward = Ward(flags=frozenset({RiskFlag.SCI_T6, RiskFlag.SLEEP_APNOEA}))
        assert ward.weights() == (0, 0)
        ward.pump("refill")
        assert ward.weights() == (2, 3)

    @pytest.mark.parametrize(("age", "weight"), [(59, 1), (60, 2)])
    def test_age_raises_the_overdose_window(self, age: int, weight: int) -> None:
        ward = Ward(age=age)
        ward.pump("opioid_dose")
        assert ward.weights() == (0, weight)

    def test_withdrawal_at_warning_opens_the_overdose_window(self) -> None:
        ward = Ward({"w": 2}, validated=True)
        assert ward.set(temp=38.6, hr=125.0)[0] is Stage.WARNING
        assert ward.weights()[1] == 1

    def test_a_struck_event_closes_what_it_opened(self) -> None:
        ward = Ward()
        ward.pump("refill")
        ward.monitor.strike("refill")
        assert ward.weights() == (0, 0)

    def test_an_event_of_the_future_opens_when_its_time_comes(self) -> None:
        ward = Ward()
        ward.pump("bolus", hours_ago=-0.5)
        assert ward.weights() == (0, 0)
        ward.minute(30)
        assert ward.weights() == (0, 3)

    def test_a_misspelt_override_is_refused(self) -> None:
        with pytest.raises(ValueError, match="use w and o"):
            Ward({"withdrawal": 3})


class TestFindings:
    def chart(self, *entries: tuple[float, str]) -> FindingsChart:
        chart = FindingsChart(RULES.detectors.findings, RULES.detectors.withdrawal.findings)
        for hours, code in entries:
            chart.chart(NurseObservation(code, datetime.fromtimestamp(T0 + hours * 3600, UTC), id=code))
        return chart

    @pytest.mark.parametrize(
        ("codes", "points"),
        [
            (("pruritus",), 2),
            (("spasticity_up1",), 1),
            (("spasticity_up1", "rigidity"), 2),
            (("spasticity_up2", "rigidity"), 2),
            (("sweating", "paraesthesia", "agitation"), 3),
            (("pruritus", "hallucinations", "delirium", "seizure"), 6),
            (("pruritus", "pruritus"), 2),
        ],
    )
    def test_points(self, codes: tuple[str, ...], points: int) -> None:
        assert self.chart(*((0, code) for code in codes)).active(T0).points == points

    @pytest.mark.parametrize(
        ("code", "minutes"), [("pruritus", 480), ("seizure", 60), ("activity", 20), ("oxygen_increased", 60)]
    )
    def test_how_long_they_stand(self, code: str, minutes: int) -> None:
        chart = self.chart((0, code))
        assert code in chart.active(T0 + minutes * 60 - 1).charted_at
        assert code not in chart.active(T0 + minutes * 60).charted_at

    def test_charted_again_stands_again(self) -> None:
        assert self.chart((0, "pruritus"), (7, "pruritus")).active(T0 + 14 * 3600).points == 2

    def test_charted_absent_ends_it(self) -> None:
        chart = self.chart((0, "spasticity_up2"), (1, "no_spasticity_up1"))
        assert chart.active(T0).points == 2
        assert chart.active(T0 + 3600).points == 0

    def test_a_newer_tone_or_sedation_score_replaces_the_older(self) -> None:
        chart = self.chart((0, "spasticity_up2"), (1, "spasticity_up1"), (0, "sedation_poss4"), (1, "sedation_poss2"))
        active = chart.active(T0 + 3600)
        assert (active.points, active.sedation) == (1, 2)

    @pytest.mark.parametrize(("score", "left"), [(2, 0), (3, 3), (4, 4)])
    def test_only_deep_sedation_outlives_its_four_hours(self, score: int, left: int) -> None:
        chart = self.chart((0, f"sedation_poss{score}"))
        assert chart.active(T0 + 14399).sedation == score
        after = chart.active(T0 + 14400)
        assert (after.sedation, after.sedation_overdue) == (left, left > 0)

    def test_an_unknown_code_is_refused_by_name(self) -> None:
        with pytest.raises(ValueError, match="'itchy' is not a finding"):
            self.chart((0, "itchy"))

    def test_a_struck_finding_is_gone(self) -> None:
        chart = self.chart((0, "pruritus"))
        assert chart.strike("pruritus")
        assert not chart.strike("pruritus")
        assert chart.active(T0).points == 0


class TestUsualValues:
    def learn(self, minutes: int, step: float = 0.0, **values: float) -> Ward:
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline(hr=values.pop("charted_hr", None)))
        for minute in range(minutes):
            sent = dict(values)
            sent["hr"] = sent["hr"] + step * minute
            if minute % 20 == 0:
                sent |= {"sbp": 130.0, "dbp": 80.0}
            ward.minute(**sent)
        return ward

    def test_learned_after_an_hour_of_quiet(self) -> None:
        values = {"hr": 70.0, "rr": 14.0, "spo2": 96.0, "temp": 36.6}
        assert self.learn(59, **values).monitor.baseline.hr is None
        baseline = self.learn(64, **values).monitor.baseline
        assert (baseline.hr, baseline.rr, baseline.spo2, baseline.temp) == (70, 14, 96, 36.6)
        assert baseline.etco2 is None
        assert self.learn(84, **values).monitor.baseline.sbp == 130

    def test_learned_values_are_clamped_and_frozen(self) -> None:
        ward = self.learn(70, hr=42.0, rr=14.0, spo2=97.0)
        assert ward.monitor.baseline.hr == 45
        ward.minute(120, hr=70.0, rr=14.0, spo2=97.0)
        assert ward.monitor.baseline.hr == 45

    @pytest.mark.parametrize(("per_hour", "learned"), [(4.5, True), (6.0, False)])
    def test_a_trend_teaches_nothing(self, per_hour: float, learned: bool) -> None:
        ward = self.learn(80, step=per_hour / 60, hr=70.0, rr=14.0, spo2=97.0)
        assert (ward.monitor.baseline.rr is not None) is learned

    def test_an_ill_patient_teaches_nothing(self) -> None:
        assert self.learn(80, hr=115.0, rr=22.0, spo2=93.0).monitor.baseline.rr is None

    def test_charted_values_go_first(self) -> None:
        ward = self.learn(70, charted_hr=60.0, hr=75.0, rr=14.0, spo2=97.0)
        assert (ward.monitor.baseline.hr, ward.monitor.baseline.rr) == (60, 14)

    def test_no_change_while_a_pattern_stands(self) -> None:
        ward = Ward({"w": 2, "o": 0})
        ward.chart("seizure")
        with pytest.raises(BaselineRefusedError, match="usual hr cannot be changed"):
            ward.monitor.set_baseline(Baseline(hr=90.0))
        assert ward.monitor.baseline == CHARTED

    def test_a_missing_value_may_be_charted_at_any_time(self) -> None:
        ward = Ward({"w": 2, "o": 0}, baseline=Baseline(hr=70.0))
        ward.chart("seizure")
        ward.monitor.set_baseline(Baseline(temp=36.5))
        assert (ward.monitor.baseline.hr, ward.monitor.baseline.temp) == (70.0, 36.5)

    def test_the_view_says_where_a_usual_value_comes_from(self) -> None:
        ward = Ward({"w": 0, "o": 0}, baseline=Baseline(hr=70.0))
        ward.minute(3, **NORMAL)
        notes = {c.channel: c.note for c in ward.monitor.views()[0].core}
        assert notes["hr"] == "usual value charted"
        assert notes["rr"] == "usual value default"


class TestCoverage:
    def test_nothing_is_said_while_values_are_still_arriving(self) -> None:
        ward = Ward({"w": 3, "o": 3})
        ward.minute(4)
        assert ward.monitor.conditions() == ()
        ward.minute(1)
        assert {c.key for c in ward.monitor.conditions()} == {
            "technical:detector_degraded:withdrawal",
            "technical:detector_degraded:overdose",
        }

    @pytest.mark.parametrize(("weight", "priority"), [(1, Priority.LOW), (2, Priority.MEDIUM)])
    def test_in_a_heavy_window_it_is_medium_at_once(self, weight: int, priority: Priority) -> None:
        ward = Ward({"w": weight, "o": 0})
        ward.minute(10)
        condition = ward.condition("technical:detector_degraded:withdrawal")
        assert condition is not None
        assert condition.priority is priority

    def test_else_after_half_an_hour(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        for minutes, priority in ((34, Priority.LOW), (1, Priority.MEDIUM)):
            ward.minute(minutes)
            condition = ward.condition("technical:detector_degraded:overdose")
            assert condition is not None
            assert condition.priority is priority

    @pytest.mark.parametrize(
        ("values", "withdrawal", "overdose"),
        [
            ({"hr": 76.0, "rr": 15.0, "spo2": 97.0}, False, False),
            ({"hr": 76.0, "etco2": 38.0, "spo2": 97.0}, True, False),
            ({"rr": 15.0, "hr": 76.0}, False, True),
            ({"spo2": 97.0, "hr": 76.0}, True, True),
        ],
    )
    def test_what_each_detector_needs(self, values: dict[str, float], withdrawal: bool, overdose: bool) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(10, **values)
        views = ward.monitor.views()
        assert [bool(v.degraded) for v in views] == [withdrawal, overdose]

    @pytest.mark.parametrize(("weight", "minutes"), [(0, 240), (1, 60)])
    def test_without_a_temperature_the_detector_is_degraded_after_four_hours_in_a_window_after_one(
        self, weight: int, minutes: int
    ) -> None:
        ward = Ward({"w": weight, "o": 0})
        ward.minute(minutes - 1, **NORMAL)
        assert not ward.monitor.views()[0].degraded
        ward.minute(1, **NORMAL)
        assert ward.monitor.views()[0].degraded == "no temperature"

    @pytest.mark.parametrize(("weight", "temperatures", "minutes"), [(0, 1, 240), (2, 1, 240), (0, 3, 240), (1, 3, 60)])
    def test_a_probe_that_is_gone_counts_as_absent_sooner_than_a_spot_reading(
        self, weight: int, temperatures: int, minutes: int
    ) -> None:
        ward = Ward({"w": weight, "o": 0})
        ward.minute(temperatures, **NORMAL, temp=36.8)
        # The value came at the beginning of its minute.
        ward.minute(minutes - 2, **NORMAL)
        assert not ward.monitor.views()[0].degraded
        ward.minute(1, **NORMAL)
        assert ward.monitor.views()[0].degraded == "no temperature"

    def test_a_continuous_temperature_is_never_asked_for(self) -> None:
        ward = Ward({"w": 1, "o": 0})
        ward.minute(3, **NORMAL, temp=36.8)
        ward.minute(60, **NORMAL)
        assert ward.condition("technical:prompt:temperature") is None

    def test_an_open_window_asks_for_a_temperature_each_hour(self) -> None:
        ward = Ward({"w": 1, "o": 0})
        ward.minute(1, **NORMAL, temp=36.8)
        ward.minute(58, **NORMAL)
        assert ward.condition("technical:prompt:temperature") is None
        ward.minute(1, **NORMAL)
        assert ward.condition("technical:prompt:temperature") is not None

    def test_a_stopped_pump_is_reviewed_after_a_week(self) -> None:
        ward = Ward()
        ward.pump("pump_stall", hours_ago=167.9)
        ward.minute()
        assert ward.condition("technical:prompt:pump_review") is None
        ward.minute(6)
        assert ward.condition("technical:prompt:pump_review") is not None

    def test_a_pattern_that_outlasts_the_repair_asks_to_check_delivery(self) -> None:
        ward = Ward({"w": 2, "o": 0})
        ward.pump("pump_stall", hours_ago=20)
        ward.pump("restored", hours_ago=7.9)
        ward.chart("seizure")
        ward.minute(3)
        assert ward.condition("technical:prompt:recheck_delivery") is None
        ward.minute(6)
        assert ward.condition("technical:prompt:recheck_delivery") is not None

    def test_validated_sets_cover_for_ninety_minutes(self) -> None:
        ward = Ward({"w": 0, "o": 0}, validated=True)
        ward.set(temp=36.8, hr=76.0, rr=15.0, spo2=97.0, sbp=120.0, dbp=70.0)
        ward.minute(89)
        assert not any(view.degraded for view in ward.monitor.views())
        ward.minute(1)
        assert all(view.degraded for view in ward.monitor.views())


class TestAccount:
    def test_the_condition_says_what_contributes_and_what_else_it_could_be(self) -> None:
        ward = Ward(validated=True)
        ward.pump("pump_stall", hours_ago=14)
        ward.set(temp=38.9, hr=142.0, sbp=188.0, dbp=104.0, rr=27.0)
        condition = ward.condition("withdrawal")
        assert condition is not None
        assert condition.text == "Autonomic pattern – emergency"
        assert condition.priority is Priority.HIGH
        assert condition.detail.startswith("T 38.9 (+2.1), HR 142 (+87 %), BP 188/104 (+57 %), RR 27 (+80 %)")
        assert "motor stall 14 h ago" in condition.detail
        assert "sepsis" in condition.advice
        assert condition.points == 10

    def test_conditions_are_the_same_objects_while_nothing_changes(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.minute(10)
        before = ward.monitor.conditions()
        ward.minute(3)
        assert all(a is b for a, b in zip(before, ward.monitor.conditions(), strict=True))

    def test_advance_tells_of_a_change_once(self) -> None:
        ward = Ward({"w": 0, "o": 0})
        ward.send(**NORMAL)
        assert ward.monitor.advance(ward.now + 60)
        assert not ward.monitor.advance(ward.now + 61)


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"rr": 26, "hr": 131, "sbp": 194, "temp": 36.7, "spo2": 98}, 6),  # blind to hypertension
        ({"rr": 8}, 3), ({"rr": 9}, 1), ({"rr": 12}, 0), ({"rr": 20}, 0), ({"rr": 21}, 2), ({"rr": 25}, 3),
        ({"spo2": 91}, 3), ({"spo2": 92}, 2), ({"spo2": 94}, 1), ({"spo2": 96}, 0),
        ({"sbp": 90}, 3), ({"sbp": 91}, 2), ({"sbp": 101}, 1), ({"sbp": 111}, 0), ({"sbp": 219}, 0), ({"sbp": 220}, 3),
        ({"hr": 40}, 3), ({"hr": 41}, 1), ({"hr": 51}, 0), ({"hr": 91}, 1), ({"hr": 111}, 2), ({"hr": 131}, 3),
        ({"temp": 35.0}, 3), ({"temp": 35.1}, 1), ({"temp": 36.1}, 0), ({"temp": 38.1}, 1), ({"temp": 39.1}, 2),
        ({"spo2": 88, "scale_2": True}, 0), ({"spo2": 97, "scale_2": True}, 0),
        ({"spo2": 97, "scale_2": True, "on_oxygen": True}, 5), ({"spo2": 83, "scale_2": True}, 3),
    ],
)  # fmt: skip
def test_news2(values: dict[str, float], score: int) -> None:
    assert news2(**values) == score  # type: ignore[arg-type]
