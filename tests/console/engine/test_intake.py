"""The queue of the engine: ordered, bounded, thinned without losing commands or miscounting."""

from __future__ import annotations

from concurrent.futures import Future

from hypothesis import given
from hypothesis import strategies as st

from console.engine.intake import COMMAND_LIMIT, Intake
from console.engine.items import DeviceReport, Samples
from console.link.commands import Ask, AuditNote, Reply
from console.store.records import Sample
from drivers.observation import DeviceAlert, Parameter
from tests.console.ward_fakes import observation

HR, SPO2 = Parameter.HR, Parameter.SPO2


def samples(bed: str, value: float, parameter: Parameter = HR, source: str = "m") -> Samples:
    return Samples((Sample(bed, observation(parameter, value, value, source)),))


def ask(act: str = "x") -> Ask:
    future: Future[Reply] = Future()
    return Ask(AuditNote("A", act), future)


def values(items) -> list[tuple[str, float]]:
    return [(s.bed, s.observation.value) for i in items if isinstance(i, Samples) for s in i.samples]


def test_items_come_out_in_order():
    intake = Intake()
    items = [samples("a", 1), ask(), samples("a", 2), DeviceReport("a", "m", DeviceAlert("c", "t"), 1.0)]
    assert all(intake.put(item) for item in items)
    assert intake.take(0) == items
    assert intake.take(0) == []


def test_overflow_keeps_the_newest_of_each_bed_parameter_and_source_and_counts_the_rest():
    intake = Intake(sample_limit=10)
    for value in range(10):
        intake.put(samples("a" if value % 2 else "b", value))
    command = ask()
    intake.put(command)
    intake.put(samples("a", 10))
    taken = intake.take(0)
    assert values(taken) == [("b", 8), ("a", 10)]
    assert taken.index(command) == 1
    assert intake.thinned == 9


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([HR, SPO2]), st.booleans()), max_size=200))
def test_nothing_is_lost_uncounted_and_commands_never(script):
    intake = Intake(sample_limit=20)
    sent, commands = 0, []
    newest: dict = {}
    for number, (bed, parameter, is_command) in enumerate(script):
        if is_command:
            commands.append(ask(str(number)))
            intake.put(commands[-1])
        else:
            sent += 1
            newest[(bed, parameter)] = float(number)
            intake.put(samples(bed, float(number), parameter))
        assert intake.depth <= 2 * 21 + len(commands)
    taken = intake.take(0)
    got = values(taken)
    assert len(got) + intake.thinned == sent
    assert [i for i in taken if isinstance(i, Ask)] == commands
    kept = [s for i in taken if isinstance(i, Samples) for s in i.samples]
    last = {(s.bed, s.observation.parameter): s.observation.value for s in kept}
    assert last == newest
    assert [v for _, v in got] == sorted(v for _, v in got)


def test_commands_beyond_the_bound_are_refused_not_lost():
    intake = Intake()
    taken = [intake.put(ask()) for _ in range(COMMAND_LIMIT + 5)]
    assert taken.count(False) == 5


def test_a_closed_queue_takes_nothing_more_and_gives_what_it_has():
    intake = Intake()
    intake.put(samples("a", 1))
    intake.close()
    assert not intake.put(samples("a", 2))
    assert values(intake.take(5)) == [("a", 1)]
    assert intake.take(5) == []
