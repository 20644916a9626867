"""Reports on paper: page breaks, margins, text that can be read back, on A4 and on Letter."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from console.alarms.alarm import Priority, Stage
from console.link.reports import (
    Bars,
    Block,
    Chart,
    ChartRow,
    Column,
    Facts,
    Heading,
    Line,
    Mark,
    Paragraph,
    Report,
    ReportKind,
    Ribbon,
    Row,
    Section,
    Shade,
    Table,
)
from console.ui.reports_page.boxes import RowBox, TextBox
from console.ui.reports_page.chartbox import ChartBox
from console.ui.reports_page.flow import Document, lay_out
from console.ui.reports_page.paper import A4, LETTER, MARGIN, PAPERS, PT, Paper
from console.ui.reports_page.sheet import pdf_of
from console.ui.reports_page.steps import finished
from tests.console.ui.pdf_read import opened, texts

MADE = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
COLUMNS = (
    Column("Raised", 1.5),
    Column("", 0.5),
    Column("Alarm", 3),
    Column("Note", 3),
    Column("Value", 1, right=True),
)
pytestmark = pytest.mark.usefixtures("qapp")


def report(*blocks: Block, **more: object) -> Report:
    """A report with one section of these blocks."""
    values = {
        "kind": ReportKind.EPISODE, "title": "Patient episode", "subject": "Alder, Test · P-4711 · Bed 7B-01",
        "ward": "Ward 7B", "zone": "Europe/London", "start": MADE - timedelta(hours=24), "end": MADE, "made_at": MADE,
        "made_by": "N. Urse", "sections": (Section("Alarms", blocks),), "sentence": "A pattern is not a diagnosis.",
        **more,
    }  # fmt: skip
    return Report(**values)  # type: ignore[arg-type]


def alarms(count: int, note: str = "above 120 for 15 s") -> Table:
    rows = tuple(
        Row((f"09 Mar {n // 60:02d}:{n % 60:02d}", "**", f"alarm {n}x", note, str(n)), Priority.MEDIUM)
        for n in range(count)
    )
    return Table("Alarms", COLUMNS, rows, "No alarms in this window.")


def laid(made: Report, paper: Paper = A4) -> Document:
    return finished(lay_out(made, paper))


def printed(made: Report, paper: Paper = A4) -> bytes:
    return finished(pdf_of(laid(made, paper)))


def pictures(pdf: bytes, dpi: int = 72) -> list[np.ndarray]:
    """Each page as grey values, a row of pixels after the other."""
    found = []
    with opened(pdf) as document:
        for index in range(document.pageCount()):
            size = document.pagePointSize(index) * (dpi / 72)
            image = document.render(index, QSize(round(size.width()), round(size.height())))
            white = QImage(image.size(), QImage.Format.Format_RGB32)
            white.fill(0xFFFFFFFF)
            from PySide6.QtGui import QPainter

            painter = QPainter(white)
            painter.drawImage(0, 0, image)
            painter.end()
            grey = white.convertToFormat(QImage.Format.Format_Grayscale8)
            raw = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
            found.append(raw[:, : grey.width()].copy())
    return found


# --- page breaks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
def test_300_alarms_break_between_rows_under_a_repeated_header(paper: Paper) -> None:
    document = laid(report(alarms(300)), paper)
    assert len(document.pages) > 5
    seen: list[str] = []
    for number, page in enumerate(document.pages):
        bottom = 0.0
        for y, box in page.placed:
            assert y == pytest.approx(bottom)  # nothing overlaps
            bottom = y + box.height
        assert bottom <= paper.inner_height + 1e-6  # nothing is cut
        rows = [box for _, box in page.placed if isinstance(box, RowBox)]
        assert rows[0].head
        assert [box.head for box in rows[1:]] == [False] * (len(rows) - 1)
        assert (number == 0) or next(page.placed[0][1].words()) == "Alarms (continued)"
        seen += [word for box in rows for word in box.words() if word.startswith("alarm ")]
    assert seen == [f"alarm {n}x" for n in range(300)]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_alarm_can_be_read_back_and_every_page_tells_whose_it_is(paper: Paper) -> None:
    read = texts(printed(report(alarms(300)), paper))
    for number, text in enumerate(read, 1):
        for said in (
            "Alder, Test · P-4711 · Bed 7B-01",
            "Ward 7B · Patient episode",
            "Made 09 Mar 2026 15:00 GMT by N. Urse · all times Europe/London",
            f"page {number} of {len(read)}",
            "A pattern is not a diagnosis.",
            "Raised",
        ):
            assert said in text, (said, number)
    whole = "\n".join(read)
    assert [n for n in range(300) if f"alarm {n}x" not in whole] == []


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_printed_in_the_margins_and_the_sheet_has_its_size(paper: Paper) -> None:
    pdf = printed(report(*everything()), paper)
    with opened(pdf) as document:
        size = document.pagePointSize(0)
    assert (size.width(), size.height()) == (
        pytest.approx(paper.width / PT, abs=1),
        pytest.approx(paper.height / PT, abs=1),
    )
    edge = MARGIN // PT - 2
    for page in pictures(pdf):
        for strip in (page[:edge], page[-edge:], page[:, :edge], page[:, -edge:]):
            assert strip.min() == 255
        assert page.min() < 60  # and something is printed


def test_a_title_never_stands_alone_at_the_foot_of_a_page() -> None:
    for count in range(20, 60):
        document = laid(report(alarms(count), Heading("The next part"), alarms(3), Paragraph("end")))
        for page in document.pages:
            last = page.placed[-1][1]
            assert not last.keep, list(last.words())


def test_a_row_that_would_not_fit_a_page_is_cut_and_says_so() -> None:
    table = alarms(3, note="\n".join(f"line {n}" for n in range(500)))
    document = laid(report(table))
    rows = [box for page in document.pages for _, box in page.placed if isinstance(box, RowBox) and not box.head]
    assert len(rows) == 3
    for box in rows:
        assert box.height <= A4.inner_height
        assert any("more lines do not fit a page" in word for word in box.words())


def test_a_chart_is_drawn_smaller_before_it_begins_a_page_and_is_never_cut() -> None:
    heights = set()
    for count in range(1, 45):
        document = laid(report(alarms(count), chart()))
        placed = [(y, box) for page in document.pages for y, box in page.placed if isinstance(box, ChartBox)]
        ((y, box),) = placed
        assert box.least - 1e-6 <= box.height
        assert y + box.height <= A4.inner_height + 1e-6
        heights.add(round(box.height))
    assert len(heights) > 3


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("lines", [0, 5, 20, 60])
def test_a_chart_of_all_signals_and_what_explains_it_never_leave_their_page(paper: Paper, lines: int) -> None:
    signals = chart().rows[:1] * 7
    whole = replace(chart(), rows=signals)
    said = Paragraph("words " * 18 * lines) if lines else Paragraph("words")
    for count in (0, 1, 15, 30):
        document = laid(report(alarms(count), whole, said, alarms(2)), paper)
        for page in document.pages:
            for y, box in page.placed:
                assert y + box.height <= paper.inner_height + 1e-6


# --- text --------------------------------------------------------------------------------------------------------


def test_every_printable_character_can_be_read_back_from_the_file() -> None:
    marks = "–—·…“”±≥≤→µ°²₂äöüßéÅñç▲▼−½"
    tokens = (
        *(f"q{c}q" for c in string.punctuation + string.digits + marks),
        "12:34:56",
        "5x5",
        "->",
        "50x20",
        "fi",
        "***",
    )
    read = "".join(texts(printed(report(Paragraph(" ".join(tokens)), *(Paragraph(t) for t in tokens)))))
    assert [token for token in tokens if read.count(token) < 1] == []


def test_text_is_text_in_the_file_and_its_fonts_are_inside() -> None:
    pdf = printed(report(alarms(20)))
    assert pdf.count(b"/FontFile") >= 2
    assert b"/Subtype /Image" not in pdf


PAYLOADS = (
    "<b>bold</b><img src=x onerror=alert(1)>",
    "=HYPERLINK(1)",
    "عمر بن حفصون 12/34",
    "אבג def 56",
    "⟨U+202E⟩gnp.exe",
    "%n%s${jndi:x}",
    "</text>&amp;&#65;",
    "𝔘𝔫𝔦 😀 e\u0301",
)


@pytest.mark.parametrize("text", PAYLOADS)
def test_text_from_outside_is_printed_as_it_is(text: str) -> None:
    made = report(Facts((("Name", text),)), Table("T", COLUMNS, (Row(("a", "", text, text * 30, "1")),), "none"))
    document = laid(replace(made, subject=text, ward=text, made_by=text))
    words = [w for page in document.pages for _, box in page.placed for w in box.words()]
    assert text in words
    pdf = finished(pdf_of(document))
    assert len(texts(pdf)) == 1
    for page in pictures(pdf):
        assert page[:, -(MARGIN // PT - 2) :].min() == 255


def test_words_without_a_space_are_broken_and_stay_within_their_column() -> None:
    for text in ("x" * 3_000, "W" * 500, "字" * 200, "😀" * 300):
        pdf = printed(report(Table("T", COLUMNS, (Row((text, "**", text, text, "1"), Priority.HIGH),), "none")))
        for page in pictures(pdf):
            assert page[:, -(MARGIN // PT - 2) :].min() == 255


def test_a_long_subject_and_a_long_sentence_take_their_lines_and_no_more() -> None:
    made = report(alarms(2), subject="Name " * 200, sentence="sentence " * 100, ward="w" * 300, made_by="b" * 300)
    for page in pictures(printed(made)):
        assert page[:, -(MARGIN // PT - 2) :].min() == 255
        assert page[-(MARGIN // PT - 2) :].min() == 255


def test_an_empty_report_is_one_page_and_an_empty_table_a_sentence() -> None:
    (text,) = texts(printed(report(alarms(0))))
    assert "No alarms in this window." in text
    assert "Raised" not in text
    assert len(texts(printed(report(sections=())))) == 1


def test_demo_stands_on_every_page_and_only_there() -> None:
    for text in texts(printed(report(alarms(100), demo=True))):
        assert "DEMO" in text
    for text in texts(printed(report(alarms(100)))):
        assert "DEMO" not in text


def test_rows_that_are_not_printed_are_counted() -> None:
    (text,) = texts(printed(report(replace(alarms(2), left_out=17))))
    assert "17 more are on record and are not printed." in text


# --- drawings ----------------------------------------------------------------------------------------------------


def chart(hours: float = 24, **more: object) -> Chart:
    end = MADE.timestamp()
    start = end - hours * 3600
    times = np.linspace(start, end, 600)
    values = 80 + 20 * np.sin(times / 3000)
    values[200:260] = np.nan
    rows = (
        ChartRow("HR", "/min", "hr", 40, 150, 0, (Line("HR", times, values),), (), (50.0, 120.0), 74.0),
        ChartRow("BP", "mmHg", "bp", 40, 190, 0, (), tuple((float(t), 70.0, 130.0) for t in times[::40])),
        ChartRow("Temp", "°C", "temp", 35.5, 40, 1, empty="No temperature received in this window."),
    )
    values_ = {
        "ribbons": (Ribbon("Autonomic", ((start + 3600, Stage.WARNING), (start + 7200, Stage.EMERGENCY))),),
        "marks": tuple(Mark(start + n * 600, "pump", str(n)) for n in range(1, 40)),
        "shades": (
            Shade(start + 4000, start + 9000, "gap", "no data"),
            Shade(start, end, "recovery", "r", start + 5000),
        ),
        **more,
    }
    return Chart(start, end, rows, **values_)  # type: ignore[arg-type]


def everything() -> tuple[Block, ...]:
    bars = Bars("Alarms per hour", tuple((f"{h:02d}", h, h // 2, h // 5) for h in range(24)))
    facts = Facts(tuple((f"Fact {n}", "words " * (n * 6)) for n in range(8)))
    return (
        Paragraph("A pattern is not a diagnosis.", strong=True),
        facts,
        chart(),
        alarms(40),
        bars,
        alarms(0),
        chart(700),
    )


def test_a_chart_without_any_value_says_so_in_its_place() -> None:
    assert "No temperature received in this window." in texts(printed(report(chart())))[0]


def test_no_line_is_drawn_over_a_gap() -> None:
    """Of one row: the columns of the gap hold frame and shade, and none of the curve's colour."""
    end = MADE.timestamp()
    times = np.linspace(end - 3600, end, 360)
    values = np.full(360, 80.0)
    values[120:240] = np.nan
    line = ChartRow("HR", "/min", "hr", 40, 150, 0, (Line("HR", times, values),))
    with opened(printed(report(Chart(end - 3600, end, (line,))))) as document:
        image = document.render(0, QSize(1190, 1684))
    green = [
        x
        for x in range(image.width())
        for y in range(image.height() // 2)
        if (p := image.pixelColor(x, y)).alpha() and p.green() > p.red() + 40 and p.green() > p.blue() + 25
    ]
    left, right = (MARGIN / PT + 62) * 2, 1190 - MARGIN / PT * 2
    shares = [(x - left) / (right - left) for x in green if x > left + 4]
    assert any(s < 0.3 for s in shares)
    assert any(s > 0.7 for s in shares)
    assert not [s for s in shares if 0.36 < s < 0.64]


def test_300_alarms_with_a_chart_are_laid_out_and_painted_in_under_a_second() -> None:
    import time

    made = report(chart(), alarms(300))
    best = 9.0
    for _ in range(3):
        begun = time.process_time()
        printed(made)
        best = min(best, time.process_time() - begun)
    assert best < 1.0


def test_letter_is_wider_and_shorter_than_a4() -> None:
    assert len(laid(report(alarms(300)), LETTER).pages) > len(laid(report(alarms(300)), A4).pages)
    titles = [box for _, box in laid(report(alarms(1))).pages[0].placed if isinstance(box, TextBox) and box.is_section]
    assert len(titles) == 1
