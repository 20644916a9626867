"""Whose values reach the bed: the bound device's, and none of another one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.acquisition.binding import HELD, HOLD_S, DeviceBinding
from drivers.driver import FrameCounters, Output
from drivers.observation import Parameter, Vital
from drivers.transport.reconnect import Reception

NOW = 1_800_000_000.0


def told(identity: str = "", at: float = NOW, value: float = 72) -> Reception:
    return Reception(at, Output((Vital(Parameter.HR, value),), identity=identity), 1, FrameCounters())


def test_without_a_bound_device_everything_passes():
    binding = DeviceBinding(None)
    for reception in (told(), told("1"), told("2")):
        assert binding.take(reception) == [reception]
    assert (binding.told, binding.wrong, binding.words("A")) == ("2", False, "")


def test_values_wait_until_the_device_has_said_who_it_is_and_keep_their_order_and_times():
    binding = DeviceBinding("1")
    binding.opened()
    waiting = [told(at=NOW + n / 2) for n in range(4)]
    assert [binding.take(r) for r in waiting] == [[], [], [], []]
    last = told("1", NOW + 2)
    assert binding.take(last) == [*waiting, last]
    after = told(at=NOW + 3)
    assert binding.take(after) == [after]


def test_what_waited_for_another_device_is_never_handed_on():
    binding = DeviceBinding("1")
    assert binding.take(told()) == []
    assert binding.take(told("2")) == []
    assert binding.wrong
    assert "serial number 2" in binding.words("7B-01")
    assert "1 belongs to 7B-01" in binding.words("7B-01")
    assert binding.due(NOW + 100) == []
    assert [binding.take(told(at=NOW + n)) for n in range(20)] == [[]] * 20


def test_a_device_that_says_nothing_of_itself_is_let_through_after_a_bounded_wait_and_named_as_unproven():
    binding = DeviceBinding("1")
    first, second = told(at=NOW), told(at=NOW + HOLD_S)
    assert binding.take(first) == []
    assert binding.due(NOW + HOLD_S - 0.1) == []
    assert binding.take(second) == [first, second]
    assert "nobody can check" in binding.words("A")
    third = told(at=NOW + HOLD_S + 1)
    assert binding.take(third) == [third]
    assert binding.take(told("2", NOW + 9)) == []
    assert binding.wrong
    assert DeviceBinding("1").due(NOW) == []


def test_a_device_that_falls_silent_does_not_keep_back_what_it_has_said():
    binding = DeviceBinding("1", pace=30.0)
    first = told()
    assert binding.take(first) == []
    assert binding.due(NOW + HOLD_S) == []
    assert binding.due(NOW + 30 * HOLD_S) == [first]


def test_what_waits_is_bounded():
    binding = DeviceBinding("1")
    passed = [binding.take(told(at=NOW)) for _ in range(HELD)]
    assert [len(p) for p in passed] == [0] * (HELD - 1) + [HELD]


def test_the_right_device_comes_back_by_itself_but_not_within_the_read_of_the_wrong_one():
    binding = DeviceBinding("1")
    binding.take(told("1"))
    assert binding.take(told("2")) == []
    assert binding.take(told("1")) == []
    assert not binding.wrong
    right = told("1")
    assert binding.take(right) == [right]


def test_a_wrong_device_stays_the_wrong_one_over_a_new_link_until_the_right_one_speaks():
    binding = DeviceBinding("1")
    binding.take(told("2"))
    binding.opened()
    assert binding.wrong
    assert binding.take(told()) == []
    assert binding.due(NOW + 60) == []
    assert "does not say who it is" in binding.words("A")
    binding.take(told("1"))
    assert not binding.wrong


def test_one_damaged_digit_is_no_other_device_where_there_is_no_checksum():
    binding = DeviceBinding("1", checked=False)
    binding.take(told("1"))
    assert binding.take(told("7")) == []
    assert not binding.wrong
    assert binding.take(told()) == [], "a value went on although nobody knows whose it is"
    assert binding.take(told("1")) == []
    good = told("1")
    assert binding.take(good) == [good]
    assert binding.take(told("2")) == binding.take(told("2")) == []
    assert binding.wrong


def test_a_confirmed_device_is_the_right_one_at_once():
    binding = DeviceBinding("1")
    binding.take(told("2"))
    binding.bind("2")
    assert not binding.wrong
    reception = told("2")
    assert binding.take(reception) == [reception]
    binding.bind("3")
    assert binding.wrong


@given(
    st.lists(st.tuples(st.sampled_from(["", "1", "2", "open"]), st.floats(0, 3)), max_size=60),
    st.booleans(),
)
def test_nothing_that_another_device_has_said_of_itself_is_ever_handed_on(story, checked):
    """Whatever is told and however links come and go: no report that names another device passes, nothing passes
    between it and the next word of the right one, and nothing passes twice or out of order."""
    binding = DeviceBinding("1", checked=checked)
    now, passed, tainted = NOW, [], False
    for identity, pause in story:
        now += pause
        if identity == "open":
            binding.opened()
            continue
        reception = told(identity, now)
        tainted = identity == "2" or (tainted and identity != "1")
        out = binding.take(reception)
        assert all(r.output.identity != "2" for r in out)
        if tainted and checked:
            assert out == []
        passed += out
    passed += binding.due(now + 60)
    stamps = [r.stamp for r in passed]
    assert stamps == sorted(stamps)
    assert len({id(r) for r in passed}) == len(passed)
