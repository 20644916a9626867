"""What one code means: a parameter, its unit where none is sent, its site; a contradiction has to be confirmed."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.config_hl7 import CodeConfig, contradiction
from console.link.snapshot import UnknownCode
from console.ui.devices_page.seen import name_of, unit_of
from console.ui.elided import ElidedLabel
from console.ui.feeds_page.words import cell
from console.ui.forms import button, label
from console.ui.theme import GAP
from drivers.observation import Parameter
from hl7.nomenclature import nomenclature

CHOOSE = "Choose a code above to say what it means."
CHOOSE_PARAMETER, CHOOSE_UNIT, AS_SENT = "Choose what it is", "Choose its unit", "Unit as sent"
SURE = "I have compared its values with the bedside monitor: at this feed it is so"


class CodeForm(QWidget):
    """map, ignore: the buttons; what is meant is asked by `mapping` and `ignoring`."""

    def __init__(self) -> None:
        super().__init__()
        self._code: UnknownCode | None = None
        self._busy = False
        self.heading = ElidedLabel(CHOOSE, wide=True)
        self.parameter, self.unit, self.site = QComboBox(), QComboBox(), QLineEdit()
        self.warning = label(role="error", wrap=True)
        self.sure = QCheckBox(SURE)
        self.map, self.ignore = button("Chart it as this", "primary"), button("Ignore it")
        self._lay_out()
        self.parameter.currentIndexChanged.connect(lambda _: self._another())
        self.unit.currentIndexChanged.connect(lambda _: self._follow())
        self.sure.toggled.connect(lambda _: self._follow())
        self.turn(None)

    def _lay_out(self) -> None:
        self.heading.setProperty("role", "title")
        self.parameter.addItem(CHOOSE_PARAMETER, None)
        for parameter in Parameter:
            self.parameter.addItem(f"{name_of(parameter)}, {unit_of(parameter)}", parameter)
        self.site.setPlaceholderText("Site, may stay empty")
        self.site.setMaxLength(40)
        self.sure.setMinimumHeight(40)
        for field, spoken in ((self.parameter, "What the code is"), (self.unit, "Its unit"), (self.site, "Its site")):
            field.setAccessibleName(spoken)
            field.setMinimumHeight(40)
        fields = QHBoxLayout()
        fields.setSpacing(GAP)
        fields.addWidget(self.parameter, 3)
        fields.addWidget(self.unit, 2)
        fields.addWidget(self.site, 2)
        fields.addWidget(self.ignore)
        fields.addWidget(self.map)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for part in (self.heading, self.warning, self.sure):
            column.addWidget(part)
        column.addLayout(fields)

    def concerns(self, code: UnknownCode) -> bool:
        """True when the form is about this code already."""
        return self._code is not None and (self._code.code, self._code.name) == (code.code, code.name)

    def turn(self, code: UnknownCode | None) -> None:
        """Begin anew with a code, or with none."""
        self._code = code
        self.parameter.setCurrentIndex(0)
        self.site.clear()
        self._another()
        if code is None:
            self.heading.setText(CHOOSE)
        else:
            sent = " ".join(part for part in (code.code, code.name) if part)
            self.heading.setText(f"{cell(sent)} · last {cell(f'{code.value} {code.unit}'.strip())}")

    def set_busy(self, busy: bool) -> None:
        """While a change is under way nothing can be pressed."""
        self._busy = busy
        self._follow()

    def mapping(self) -> CodeConfig:
        """What was chosen. Raises ValidationError, whose words say what is wrong."""
        return self._made(
            parameter=self._parameter,
            unit=self.unit.currentData() or "",
            site=self.site.text().strip(),
            contradicts=self.sure.isChecked() and bool(self.warning.text()),
        )

    def ignoring(self) -> CodeConfig:
        """The code ignored. Raises ValidationError."""
        return self._made(ignore=True)

    @property
    def _parameter(self) -> Parameter | None:
        # Qt gives a plain text back.
        chosen = self.parameter.currentData()
        return None if chosen is None else Parameter(chosen)

    def _made(self, **said: object) -> CodeConfig:
        assert self._code is not None
        return CodeConfig.model_validate({"code": self._code.code, "name": self._code.name, **said})

    def _another(self) -> None:
        """Another parameter: its units, and what the tables know against it."""
        parameter = self._parameter
        self.sure.setChecked(False)
        self.unit.clear()
        known = ""
        if parameter is None:
            self.unit.addItem(CHOOSE_UNIT, None)
        if parameter is not None and self._code is not None:
            # What comes without unit is in the one a person says.
            self.unit.addItem(AS_SENT if self._code.unit else CHOOSE_UNIT, "" if self._code.unit else None)
            for unit in nomenclature().parameters[parameter].units:
                self.unit.addItem(f"{unit}, where none is sent" if self._code.unit else unit, unit)
            plain = CodeConfig.model_construct(code=self._code.code, name=self._code.name, parameter=parameter)
            known = contradiction(plain)
        self.warning.setText(f"?  {cell(known)}. A wrong mapping charts a wrong number." if known else "")
        self.warning.setVisible(bool(known))
        self.sure.setVisible(bool(known))
        self._follow()

    def _follow(self) -> None:
        there = self._code is not None and not self._busy
        parameter = self._parameter
        for field in (self.parameter, self.site, self.ignore):
            field.setEnabled(there)
        self.unit.setEnabled(there and parameter is not None)
        settled = parameter is not None and self.unit.currentData() is not None
        self.map.setEnabled(there and settled and (self.sure.isHidden() or self.sure.isChecked()))
