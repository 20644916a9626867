"""Every manifest says what an engineer needs, in whole sentences, and says what the driver and its simulator do."""

from __future__ import annotations

import itertools
import re
import statistics
from datetime import datetime
from functools import cache

import pytest

from drivers import registry
from drivers.driver import DriverInfo
from drivers.observation import Parameter
from tests.drivers.damage import steady_state

NAMES = sorted(registry.DRIVERS)

BAUDS = {1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200}
PROSE = ("cabling", "setup", "quirks")
"""Written in sentences; verified, unverified and sources are lists of facts."""

FACTS = ("verified", "unverified", "sources")
INTERNAL = re.compile(
    r"(?i)\b(todo|fixme|tbd|placeholder|lorem)\b|(^|[ (])(/tmp|/work|/opt|/home|shared/|\.\./)|\[[VDCM]\]"
)
NO_CHECKSUM = re.compile(r"(?i)\b(no|without( a)?) check ?sum")
SNAKE_CASE = re.compile(r"(?<!device alert )\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
SECONDS, STEP_S = 60, 0.1


def texts(info: DriverInfo, *fields: str) -> list[str]:
    """Every text of these fields, one by one."""
    found: list[str] = []
    for field in fields:
        value = getattr(info, field)
        found += [value] if isinstance(value, str) else list(value)
    return found


@cache
def talk(name: str) -> tuple[bool, frozenset[Parameter], frozenset[Parameter], tuple[float, ...]]:
    """A minute of driver and simulator: whether the driver sent anything, the parameters it told, those it told with a
    value, and the times at which values came."""
    driver, simulator = registry.create(name, {}), registry.simulator(name, datetime(2026, 5, 1, 8, 30))
    state = steady_state()
    said, sent = b"", False
    told: set[Parameter] = set()
    valued: set[Parameter] = set()
    times = []
    for step in range(int(SECONDS / STEP_S)):
        output = driver.step(said, step * STEP_S)
        sent = sent or bool(output.send)
        told |= {vital.parameter for vital in output.vitals}
        valued |= {vital.parameter for vital in output.vitals if vital.value is not None}
        if output.vitals:
            times.append(step * STEP_S)
        said = simulator.step(output.send, step * STEP_S, state)
    return sent, frozenset(told), frozenset(valued), tuple(times)


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_bears_the_name_it_is_registered_by_and_a_title_of_its_own(name: str) -> None:
    info = registry.info(name)
    assert info.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert 10 <= len(info.title) <= 100
    assert not info.title.endswith(".")
    assert [other for other in NAMES if registry.info(other).title == info.title] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_an_engineer_needs_is_left_out(name: str) -> None:
    info = registry.info(name)
    for field in ("models", *PROSE, *FACTS):
        assert texts(info, field), field
        assert all(text.strip() for text in texts(info, field)), field
    assert len(set(info.models)) == len(info.models)
    assert len(set(info.parameters)) == len(info.parameters)
    assert info.parameters or "no vital signs" in info.title


@pytest.mark.parametrize("name", NAMES)
def test_prose_is_written_in_whole_sentences(name: str) -> None:
    for text in texts(registry.info(name), *PROSE):
        assert not text[0].islower() or text.startswith("kPa"), text
        assert text.endswith((".", ".)", '."')), text
        assert not re.match(r"\d+[.)] ", text), f"steps are numbered where they are shown: {text}"
    for text in texts(registry.info(name), *FACTS):
        assert not text.endswith(("..", ",", ";")), text


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_plain_whole_and_of_the_project(name: str) -> None:
    info = registry.info(name)
    for text in texts(info, "title", "models", "check", *PROSE, *FACTS):
        assert text.isprintable(), text
        assert "  " not in text, text
        assert " ." not in text, text
        assert " ," not in text, text
        assert text.count("(") == text.count(")"), text
        assert INTERNAL.search(text) is None, text
        assert len(text) <= 600, text


@pytest.mark.parametrize("name", NAMES)
def test_line_settings_are_such_as_a_port_can_have_and_none_comes_twice(name: str) -> None:
    info = registry.info(name)
    lines = (info.serial, *info.other_lines)
    assert len(set(lines)) == len(lines)
    for line in lines:
        assert line.baud in BAUDS
        assert line.bytesize in (7, 8)
        assert line.parity in ("N", "E", "O", "M", "S")
        assert line.stopbits in (1, 2)
        assert not (line.rtscts and line.xonxoff)


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_without_checksum_says_so_among_its_quirks(name: str) -> None:
    info = registry.info(name)
    says_so = [quirk for quirk in info.quirks if NO_CHECKSUM.search(quirk)]
    assert bool(info.check) or says_so
    if info.check:
        assert re.search(r"(?i)\b(bit|crc|sum|xor)", info.check), "what kind of checksum"


@pytest.mark.parametrize("name", NAMES)
def test_what_was_held_against_real_bytes_is_said_or_that_nothing_was(name: str) -> None:
    info = registry.info(name)
    weight = re.compile(r"(?i)against|nothing|no captured|only examples")
    assert any(weight.search(text) for text in info.verified)
    assert set(info.verified).isdisjoint(info.unverified)


@pytest.mark.parametrize("name", NAMES)
def test_names_in_code_letters_are_settings_of_the_driver_or_words_of_the_console(name: str) -> None:
    """A manifest must not send the engineer looking for a setting that is not there."""
    info = registry.info(name)
    driver = type(registry.create(name, {}))
    known = {*driver.settings_type.model_fields, *(parameter.value for parameter in Parameter), *NAMES}
    for text in texts(info, "title", *PROSE, "unverified"):
        assert set(SNAKE_CASE.findall(text)) <= known, text


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_explained_where_the_form_takes_its_words_from(name: str) -> None:
    settings = type(registry.create(name, {})).settings_type
    for name_of_field, field in settings.model_fields.items():
        explained = field.description or re.search(rf"\b{name_of_field}\b", settings.__doc__ or "")
        assert explained, name_of_field


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_are_those_the_simulated_device_gives(name: str) -> None:
    _, told, valued, _ = talk(name)
    assert told <= set(registry.info(name).parameters)
    assert valued == set(registry.info(name).parameters)


@pytest.mark.parametrize("name", NAMES)
def test_dialogue_says_whether_the_driver_sends_anything(name: str) -> None:
    sent, *_ = talk(name)
    assert sent == registry.info(name).dialogue


@pytest.mark.parametrize("name", [name for name in NAMES if registry.info(name).parameters])
def test_the_interval_is_that_in_which_values_come(name: str) -> None:
    """Silence is judged by it: too short cries wolf, too long lets a dead line look alive."""
    *_, times = talk(name)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 0.5 <= statistics.mean(gaps) / registry.info(name).interval_s <= 1.6
