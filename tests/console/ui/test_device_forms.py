"""Forms made from the settings of drivers, and the line settings."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import pytest
from pydantic import Field
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QSpinBox, QWidget

from console.ui.devices_page.line_form import LineForm
from console.ui.devices_page.settings_form import SettingsForm
from console.ui.theme import Mode, Theme
from drivers.dri_s5.driver import DriS5
from drivers.driver import DriverSettings, SerialSettings
from tests.console.ui.device_bench import DeviceBench
from tests.console.ui.fake_desk import BusySettings
from tests.console.ui.test_device_setup import BEDS, to_bed


class Mode3(Enum):
    SLOW = "slow"
    FAST = "fast"


class OddSettings(DriverSettings):
    """speed: how fast it asks. seconds: between two requests."""

    speed: Mode3 = Mode3.SLOW
    seconds: Annotated[int, Field(gt=0, lt=10)] = 3
    limit: float | None = None


@pytest.fixture
def form(qtbot):
    made = SettingsForm(BusySettings)
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_kind_of_setting_has_its_input(form):
    kinds = {name: type(entry.widget) for name, entry in form.inputs.items()}
    assert kinds == {
        "waves": QCheckBox,
        "interval_s": QSpinBox,
        "gain": QDoubleSpinBox,
        "channel": QComboBox,
        "label": QLineEdit,
    }
    assert form.inputs["interval_s"].widget.accessibleName() == "Interval, s"
    assert "Seconds between two reports." in [w.text() for w in form.findChildren(QLabel)]


def test_numbers_keep_to_their_range(qtbot, form):
    seconds = form.inputs["interval_s"].widget
    assert (seconds.minimum(), seconds.maximum()) == (1, 60)
    assert (form.inputs["gain"].widget.minimum(), form.inputs["gain"].widget.maximum()) == (0.5, 2.0)
    odd = SettingsForm(OddSettings)
    qtbot.addWidget(odd)
    assert (odd.inputs["seconds"].widget.minimum(), odd.inputs["seconds"].widget.maximum()) == (1, 9)


def test_only_what_differs_from_the_driver_is_kept(form):
    assert form.values() == {}
    form.inputs["channel"].widget.setCurrentText("P2")
    form.inputs["waves"].widget.setChecked(True)
    form.inputs["interval_s"].widget.setValue(9)
    assert form.values() == {"channel": "P2", "waves": True, "interval_s": 9}


def test_what_stands_in_the_file_is_shown_and_kept(form):
    given = {"waves": True, "interval_s": 7, "gain": 1.5, "channel": "P1", "label": "X"}
    form.fill(given)
    assert form.values() == given
    form.fill({})
    assert form.values() == {}


def test_choices_and_numbers_that_may_be_left_out(qtbot):
    form = SettingsForm(OddSettings)
    qtbot.addWidget(form)
    form.fill({"speed": "fast"})
    assert form.values() == {"speed": "fast"}
    qtbot.keyClicks(form.inputs["limit"].widget, "abc")
    assert not form.check()
    assert form.errors.text().startswith("Limit: input should be a valid number")
    form.inputs["limit"].widget.clear()
    qtbot.keyClicks(form.inputs["limit"].widget, "2.5")
    assert form.check()
    assert form.values() == {"speed": "fast", "limit": 2.5}


def test_a_driver_that_describes_its_settings_in_words_is_read_out(qtbot):
    form = SettingsForm(DriS5.settings_type)
    qtbot.addWidget(form)
    assert any("Also ask for the alarms on the screen" in w.text() for w in form.findChildren(QLabel))
    assert SettingsForm(DriverSettings).values() == {}


@pytest.mark.parametrize(
    "chosen",
    [
        SerialSettings(19200, 7, "E", 2, True),
        SerialSettings(1234),
        SerialSettings(9600, rtscts=True, xonxoff=True),
        None,
    ],
)
def test_line_settings_come_back_as_they_were_given(qtbot, chosen):
    lines = LineForm()
    qtbot.addWidget(lines)
    lines.fill(SerialSettings(), chosen)
    assert lines.value() == chosen
    assert lines.back.isEnabled() is (chosen is not None)


def test_changed_line_settings_say_so_and_can_be_taken_back(qtbot):
    lines = LineForm()
    qtbot.addWidget(lines)
    lines.show()
    lines.fill(SerialSettings(), None)
    lines.parity.setCurrentText("Even")
    assert lines.told.text() == "Changed: the driver names 9600 8N1. The device must be set alike."
    assert lines.value() == SerialSettings(parity="E")
    qtbot.mouseClick(lines.back, Qt.MouseButton.LeftButton)
    assert lines.value() is None


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("size", [(1920, 942), (1366, 652), (970, 652)])
def test_every_step_fits_every_screen(qtbot, mode, size):
    bench = DeviceBench(qtbot, BEDS)
    bench.page.set_theme(Theme(mode, compact=size[0] < 1600))
    bench.page.resize(*size)
    to_bed(bench)
    bench.qtbot.wait(1)
    assert (bench.page.width(), bench.page.height()) == size
    for widget in (bench.setup.next, bench.setup.cancel, bench.setup.bed.confirmation.match, *bench.setup.steps):
        assert inside(bench.page, widget), widget.text()
    bench.page.close()


def inside(page: QWidget, widget: QWidget) -> bool:
    corner = widget.mapTo(page, QPoint(0, 0))
    return page.rect().contains(corner) and page.rect().contains(corner + QPoint(widget.width(), widget.height()))
