"""The page of thresholds, worked by real clicks: from choosing to putting into force, and every way it can end."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from console.config_file import ConfigFile
from console.link.commands import Reply
from console.link.desks import Desks
from console.link.evaluation import Role, RunView
from console.station import Station
from console.store.sql_store import open_store
from console.ui.app import Options, build_window
from console.ui.evaluation_page import EvaluationPage
from console.ui.evaluation_page.force_form import WHICH_ROLE, WHY
from console.ui.theme import Theme
from console.ui.who import TYPED
from tests.console.evaluation.past_ward import END as STORED_END
from tests.console.evaluation.past_ward import RACING, Course, admit, patient, record
from tests.console.ui import fakes as f
from tests.console.ui.fake_evaluation import FakeEvaluation, result
from tests.console.ui.shell import FakeOutput
from tests.console.ui.ward_states import ward_of

HR, RR = "withdrawal.hr.one", "withdrawal.rr.one"


class Hands:
    """A person at the page."""

    def __init__(self, qtbot: QtBot, page: EvaluationPage) -> None:
        self.qtbot, self.page = qtbot, page

    def click(self, button: QAbstractButton) -> None:
        assert button.isVisible(), f"{button.text()} is not to be seen"
        assert button.isEnabled(), f"{button.text()} cannot be pressed"
        assert button.height() >= 40
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, field: QLineEdit, text: str) -> None:
        assert field.isVisible()
        assert field.isEnabled()
        field.clear()
        self.qtbot.keyClicks(field, text)

    def choose(self, key: str) -> None:
        table, row = self.page.table, self.page.model.row_of(key)
        table.scrollTo(self.page.model.index(row, 0))
        place = table.visualRect(self.page.model.index(row, 0)).center()
        self.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert self.page.editor.name.text() == key

    def propose(self, key: str, text: str) -> None:
        self.choose(key)
        self.type(self.page.editor.field, text)
        self.click(self.page.editor.propose)

    def proposed(self, key: str) -> str:
        return self.page.model.index(self.page.model.row_of(key), 1).data()


class Bench(Hands):
    """The page on an evaluation that does what the test says."""

    def __init__(self, qtbot: QtBot, evaluation: FakeEvaluation | None = None, user: str = "C. Harge") -> None:
        self.link = f.FakeLink(ward_of(16))
        self.evaluation = evaluation or FakeEvaluation()
        super().__init__(qtbot, EvaluationPage(self.link, user, Theme(), self.evaluation))
        qtbot.addWidget(self.page)
        self.page.resize(1920, 942)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.show()

    def show(self) -> None:
        self.page.show_ward(self.link.snapshot(), f.NOW)
        QApplication.processEvents()

    def run(self, **view: object) -> None:
        """Start, and let the run stand as the test says."""
        self.click(self.page.run_button)
        self.stands(**view)

    def stands(self, **view: object) -> None:
        self.evaluation.runs[-1].shown = RunView(**{"done": True, "progress": 1.0, **view})
        self.show()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def rows(table) -> list[list[str]]:
    return [[table.item(r, c).text() for c in range(table.columnCount())] for r in range(table.rowCount())]


def test_from_a_value_to_the_result_and_into_force(bench):
    page = bench.page
    assert not page.force.isVisible()
    bench.propose(HR, "116")
    assert bench.proposed(HR) == "116"
    page.span.setCurrentIndex(1)
    page.bed.setCurrentText(bench.link.ward.beds[2].bed)
    bench.run(done=False, progress=0.4, doing="7B-03, patient 3 of 8")
    (asked,) = bench.evaluation.asked
    assert (asked.changes, asked.beds) == ({HR: 116}, (bench.link.ward.beds[2].bed,))
    assert (asked.end - asked.start).days == 3
    assert asked.end == bench.link.ward.system.utc
    assert page.bar.isVisible()
    assert page.bar.value() == 400
    assert "patient 3 of 8" in page.doing.text()
    bench.stands(result=result())
    assert "10.1 patient-days, 4 patients" in page.result.head.text()
    assert page.force.isVisible()
    bench.click(page.force.go)
    assert page.force.message.text() == WHICH_ROLE
    page.force.role.setCurrentIndex(1)
    bench.click(page.force.go)
    assert page.force.message.text() == WHY
    bench.type(page.force.reason, "many fevers")
    bench.click(page.force.go)
    assert bench.evaluation.put == [({HR: 116}, "C. Harge", Role.CHARGE_NURSE, "many fevers")]
    assert "from the next start" in page.marks.text()
    row = page.model.row_of(HR)
    assert [page.model.index(row, c).data() for c in range(4)] == [
        "one   ● from the next start",
        "",
        "110 → 116",
        "110",
    ]
    assert not page.force.isVisible()


def test_nobody_puts_anything_into_force(qtbot):
    bench = Bench(qtbot, user="")
    bench.propose(HR, "116")
    bench.run(result=result())
    bench.click(bench.page.force.go)
    assert bench.page.force.message.text() == f"{TYPED} Nothing was changed."
    assert bench.evaluation.put == []


def test_a_refusal_is_shown_and_everything_stays(bench):
    bench.evaluation.answer = Reply("The audit trail does not answer; nothing was changed.")
    bench.propose(HR, "116")
    bench.run(result=result())
    bench.page.force.role.setCurrentIndex(2)
    bench.type(bench.page.force.reason, "x")
    bench.click(bench.page.force.go)
    assert "audit trail does not answer" in bench.page.force.message.text()
    assert bench.page.force.reason.text() == "x"
    assert bench.proposed(HR) == "116"


def test_a_value_changed_after_the_run_has_to_be_shown_again(bench):
    bench.propose(HR, "116")
    bench.run(result=result())
    bench.propose(RR, "22")
    assert not bench.page.force.isVisible()
    assert bench.page.stale.isVisible()
    bench.choose(RR)
    bench.click(bench.page.editor.drop)
    assert bench.page.force.isVisible()
    assert not bench.page.stale.isVisible()


@pytest.mark.parametrize(("text", "words"), [("999", "less than or equal to 250"), ("fast", "write a number")])
def test_a_refused_value_has_its_sentence_beside_the_field_and_cannot_be_run(bench, text, words):
    bench.propose(HR, text)
    editor = bench.page.editor
    assert words in editor.fault.text()
    assert editor.fault.isVisible()
    assert editor.field.property("invalid")
    assert bench.proposed(HR) == f"?  {text}"
    assert not bench.page.run_button.isEnabled()
    bench.click(editor.drop)
    assert editor.fault.text() == ""
    assert bench.page.run_button.isEnabled()


def test_the_fault_of_another_value_is_told_by_its_name(bench):
    bench.propose(HR, "999")
    bench.choose(RR)
    assert bench.page.editor.fault.text().startswith(f"?  {HR}: ")


def test_an_own_value_is_marked_and_goes_back_to_the_shipped_one(qtbot):
    bench = Bench(qtbot, FakeEvaluation({RR: 22}))
    page = bench.page
    assert page.marks.text().startswith("1 of ")
    bench.click(page.own)
    assert page.model.rowCount() == 2
    bench.choose(RR)
    assert "In force 22 · shipped 21 · allowed" in page.editor.facts.text()
    bench.click(page.editor.shipped)
    assert bench.proposed(RR) == "21"
    bench.run(result=result())
    assert bench.evaluation.asked[-1].changes == {RR: 21}


def test_searching_finds_by_key_and_by_source(bench):
    bench.type(bench.page.search, "withdrawal hr")
    assert bench.page.model.row_of(HR) >= 0
    assert bench.page.model.row_of(RR) < 0
    bench.type(bench.page.search, "song")
    assert bench.page.model.row_of("withdrawal.temp.sci_one") >= 0
    bench.type(bench.page.search, "nothing like it")
    assert bench.page.model.rowCount() == 0


def test_a_run_can_be_cancelled(bench):
    bench.propose(HR, "116")
    bench.run(done=False, progress=0.2)
    assert not bench.page.run_button.isEnabled()
    bench.click(bench.page.cancel)
    bench.show()
    assert bench.evaluation.runs[-1].cancelled
    assert bench.page.empty.isVisible()
    assert bench.page.run_button.isEnabled()
    assert not bench.page.cancel.isVisible()
    assert not bench.page.force.isVisible()


def test_an_error_is_told_and_the_way_is_open_again(bench):
    bench.run(error="There is no database at /srv/ward.db.")
    assert bench.page.error.isVisible()
    assert "There is no database at /srv/ward.db. The ward's alarms are not touched" in bench.page.error.text()
    bench.run(result=result())
    assert bench.page.result.isVisible()


def test_a_run_that_cannot_be_started_is_told(bench):
    bench.evaluation.problem = OSError(12, "Cannot allocate memory")
    bench.click(bench.page.run_button)
    bench.show()
    assert "cannot be started: Cannot allocate memory" in bench.page.error.text()


def test_little_data_says_so(bench):
    bench.run(result=result(0.4))
    assert bench.page.result.few.isVisible()
    assert bench.page.result.few.text.text().startswith("0.4 patient-days: too few to judge a rate.")
    bench.run(done=False)
    bench.stands(result=result(6.0))
    assert not bench.page.result.few.isVisible()


def test_alarms_people_acted_on_lead_with_a_plain_warning(bench):
    bench.run(result=result())
    view = bench.page.result
    assert view.costs.isVisible()
    assert "Alarms people acted on: 1 would have come later." in view.costs.text.text()
    assert view.episodes.isVisible()
    first = rows(view.episodes)[0]
    assert first[0] == "14 min later"
    assert first[3] == "Autonomic, warning"
    assert first[5] == "Pump team informed, R. Nurse"


def test_the_load_stands_side_by_side_per_patient_day(bench):
    bench.run(result=result(10.0, differences=()))
    view = bench.page.result
    assert not view.costs.isVisible()
    assert view.loads.isVisible()
    table = rows(view.loads)
    assert table[0][:5] == ["Autonomic ≥ watch", "3.10  (31)", "2.40  (24)", "6.0 %", "4.6 %"]
    assert table[1][5] == "12 | 18 min"
    assert [row[0] for row in table[6:]] == ["Single limits", "Single limits, high", "NEWS2 ≥ 5", "NEWS2 ≥ 7"]
    bench.click(view.show_episodes)
    assert view.same.isVisible()
    assert not view.episodes.isVisible()


def test_names_from_the_ward_are_shown_as_plain_text(bench):
    one = replace(result().differences[0], patient="<b>Bold</b>")
    bench.run(result=result(differences=(one,)))
    assert rows(bench.page.result.episodes)[0][2] == "<b>Bold</b>"


@pytest.mark.parametrize("size", [(1920, 942), (1366, 652)])
def test_nothing_is_cut_off_at_either_size(bench, size):
    bench.page.set_theme(Theme(compact=size[0] < 1500))
    bench.page.resize(*size)
    bench.propose(HR, "116")
    bench.run(result=result(0.4))
    assert (bench.page.width(), bench.page.height()) == size
    view = bench.page.result
    for choice, table in ((view.show_episodes, view.episodes), (view.show_loads, view.loads)):
        bench.click(choice)
        bench.show()
        assert table.isVisible()
        assert table.horizontalHeader().length() <= table.width()


# --- the real window on a real station ------------------------------------------------------------------------------


def test_a_person_takes_a_value_from_the_page_into_the_next_start(qtbot: QtBot, tmp_path: Path):
    path = tmp_path / "ward.toml"
    path.write_text('# ours\n[ward]\nbeds = ["B"]  # the bed\n')
    store = open_store(f"sqlite:///{tmp_path / 'ward.db'}", flush_s=0.02)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    ago = (now - STORED_END).total_seconds() / 3600
    admit(store, patient("B", 7 - ago))
    record(store, Course("B", 7, ill=RACING, ill_from_h=5, ill_to_h=3), now)
    store.close()
    file = ConfigFile(path)
    station = Station(file.config, tmp_path, file=file)
    station.start()
    window = build_window(
        station.link(), Options(user="C. Harge"), FakeOutput(), Desks(station.devices, station.evaluation)
    )
    qtbot.addWidget(window)
    try:
        window.resize(1366, 768)
        window.show()
        qtbot.waitExposed(window)
        qtbot.keyClick(window, Qt.Key.Key_F5)
        page = window.current
        assert isinstance(page, EvaluationPage)
        hands = Hands(qtbot, page)
        hands.propose("withdrawal.persistence.warning_min", "30")
        hands.click(page.run_button)
        deadline = time.monotonic() + 90
        while not page.result.isVisible():
            assert time.monotonic() < deadline, page.error.text()
            window.refresh()
            QApplication.processEvents()
            time.sleep(0.02)
        assert "too few to judge" in page.result.few.text.text()
        assert any(row[0].endswith("min later") for row in rows(page.result.episodes))
        page.force.role.setCurrentIndex(2)
        hands.type(page.force.reason, "short exertions")
        hands.click(page.force.go)
        qtbot.waitUntil(lambda: "from the next start" in page.marks.text(), timeout=20_000)
    finally:
        window.close()
        station.stop()
    text = path.read_text()
    assert text.startswith('# ours\n[ward]\nbeds = ["B"]  # the bed\n')
    assert '"withdrawal.persistence.warning_min" = 30' in text
    again = Station((file := ConfigFile(path)).config, tmp_path, file=file)
    again.start()
    try:
        assert again.evaluation is not None
        one = next(t for t in again.evaluation.thresholds() if t.key == "withdrawal.persistence.warning_min")
        assert (one.in_force, one.own, one.waits) == (30, True, False)
    finally:
        again.stop()
