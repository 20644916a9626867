"""Text from outside is shown as plain text everywhere: what Qt takes for markup is switched off or escaped."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel

import console.ui
from console.ui.tips import tip
from tests.console.ui import fakes
from tests.console.ui.shell import open_window

SOURCES = sorted(Path(console.ui.__file__).parent.rglob("*.py"))
MARKUP = {"setHtml", "insertHtml", "setMarkdown", "appendHtml", "setWhatsThis", "setStatusTip"}
"""Calls that take markup, or text that is taken for markup when it looks like some."""


def _calls(file: Path) -> list[tuple[int, str, ast.Call]]:
    tree = ast.parse(file.read_text())
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [(call.lineno, _name(call.func), call) for call in found]


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _fixed(argument: ast.expr) -> bool:
    """A text that stands in the source, or one that went through `tip`."""
    if isinstance(argument, ast.IfExp):
        return _fixed(argument.body) and _fixed(argument.orelse)
    if isinstance(argument, ast.Call):
        return _name(argument.func) == "tip"
    return isinstance(argument, ast.Constant) or (isinstance(argument, ast.Name) and argument.id.isupper())


def test_no_screen_hands_markup_to_qt():
    told = [f"{file.name}:{line} {name}" for file in SOURCES for line, name, _ in _calls(file) if name in MARKUP]
    assert not told


def test_every_tool_tip_is_a_fixed_text_or_escaped():
    told = [
        f"{file.name}:{line}"
        for file in SOURCES
        for line, name, call in _calls(file)
        if name == "setToolTip" and not _fixed(call.args[-1])
    ]
    assert not told


def test_models_give_no_tool_tip_of_their_own_unescaped():
    """A tip of an item is markup as well: whoever answers ToolTipRole uses `tip`."""
    told = [
        file.name for file in SOURCES if "ToolTipRole" in (text := file.read_text()) and "tips import tip" not in text
    ]
    assert not told


@pytest.mark.parametrize("text", ["<b>x</b>", "a & b", "<img src=x>", "2 < 3", "one\ntwo"])
def test_a_tip_shows_exactly_its_text(text):
    document = QTextDocument()
    document.setHtml(tip(text))
    assert document.toPlainText() == text


def test_every_label_of_the_window_is_plain(qtbot):
    window = open_window(qtbot, fakes.FakeLink(fakes.ward([])))
    labels = window.findChildren(QLabel)
    assert len(labels) > 100
    auto = [label.text() for label in labels if label.textFormat() is not Qt.TextFormat.PlainText and label.text()]
    assert not auto
    window.close()
