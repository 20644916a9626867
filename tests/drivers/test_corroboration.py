"""What a protocol without checksum cannot refuse, a second report has to confirm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.corroboration import Corroboration
from drivers.observation import Parameter, Status, Vital


def statuses(*values: float | None, parameter: Parameter = Parameter.HR) -> list[Status]:
    judge = Corroboration()
    found = []
    for value in values:
        vital = Vital(parameter, value, Status.UNAVAILABLE if value is None else Status.VALID)
        (told,) = judge.judge([vital])
        assert told.value == value
        found.append(told.status)
    return found


V, Q, U = Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE


def test_a_value_that_leaps_and_returns_is_never_valid() -> None:
    assert statuses(72, 73, 33, 73, 72) == [V, V, Q, V, V]


def test_a_true_leap_is_valid_with_the_second_report() -> None:
    assert statuses(72, 150, 151, 152) == [V, Q, V, V]


def test_a_change_below_the_leap_is_valid_at_once() -> None:
    assert statuses(72, 81, 90, 99) == [V, V, V, V]
    assert statuses(72, 82) == [V, Q]


def test_no_data_is_no_witness_and_needs_none() -> None:
    assert statuses(72, None, 72, None, 120) == [V, U, V, U, Q]


def test_a_value_the_device_doubts_stays_doubted() -> None:
    judge = Corroboration()
    doubted = Vital(Parameter.SPO2, 90, Status.QUESTIONABLE)
    assert judge.judge([doubted, doubted]) == (doubted, doubted)


def test_sites_are_witnesses_of_themselves_alone() -> None:
    judge = Corroboration()
    rectal, skin = (Vital(Parameter.TEMP, value, site=site) for value, site in ((38.4, "T1"), (33.0, "T2")))
    assert judge.judge([rectal, skin, rectal, skin]) == (rectal, skin, rectal, skin)


def cuff(systolic: float | None, diastolic: float | None = 75, repeat: bool = False) -> list[Vital]:
    status = Status.UNAVAILABLE if systolic is None else Status.VALID
    return [
        Vital(Parameter.NIBP_SYS, systolic, status, repeat=repeat),
        Vital(Parameter.NIBP_DIA, diastolic, Status.UNAVAILABLE if diastolic is None else Status.VALID, repeat=repeat),
    ]


def test_a_new_cuff_reading_is_told_when_it_has_come_twice_and_once_only_as_new() -> None:
    judge = Corroboration()
    assert judge.judge(cuff(121)) == ()
    assert judge.judge(cuff(121, repeat=True)) == tuple(cuff(121))
    assert judge.judge(cuff(121, repeat=True)) == tuple(cuff(121, repeat=True))


def test_a_damaged_cuff_reading_is_not_told_and_makes_the_old_one_no_younger() -> None:
    judge = Corroboration()
    judge.judge(cuff(121)), judge.judge(cuff(121, repeat=True))
    assert judge.judge(cuff(191)) == ()
    assert judge.judge(cuff(121)) == ()
    assert judge.judge(cuff(121, repeat=True)) == tuple(cuff(121, repeat=True))


def test_the_same_pressures_measured_anew_are_new_when_the_device_says_so() -> None:
    judge = Corroboration()
    judge.judge(cuff(121)), judge.judge(cuff(121, repeat=True))
    assert judge.judge(cuff(121)) == tuple(cuff(121))


def test_an_empty_cuff_is_told_at_once_and_forgets_the_reading() -> None:
    judge = Corroboration()
    judge.judge(cuff(121)), judge.judge(cuff(121, repeat=True))
    assert judge.judge(cuff(None, None)) == tuple(cuff(None, None))
    assert judge.judge(cuff(121)) == ()
    assert judge.judge(cuff(121, repeat=True)) == tuple(cuff(121))


def test_two_readings_at_once_are_two() -> None:
    assert Corroboration().judge([*cuff(121), *cuff(121, repeat=True)]) == tuple(cuff(121))


@given(st.lists(st.sampled_from([71.0, 72.0, 74.0]), min_size=3), st.integers(0, 200), st.floats(15, 250))
def test_one_damaged_report_among_steady_ones_is_valid_only_beside_them(
    steady: list[float], at: int, damaged: float
) -> None:
    at = 1 + at % (len(steady) - 1)
    told = statuses(*steady[:at], damaged, *steady[at:])
    assert (told[at] is V) == (min(abs(damaged - value) for value in steady[max(0, at - 2) : at]) < 10)
    assert all(status is V for index, status in enumerate(told) if index != at)
