"""A report laid out: its content as boxes, the boxes on pages. Made in steps, so that a screen goes on meanwhile."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from console.link.reports import Bars, Block, Chart, Facts, Heading, Paragraph, Report, Section, Table
from console.ui.reports_page.barbox import BarBox
from console.ui.reports_page.boxes import GAP, PAD, SIZE, Box, PairBox, RowBox, Space, TextBox, broken
from console.ui.reports_page.chartbox import ChartBox
from console.ui.reports_page.paper import PT, Paper, metrics
from console.ui.theme import Weight

NAME_WIDTH = 96 * PT
ROWS_A_STEP = 12
LEFT_OUT = "{} more are on record and are not printed. Choose a shorter window to see them."
CONTINUED = "{} (continued)"


@dataclass(slots=True)
class Page:
    """Boxes with their places from the top of the content; section: what goes on here from the page before, ""."""

    section: str = ""
    placed: list[tuple[float, Box]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """A report on its pages. made: time of making, in the ward's zone."""

    report: Report
    paper: Paper
    made: str
    pages: tuple[Page, ...]


Steps = Generator[None, None, Document]


def lay_out(report: Report, paper: Paper) -> Steps:
    """Yields between pieces of work of a few milliseconds; returns the document."""
    zone = ZoneInfo(report.zone)
    flow = _Flow(paper)
    for section in report.sections:
        flow.begin(section)
        for block in section.blocks:
            for number, box in enumerate(boxes_of(block, paper, zone)):
                flow.put(box)
                if number % ROWS_A_STEP == ROWS_A_STEP - 1:
                    yield
        yield
    made = f"{report.made_at.astimezone(zone):%d %b %Y %H:%M %Z}"
    return Document(report, paper, made, tuple(flow.finish()))


class _Flow:
    """Puts boxes on pages: a box that does not fit begins the next one, with what must not be parted from it."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._pages = [Page()]
        self._y = 0.0
        self._waiting: list[Box] = []
        self._section = ""

    def begin(self, section: Section) -> None:
        """A section: its title is told again on every page it goes on to."""
        self._flush()
        if section.own_page and self._pages[-1].placed:
            self._turn("")
        self._section = section.title
        title = broken(section.title, self._paper.inner_width, 12, Weight.BOLD, most=2)
        self.put(TextBox(title, keep=True, before=8 * PT, rule=self._paper.inner_width))
        self.put(Space(3 * PT, keep=True))

    def put(self, box: Box) -> None:
        """Take a box; one that must stand before another waits for it."""
        self._waiting.append(box)
        if not box.keep:
            self._flush()

    def finish(self) -> list[Page]:
        """All pages; one at the least."""
        self._flush()
        return self._pages

    def _flush(self) -> None:
        boxes, self._waiting = self._waiting, []
        if not boxes:
            return
        if not self._fits(boxes) and self._pages[-1].placed:
            self._turn("" if self._is_title(boxes[0]) else self._section)
            header = boxes[0].header
            if header is not None:
                self._place(header)
            self._fits(boxes)
        for box in boxes:
            if self._y + box.height > self._paper.inner_height and not box.keep and self._pages[-1].placed:
                self._turn(self._section)  # what belongs together is higher than a page
            self._place(box)

    def _fits(self, boxes: list[Box]) -> bool:
        """Whether there is room for them on this page; a chart among them is drawn smaller where that makes it."""
        over = self._y + sum(box.height for box in boxes) - self._paper.inner_height
        smaller = next((box for box in boxes if 0 < over <= box.height - box.least), None)
        if smaller is not None:
            smaller.height -= over
        return over <= 0 or smaller is not None

    @staticmethod
    def _is_title(box: Box) -> bool:
        return isinstance(box, TextBox) and box.is_section

    def _turn(self, section: str) -> None:
        self._pages.append(Page(section))
        self._y = 0.0
        if section:
            title = broken(CONTINUED.format(section), self._paper.inner_width, 9, Weight.SEMIBOLD, most=1)
            self._place(TextBox(title, keep=True))

    def _place(self, box: Box) -> None:
        if isinstance(box, Space) and not self._pages[-1].placed:
            return
        self._pages[-1].placed.append((self._y, box))
        self._y += box.height


def boxes_of(block: Block, paper: Paper, zone: ZoneInfo) -> Iterator[Box]:
    """A block in pieces that may stand on different pages."""
    width = paper.inner_width
    match block:
        case Heading():
            yield TextBox(broken(block.text, width, 9.5, Weight.BOLD, most=2), keep=True, before=5 * PT)
        case Paragraph():
            weight = Weight.BOLD if block.strong else Weight.MEDIUM
            inner = width - 10 * PT if block.strong else width
            yield TextBox(broken(block.text, inner, SIZE + 0.5, weight, most=40), before=1 * PT, bar=block.strong)
        case Facts():
            for name, text in block.pairs:
                said = broken(text, width - NAME_WIDTH, SIZE + 0.5, most=30)
                yield PairBox(broken(name, NAME_WIDTH - 4 * PT, SIZE + 0.5, Weight.SEMIBOLD, most=2), said, NAME_WIDTH)
        case Table():
            yield from _table(block, paper)
        case Chart():
            yield Space(3 * PT, keep=True)
            yield ChartBox(block, width, paper.inner_height, zone)
            yield Space(GAP, keep=True)
            return
        case Bars():
            yield Space(3 * PT, keep=True)
            yield BarBox(block, width)
    yield Space(GAP)


def _table(table: Table, paper: Paper) -> Iterator[Box]:
    width = paper.inner_width
    if not table.rows:
        yield TextBox(broken(table.empty, width, SIZE + 0.5, most=4))
        return
    total = sum(column.share for column in table.columns)
    edges = [0.0, *accumulate(width * column.share / total for column in table.columns)]
    widths = [b - a - 2 * PAD for a, b in pairwise(edges)]
    titles = [
        broken(c.title, w, SIZE - 0.5, Weight.SEMIBOLD, most=3) for c, w in zip(table.columns, widths, strict=True)
    ]
    header = RowBox(titles, table.columns, edges, head=True)
    # A row is never cut in two, so none may be higher than a page, with its header and the title above it.
    most = int((paper.inner_height - header.height - 70 * PT) / (metrics(SIZE, Weight.MEDIUM).height() * 1.08))
    yield header
    for row in table.rows:
        cells = [broken(text, w, SIZE, most=most) for text, w in zip(row.cells, widths, strict=True)]
        yield RowBox(cells, table.columns, edges, header=header, priority=row.priority, quiet=row.quiet)
    if table.left_out:
        yield TextBox(broken(LEFT_OUT.format(table.left_out), width, SIZE, Weight.BOLD))
