"""How the console looks: one table of tokens, the type scale, and what is derived from them.

Every colour and size on screen comes from here. Red, yellow and cyan are alarms and nothing else; parameter colours
are for text and lines, never for areas.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

import resources
from console.alarms.alarm import Priority
from console.ui.wording import PREFIX as PREFIX
from drivers.observation import Parameter


class Mode(StrEnum):
    """The two looks."""

    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class AlarmColours:
    """Colours of one priority. fill/text: bright; dim: the other phase of the flash, with dim_text; past: dulled.

    edge: outline of a bright area, "" where it needs none. outline: frame and text of an acknowledged alarm.
    """

    fill: str
    text: str
    dim: str
    dim_text: str
    past: str
    edge: str
    outline: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one look, as #RRGGBB."""

    bg: str
    panel: str
    raised: str
    sunk: str
    line: str
    line_strong: str
    text: str
    text_2: str
    muted: str
    interaction: str
    interaction_fill: str
    hr: str
    spo2: str
    rr: str
    bp: str
    temp: str
    etco2: str
    limit_band: str
    limit_line: str
    baseline: str
    selected_fill: str
    selected_text: str
    button_dark: str
    high: AlarmColours
    medium: AlarmColours
    low: AlarmColours

    def alarm(self, priority: Priority) -> AlarmColours:
        """Colours of a priority."""
        return {Priority.HIGH: self.high, Priority.MEDIUM: self.medium, Priority.LOW: self.low}[priority]

    def parameter(self, parameter: Parameter) -> str:
        """Text and line colour of a parameter."""
        return str(getattr(self, _COLOUR_OF[parameter]))


_COLOUR_OF: dict[Parameter, str] = {
    Parameter.HR: "hr",
    Parameter.PR: "hr",
    Parameter.RR: "rr",
    Parameter.SPO2: "spo2",
    Parameter.PERFUSION_INDEX: "spo2",
    Parameter.ETCO2: "etco2",
    Parameter.NIBP_SYS: "bp",
    Parameter.NIBP_DIA: "bp",
    Parameter.NIBP_MEAN: "bp",
    Parameter.ART_SYS: "bp",
    Parameter.ART_DIA: "bp",
    Parameter.ART_MEAN: "bp",
    Parameter.TEMP: "temp",
}

DARK = Tokens(
    bg="#0A0E13",
    panel="#121922",
    raised="#1A232F",
    sunk="#0D131A",
    line="#263241",
    line_strong="#37465A",
    text="#E8EEF5",
    text_2="#AEBACA",
    muted="#8593A6",
    interaction="#9DB2FF",
    interaction_fill="#25305A",
    hr="#5FD38D",
    spo2="#5E9CFF",
    rr="#EADBC0",
    bp="#F58AC6",
    temp="#EC9A63",
    etco2="#D3C6FF",
    limit_band="#17222D",
    limit_line="#7C8CA0",
    baseline="#E8EEF5",
    selected_fill="#E8EEF5",
    selected_text="#0A0E13",
    button_dark="#0A0E13",
    high=AlarmColours("#CC1823", "#FFFFFF", "#5A1218", "#FFFFFF", "#8A2E37", "", "#FF6B74"),
    medium=AlarmColours("#FFD21A", "#141000", "#5C4C0A", "#FFFFFF", "#80691A", "", "#FFD21A"),
    low=AlarmColours("#2BD4E8", "#04191D", "#2BD4E8", "#04191D", "#1E6673", "", "#2BD4E8"),
)

LIGHT = Tokens(
    bg="#EEF1F5",
    panel="#FFFFFF",
    raised="#F5F7FA",
    sunk="#E4E9EF",
    line="#CBD3DC",
    line_strong="#9AA7B5",
    text="#10161D",
    text_2="#3C4856",
    muted="#566373",
    interaction="#3A4FC4",
    interaction_fill="#DDE3FF",
    hr="#0F6B37",
    spo2="#123F94",
    rr="#5C4A1E",
    bp="#A8246F",
    temp="#A84F0C",
    etco2="#7F4FCB",
    limit_band="#E9EEF4",
    limit_line="#6B7887",
    baseline="#10161D",
    selected_fill="#10161D",
    selected_text="#FFFFFF",
    button_dark="#10161D",
    high=AlarmColours("#C8141F", "#FFFFFF", "#5A1218", "#FFFFFF", "#D99AA0", "", "#A30F19"),
    medium=AlarmColours("#FFCC00", "#141000", "#5C4C0A", "#FFFFFF", "#E2CD86", "#141000", "#5C4C0A"),
    low=AlarmColours("#19BFD6", "#04191D", "#19BFD6", "#04191D", "#9CCFD8", "#04191D", "#0B5460"),
)


class Weight(Enum):
    """Weights of the bundled type."""

    MEDIUM = QFont.Weight.Medium
    SEMIBOLD = QFont.Weight.DemiBold
    BOLD = QFont.Weight.Bold
    EXTRABOLD = QFont.Weight.ExtraBold

    # Enum hashes in Python; every text that is painted is looked up by its weight.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Theme:
    """What painters and pages are given: the look and the size class of the window.

    compact: a window narrower than 1600 px, such as 1366x768: bars shrink, key hints hide. initials: patients are
    shown by their initials and the end of their number (console.ui.patient_words).
    """

    mode: Mode = Mode.DARK
    compact: bool = False
    initials: bool = False

    @property
    def tokens(self) -> Tokens:
        """The colours of the look."""
        return DARK if self.mode is Mode.DARK else LIGHT

    @property
    def system_bar(self) -> int:
        """Height of the system bar in px."""
        return 44 if self.compact else 52

    @property
    def alarm_bar(self) -> int:
        """Height of the alarm bar in px."""
        return 48 if self.compact else 56

    @property
    def status_bar(self) -> int:
        """Height of the status bar in px."""
        return 24 if self.compact else 30


NO_VALUE = "– –"
GAP = 8
MARGIN = 10
RADIUS = 5
SHEET_WIDTH = 396


@lru_cache(maxsize=1)
def _families() -> tuple[str, str]:
    """Load the bundled fonts once; DejaVu, which every Debian has, stands in for what does not load."""
    text = ""
    for file in sorted(resources.path("fonts").glob("*.otf")):
        loaded = QFontDatabase.addApplicationFont(str(file))
        if loaded >= 0:
            text = QFontDatabase.applicationFontFamilies(loaded)[0].split(" Medium")[0].split(" SemiBold")[0]
    return ("Inter" if text.startswith("Inter") else "DejaVu Sans"), "DejaVu Sans Mono"


@lru_cache(maxsize=512)
def font(px: float, weight: Weight = Weight.SEMIBOLD, mono: bool = False) -> QFont:
    """A font by its size in px, with figures of one width. Treat as immutable: it is shared."""
    text, fixed = _families()
    made = QFont(fixed if mono else text)
    made.setPixelSize(max(1, round(px)))
    made.setWeight(weight.value)
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


@lru_cache(maxsize=512)
def colour(name: str, alpha: float = 1.0) -> QColor:
    """A shared QColor; alpha 0-1."""
    made = QColor(name)
    made.setAlphaF(alpha)
    return made


def palette(theme: Theme) -> QPalette:
    """The palette of ordinary widgets."""
    t = theme.tokens
    made = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, t.bg),
        (QPalette.ColorRole.WindowText, t.text),
        (QPalette.ColorRole.Base, t.sunk),
        (QPalette.ColorRole.AlternateBase, t.panel),
        (QPalette.ColorRole.Text, t.text),
        (QPalette.ColorRole.Button, t.raised),
        (QPalette.ColorRole.ButtonText, t.text),
        (QPalette.ColorRole.Highlight, t.interaction_fill),
        (QPalette.ColorRole.HighlightedText, t.text),
        (QPalette.ColorRole.PlaceholderText, t.muted),
        (QPalette.ColorRole.ToolTipBase, t.raised),
        (QPalette.ColorRole.ToolTipText, t.text),
    ):
        made.setColor(role, QColor(name))
    return made


def _icon(name: str) -> str:
    return resources.path("icons", f"{name}.svg").as_posix()


def style_sheet(theme: Theme) -> str:
    """The style of ordinary widgets. Roles are set by the dynamic property `role`:

    buttons: (none), "primary", "choice" (checkable), "tab", "flat"; frames: "panel"; labels: "title", "caption",
    "muted", "error" (white border and "?", never red).
    """
    t = theme.tokens
    body = 14 if theme.compact else 15
    return f"""
    * {{ font-family: "{_families()[0]}"; font-size: {body}px; font-weight: 600; color: {t.text}; }}
    QWidget#page, QMainWindow, QSplitter {{ background: {t.bg}; }}
    QFrame[role="panel"] {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    QFrame[role="notice"] {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    QFrame[role="notice"][bad="true"] {{ background: {t.sunk}; border: 2px solid {t.text}; }}
    QLabel {{ background: transparent; border: none; }}
    QLabel[role="title"] {{ font-size: {body + 3}px; font-weight: 700; }}
    QLabel[role="caption"] {{ font-size: 13px; color: {t.text_2}; }}
    QLabel[role="muted"] {{ color: {t.muted}; font-weight: 500; }}
    QLabel[role="error"] {{ border: 2px solid {t.text}; border-radius: {RADIUS}px; padding: 6px 10px;
        background: {t.sunk}; }}
    QPushButton {{ background: {t.raised}; border: 1px solid {t.line_strong}; border-radius: {RADIUS}px;
        padding: 6px 14px; min-height: 28px; }}
    QPushButton:hover {{ border-color: {t.text_2}; }}
    QPushButton:focus {{ border: 2px solid {t.interaction}; padding: 5px 13px; }}
    QPushButton:disabled {{ color: {t.muted}; border-color: {t.line}; }}
    QPushButton:checked, QPushButton[role="primary"] {{ background: {t.selected_fill}; color: {t.selected_text};
        border-color: {t.selected_fill}; }}
    QPushButton[role="primary"] {{ font-weight: 700; font-size: {body + 2}px; padding: 8px 20px; }}
    QPushButton[role="primary"]:disabled {{ background: {t.raised}; color: {t.muted}; border-color: {t.line}; }}
    QPushButton[role="flat"] {{ background: transparent; border: 1px solid transparent; }}
    QPushButton[role="flat"]:focus {{ border: 2px solid {t.interaction}; }}
    QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QPlainTextEdit {{ background: {t.bg};
        border: 1px solid {t.line_strong}; border-radius: {RADIUS}px; padding: 5px 10px; min-height: 26px;
        selection-background-color: {t.interaction_fill}; selection-color: {t.text}; }}
    QLineEdit:focus, QComboBox:focus, QDateTimeEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus
        {{ border: 2px solid {t.interaction}; padding: 4px 9px; }}
    QLineEdit[invalid="true"], QDateTimeEdit[invalid="true"] {{ border: 2px solid {t.text}; padding: 4px 9px; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0; min-height: 0;
        background: transparent; }}
    QComboBox::drop-down {{ border: none; width: 28px; }}
    QComboBox::down-arrow, QAbstractSpinBox::down-arrow {{ image: url({_icon("down")}); width: 12px; height: 12px; }}
    QAbstractSpinBox::up-arrow {{ image: url({_icon("up")}); width: 12px; height: 12px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; background: transparent;
        width: 26px; }}
    QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.line_strong}; }}
    QTableView {{ background: {t.panel}; border: 1px solid {t.line}; gridline-color: {t.line};
        border-radius: {RADIUS}px; selection-background-color: {t.interaction_fill}; selection-color: {t.text}; }}
    QListWidget {{ background: {t.sunk}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    QListWidget:focus {{ border: 2px solid {t.interaction}; }}
    QListWidget::item {{ padding: 8px 10px; border-bottom: 1px solid {t.line}; }}
    QListWidget::item:selected {{ background: {t.interaction_fill}; color: {t.text}; }}
    QProgressBar {{ background: {t.sunk}; border: none; border-radius: 4px; }}
    QProgressBar::chunk {{ background: {t.interaction}; border-radius: 4px; }}
    QHeaderView::section {{ background: {t.panel}; color: {t.text_2}; border: none;
        border-bottom: 1px solid {t.line}; padding: 6px 8px; font-size: 13px; }}
    QScrollBar:vertical {{ background: {t.sunk}; width: 12px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {t.line_strong}; border-radius: 5px; min-height: 30px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QSplitter::handle {{ background: {t.line_strong}; }}
    QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {t.line_strong}; border-radius: 3px;
        background: {t.bg}; }}
    QCheckBox::indicator:checked {{ background: {t.interaction}; image: url({_icon("check")}); }}
    QCheckBox:focus {{ color: {t.interaction}; }}
    QCheckBox:disabled {{ color: {t.muted}; }}
    """


def apply(application: QGuiApplication, theme: Theme) -> None:
    """Dress the whole application."""
    from PySide6.QtWidgets import QApplication

    if isinstance(application, QApplication):
        if application.property("dressed") is None:
            application.setStyle("Fusion")
            application.setProperty("dressed", True)
        application.setPalette(palette(theme))
        sheet = style_sheet(theme)
        # Qt dresses every widget anew, also when nothing is different.
        if sheet != application.styleSheet():
            application.setStyleSheet(sheet)
    scheme = Qt.ColorScheme.Dark if theme.mode is Mode.DARK else Qt.ColorScheme.Light
    application.styleHints().setColorScheme(scheme)
