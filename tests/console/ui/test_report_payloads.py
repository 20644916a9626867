"""Names, notes and device text of an attacker on paper: plain text, bounded, in one piece (scoreboard row 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from console.link.reports import ReportKind, Wanted
from console.store.records import AlarmNote
from console.ui.reports_page.flow import lay_out
from console.ui.reports_page.paper import A4, MARGIN, PT
from console.ui.reports_page.sheet import pdf_of
from console.ui.reports_page.steps import finished
from tests.console.reports import past
from tests.console.ui.pdf_read import texts
from tests.console.ui.test_report_paper import pictures

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src='file:///etc/passwd'>",
    "=cmd|' /C calc'!A0",
    "%PDF-1.4 endobj stream",
    ")) Tj (x\\) \\n",
    "Robert'); DROP TABLE alarm;--",
    "\u202egnp.exe\u2066",
    "a\x00b\x1b[2Jc\r\nd\x07",
    "\ud800 lone",
    "عمر 12/34",
    "Z" * 65_536,
    "\n" * 5_000 + "end",
    "e\u0301" * 900,
)
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_payload_everywhere_gives_a_report_that_is_whole(text: str, tmp_path: Path) -> None:
    with past.report_desk(tmp_path) as (store, desk):
        patient = replace(past.failing_patient(name=text or "x"), sex=text[:40], born=text[:40])
        past.write_past(store, patient, note=text, hours=2)
        past.limit_alarms(store, 3, detail=text)
        store.put_note("w1", AlarmNote(past.hours_ago(3), "X", f"n{text[:900]}")).result(10)
        stay = next(e for e in desk.episodes().result(10) if e.bed == past.FAILING)
        wanted = [
            Wanted(ReportKind.EPISODE, past.hours_ago(48), past.END, stay),
            Wanted(ReportKind.HANDOVER, past.hours_ago(40), past.END, initials=True),
            Wanted(ReportKind.LOAD, past.hours_ago(40), past.END),
            Wanted(
                ReportKind.RECOVERY, past.RESTORED - timedelta(hours=4), past.RESTORED + timedelta(hours=76), stay,
                restored_at=past.RESTORED,
            ),
        ]  # fmt: skip
        for one in wanted:
            report = past.made(desk, one)
            pdf = finished(pdf_of(finished(lay_out(report, A4))))
            read = texts(pdf)
            assert len(read) <= 12
            for number, page in enumerate(read, 1):
                assert f"page {number} of {len(read)}" in page
                assert not any(c in page for c in "\u202e\u2066\x1b\x07")
            for picture in pictures(pdf, 36):
                edge = MARGIN // PT // 2 - 1
                strips = np.concatenate([picture[:edge].ravel(), picture[:, -edge:].ravel(), picture[-edge:].ravel()])
                assert strips.min() == 255
