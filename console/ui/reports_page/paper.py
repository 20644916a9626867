"""Paper: sizes, margins, type and ink. Lengths are tenths of a point (1/720 inch), so that they are whole and exact.

The type of paper has no alternate glyphs: PDF readers find the text of a file by its glyphs, and those that a font
feature puts in place (figures of one width, a raised colon) cannot be read back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QFont, QFontMetricsF, QPageSize

from console.alarms.alarm import Priority
from console.ui import theme as themes
from console.ui.theme import LIGHT, AlarmColours, Tokens, Weight

UNITS_PER_INCH = 720
PT = 10
"""Units of one point."""

MARGIN = 42 * PT
"""15 mm: what every printer can print."""

HEAD = 60 * PT
FOOT = 34 * PT


@dataclass(frozen=True, slots=True)
class Paper:
    """width, height: of the sheet, upright."""

    name: str
    width: float
    height: float
    size: QPageSize.PageSizeId

    @property
    def left(self) -> float:
        """Of what is printed."""
        return MARGIN

    @property
    def inner_width(self) -> float:
        """Of what is printed."""
        return self.width - 2 * MARGIN

    @property
    def top(self) -> float:
        """Where the content begins, below the head."""
        return MARGIN + HEAD

    @property
    def inner_height(self) -> float:
        """Of the content, between head and foot."""
        return self.height - 2 * MARGIN - HEAD - FOOT


A4 = Paper("A4", 5953, 8419, QPageSize.PageSizeId.A4)
LETTER = Paper("Letter", 6120, 7920, QPageSize.PageSizeId.Letter)
PAPERS = (A4, LETTER)


@lru_cache(maxsize=32)
def face(points: float, weight: Weight = Weight.MEDIUM) -> QFont:
    """A font of paper. Treat as immutable: it is shared."""
    made = QFont(themes.font(points * PT, weight))
    for feature in ("tnum", "calt", "liga", "dlig"):
        made.setFeature(QFont.Tag(feature), 0)
    return made


@lru_cache(maxsize=32)
def metrics(points: float, weight: Weight = Weight.MEDIUM) -> QFontMetricsF:
    """Of `face`."""
    return QFontMetricsF(face(points, weight))


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of one look: paper, or a screen."""

    sheet: str
    text: str
    quiet: str
    line: str
    faint: str
    tokens: Tokens

    def alarm(self, priority: Priority) -> AlarmColours:
        """Of a priority; always with asterisks."""
        return self.tokens.alarm(priority)

    def curve(self, name: str) -> str:
        """Of a signal, by the name of its token."""
        return str(getattr(self.tokens, name))


ON_PAPER = Ink("#FFFFFF", "#000000", "#3C4856", "#8A96A3", "#EEF1F5", LIGHT)


def on_screen(tokens: Tokens) -> Ink:
    """The same sheet as a screen of this look shows it."""
    return Ink(tokens.panel, tokens.text, tokens.text_2, tokens.line_strong, tokens.sunk, tokens)
