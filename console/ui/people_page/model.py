"""People and rights as tables."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from console.ward.people import RIGHTS, Person, Right, Role

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

COLUMNS = ("Name", "Roles", "State")
ROLES = tuple(Role)


def roles_text(person: Person) -> str:
    """ "Nurse, charge nurse", "No role" for none."""
    text = ", ".join(role.value for role in ROLES if role in person.roles)
    return text.capitalize() or "No role"


class PeopleModel(QAbstractTableModel):
    """A row a person. signed_in: the name of who is signed in here."""

    def __init__(self) -> None:
        super().__init__()
        self.people: tuple[Person, ...] = ()
        self._signed_in = ""

    def show_people(self, people: tuple[Person, ...], signed_in: str) -> None:
        """Everybody, in the order given."""
        if (people, signed_in) == (self.people, self._signed_in):
            return
        self.beginResetModel()
        self.people, self._signed_in = people, signed_in
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.people)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        person = self.people[index.row()]
        state = "Disabled" if person.disabled else "Signed in here" if person.name == self._signed_in else "Can sign in"
        return (person.name, roles_text(person), state)[index.column()]


_ROWS = tuple(Right)
_TOLD = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.TextAlignmentRole)


class RightsModel(QAbstractTableModel):
    """A row a right, a column a role: what the table of rights says."""

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_ROWS)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else 1 + len(ROLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return ("May", *(role_.value.capitalize() for role_ in ROLES))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 0:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _TOLD:
            return None  # a table asks for a dozen things of every cell, again and again
        right, column = _ROWS[index.row()], index.column()
        may = column > 0 and right in RIGHTS[ROLES[column - 1]]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{right.value[:1].upper()}{right.value[1:]}" if column == 0 else "✓" if may else "–"
        if role == Qt.ItemDataRole.AccessibleTextRole and column > 0:
            return f"{ROLES[column - 1].value} {'may' if may else 'may not'} {right.value}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column > 0:
            return Qt.AlignmentFlag.AlignCenter
        return None
