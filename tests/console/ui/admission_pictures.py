"""`python -m tests.console.ui.admission_pictures DIR`: a day of admissions as PNG files to look at."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from console.alarms.technical_text import other_patient
from console.link.snapshot import BedSnapshot
from console.ui import theme as themes
from console.ui.admit_page.page import AdmitPage
from console.ui.bed_page.page import BedPage
from console.ui.theme import Mode, Theme
from console.ui.wall.page import WallPage
from console.ward.admission_rules import decide_all
from console.ward.movements import Ask, Event, Movement, Occupant, Person, Question, WardState
from console.ward.patient import Patient
from console.ward.settling import monitor_question
from tests.console.ui import fakes
from tests.console.ui.ward_states import ward_of

SIZES = {"1920": (1920, 942), "1366": (1366, 652)}
ANNA = Person(("4711-01",), "Meyer-Roth, Anna Margarethe")


def asked(ask: Ask, movement: Movement | None = None, seen: Person | None = None) -> Question:
    return Question(
        ask.bed,
        ask.matter,
        ask.bed,
        ask.text,
        ask.detail,
        ask.choices,
        fakes.utc(),
        ask.other_bed,
        movement,
        seen,
        "monitor gateway",
    )


def questions(bed: BedSnapshot, patient: Patient) -> dict[str, Question]:
    """Each matter a person may have to settle at this bed."""
    taken = WardState({bed.bed: Occupant(patient, "The monitor at this bed still sends values")})
    at = fakes.utc()
    told = {
        "offer": (WardState({bed.bed: None}), Movement(Event.ADMIT, ANNA, at, bed.bed)),
        "taken": (taken, Movement(Event.ADMIT, ANNA, at, bed.bed, apply=True)),
        "watched": (taken, Movement(Event.DISCHARGE, Person(patient.ids, patient.name), at, bed.bed, apply=True)),
        "child": (
            WardState({bed.bed: None}),
            Movement(Event.ADMIT, replace(ANNA, born="2019-02-01"), at, bed.bed, apply=True),
        ),
    }
    found = {}
    for name, (ward, movement) in told.items():
        ask = decide_all(ward, movement)
        assert isinstance(ask, Ask), ask
        found[name] = asked(ask, movement)
    seen = Person(("4711-99",), "Berg, Ben")
    found["monitor"] = asked(monitor_question(bed.bed, patient, seen, "monitor gateway", ""), seen=seen)
    return found


def states() -> dict[str, BedSnapshot]:
    """The bed page in each of them."""
    bed = fakes.bed("07")
    assert bed.patient is not None
    asked_ = questions(bed, bed.patient)
    alarm = fakes.technical_alarm("Monitor names another patient", bed="07")
    alarm = replace(alarm, condition=other_patient("monitor gateway", "4711-99", bed.patient.patient_id))
    shown = {name: replace(bed, questions=(asked_[name],)) for name in ("taken", "watched")}
    shown["monitor"] = replace(bed, questions=(asked_["monitor"], asked_["watched"]), alarms=(alarm,))
    return shown


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for mode in Mode:
        for name, (width, height) in SIZES.items():
            theme = Theme(mode, compact=width < 1500)
            themes.apply(application, theme)
            for state, bed in states().items():
                page = BedPage(fakes.FakeLink(fakes.ward([bed])), "R. Test", theme)
                _draw(page, "07", width, height, folder / f"bed-{state}-{name}-{mode}.png")
            bed = fakes.bed("07")
            assert bed.patient is not None
            for state in ("offer", "child"):
                empty = replace(fakes.empty_bed("07"), questions=(questions(bed, bed.patient)[state],))
                admit = AdmitPage(fakes.FakeLink(fakes.ward([empty])), "R. Test", theme)
                _draw(admit, "07", width, height, folder / f"admit-{state}-{name}-{mode}.png")
            for beds in (4, 16, 36, 64):
                wall = WallPage(fakes.FakeLink(_wall(beds)), "R. Test", theme)
                _draw(wall, "", width, height, folder / f"wall-{beds:02d}-{name}-{mode}.png")


def _wall(count: int):
    ward = ward_of(count)
    asked_ = list(questions(fakes.bed("07"), fakes.bed("07").patient).values())
    beds = [replace(b, questions=(asked_[i % len(asked_)],)) if i % 3 != 1 else b for i, b in enumerate(ward.beds)]
    return replace(ward, beds=tuple(beds))


def _draw(page, bed: str, width: int, height: int, file: Path) -> None:
    page.resize(width, height)
    page.show()
    if bed:
        page.show_bed(bed)
    for _ in range(2):
        page.show_ward(page.link.snapshot(), fakes.NOW)
        QApplication.processEvents()
    page.grab().save(str(file))
    page.close()
    page.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
