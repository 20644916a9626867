"""A form made from the fields of a driver's typed settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from console.ui.forms import indent, label, row_label
from drivers.driver import DriverSettings

NOT_SET = "Not set"
WIDEST = 2_000_000_000


@dataclass(frozen=True, slots=True)
class _Input:
    widget: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]


class SettingsForm(QWidget):
    """One input a field: check box, spin box with its range, choice, or text. changed: something was."""

    changed = Signal()

    def __init__(self, settings: type[DriverSettings]) -> None:
        super().__init__()
        self._type = settings
        self.inputs: dict[str, _Input] = {}
        self.errors = label(role="error", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.setHorizontalSpacing(16)
        column.addLayout(form)
        for name, field in settings.model_fields.items():
            made = self._input(field)
            made.widget.setMinimumHeight(40)
            title = field.title or field_title(name)
            made.widget.setAccessibleName(title)
            form.addRow(row_label(title), made.widget)
            if field.description:
                made.widget.setAccessibleDescription(field.description)
                form.addRow(label(field.description, "caption", wrap=True))
            self.inputs[name] = made
        if any(not field.description for field in settings.model_fields.values()) and settings.__doc__:
            column.addWidget(label(" ".join(inspect.cleandoc(settings.__doc__).split()), "caption", wrap=True))
        if not settings.model_fields:
            column.addWidget(label("This driver has no settings.", "muted"))
        column.addWidget(self.errors)
        self.errors.hide()
        self.fill({})

    def fill(self, values: dict[str, Any]) -> None:
        """Show these values, and the driver's own for what is not among them."""
        for name, field in self._type.model_fields.items():
            default = field.get_default(call_default_factory=True)
            self.inputs[name].write(values.get(name, default))
        self.check()

    def values(self) -> dict[str, Any]:
        """What differs from the driver's own values; only these stand in the file."""
        made = {name: entry.read() for name, entry in self.inputs.items()}
        fields = self._type.model_fields
        return {n: v for n, v in made.items() if v != _plain(fields[n].get_default(call_default_factory=True))}

    def check(self) -> bool:
        """Whether the driver takes these values; says why not, under the form."""
        try:
            self._type.model_validate(self.values())
        except ValidationError as error:
            told = [_fault_text(fault) for fault in error.errors()]
            self.errors.setText("\n".join(told))
            self.errors.show()
            return False
        self.errors.hide()
        return True

    def _input(self, field: FieldInfo) -> _Input:
        kind, optional = _without_none(field.annotation)
        choices = _choices(kind)
        if kind is bool and not optional:
            return self._check_box()
        if choices:
            return self._choice(choices, optional)
        if kind in (int, float) and not optional:
            return self._spin_box(field, whole=kind is int)
        return self._line(optional, {int: int, float: float}.get(kind, str))

    def _check_box(self) -> _Input:
        box = QCheckBox("On")
        box.toggled.connect(self._edited)
        return _Input(box, box.isChecked, lambda value: box.setChecked(bool(value)))

    def _choice(self, choices: list[Any], optional: bool) -> _Input:
        box = QComboBox()
        for value in [None] * optional + choices:
            box.addItem(NOT_SET if value is None else str(value), value)
        box.currentIndexChanged.connect(self._edited)

        def write(value: Any) -> None:
            box.setCurrentIndex(max(0, next((i for i in range(box.count()) if box.itemData(i) == _plain(value)), 0)))

        return _Input(box, box.currentData, write)

    def _spin_box(self, field: FieldInfo, whole: bool) -> _Input:
        low, high = _range(field, 1 if whole else 0)
        box: QSpinBox | QDoubleSpinBox = QSpinBox() if whole else QDoubleSpinBox()
        if isinstance(box, QDoubleSpinBox):
            box.setDecimals(2)
            box.setRange(low, high)
        else:
            box.setRange(int(low), int(high))
        indent(box)
        box.valueChanged.connect(self._edited)
        return _Input(box, box.value, lambda value: box.setValue(0 if value is None else value))

    def _line(self, optional: bool, kind: type) -> _Input:
        line = QLineEdit()
        line.setMinimumWidth(220)
        line.setPlaceholderText(NOT_SET if optional else "")
        line.textEdited.connect(self._edited)

        def read() -> Any:
            text = line.text().strip()
            if optional and not text:
                return None
            try:
                return kind(text)
            except ValueError:
                return text  # the check says what is wrong with it

        return _Input(line, read, lambda value: line.setText("" if value is None else str(_plain(value))))

    def _edited(self) -> None:
        self.check()
        self.changed.emit()


def field_title(name: str) -> str:
    """The name of a field as a person reads it: "interval_s" is "Interval, s"."""
    words = f"{name[:-2]}, s" if name.endswith("_s") else name
    return words.replace("_", " ").capitalize()


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The type itself, and whether None may stand in its place."""
    if get_origin(annotation) in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not NoneType]
        if len(parts) == 1:
            return parts[0], True
    return annotation, False


def _choices(kind: Any) -> list[Any]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [member.value for member in kind]
    return []


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _range(field: FieldInfo, step: int) -> tuple[float, float]:
    low, high = -float(WIDEST), float(WIDEST)
    for rule in field.metadata:
        low = max(low, _bound(rule, "ge", 0), _bound(rule, "gt", step, -WIDEST))
        high = min(high, _bound(rule, "le", 0, WIDEST), _bound(rule, "lt", -step, WIDEST))
    return low, high


def _bound(rule: Any, name: str, step: int, none: float = -WIDEST) -> float:
    value = getattr(rule, name, None)
    return float(none) if value is None else float(value) + step


def _fault_text(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    text = fault["msg"].removeprefix("Value error, ")
    return f"{field_title(place)}: {text[:1].lower()}{text[1:]}."
