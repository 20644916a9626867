"""The page of people. What the person signed in may not do is told beside it; the desk decides anyway."""

from __future__ import annotations

from concurrent.futures import Future

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QStackedWidget, QTableView, QVBoxLayout, QWidget

from console.link.commands import Reply
from console.link.link import Link
from console.link.people import People
from console.link.snapshot import WardSnapshot
from console.ui.first_administrator import FirstAdministrator
from console.ui.forms import Failure, Questions, button, label, panel
from console.ui.page import Page
from console.ui.people_page.form import PersonForm, Task
from console.ui.people_page.model import PeopleModel, RightsModel
from console.ui.session import Session
from console.ui.tables import dress
from console.ui.theme import GAP, MARGIN, Theme
from console.ui.who import unnamed
from console.ward.people import Person, Right

NOBODY = "Choose somebody in the table."


class PeoplePage(Page):
    """Everybody who may sign in. session: of this station, with a desk of people."""

    title = "People"

    def __init__(self, link: Link, user: str, theme: Theme, session: Session, people: People) -> None:
        super().__init__(link, user, theme)
        self._session, self._people = session, people
        self._questions = Questions(self)
        self.first = FirstAdministrator(session)
        self.model = PeopleModel()
        self.table, self.rights = QTableView(), QTableView()
        self.add, self.roles = button("Add a person"), button("Change roles")
        self.secret, self.disable = button("New PIN or password"), button("Disable")
        self.own = button("My own PIN or password")
        self.reason = label(role="caption", wrap=True)
        self.told = label(wrap=True)
        self.form = PersonForm()
        self._lay_out()
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show())
        self.add.clicked.connect(lambda: self._begin(Task.ADD))
        self.roles.clicked.connect(lambda: self._begin(Task.ROLES))
        self.secret.clicked.connect(lambda: self._begin(Task.SECRET))
        self.own.clicked.connect(self._begin_own)
        self.disable.clicked.connect(self._disable)
        self.form.wanted.connect(self._save)
        self.form.left.connect(self.forget)
        self._show()

    def _lay_out(self) -> None:
        self.table.setModel(self.model)
        dress(self.table, "People")
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._rights_model = RightsModel()
        self.rights.setModel(self._rights_model)
        dress(self.rights, "What each role may do")
        self.rights.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.rights.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rights.verticalHeader().setDefaultSectionSize(28)
        self.rights.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.rights.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        acts = QHBoxLayout()
        acts.setSpacing(GAP)
        for act in (self.add, self.roles, self.secret, self.disable):
            acts.addWidget(act)
        acts.addStretch(1)
        below = QHBoxLayout()
        below.addWidget(self.reason, 1)
        below.addWidget(self.own)
        everybody = QWidget()
        column = QVBoxLayout(everybody)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.table, 1)
        column.addLayout(acts)
        column.addLayout(below)
        column.addWidget(self.told)
        nobody = panel()
        nobody.setFixedWidth(620)
        inner = QVBoxLayout(nobody)
        inner.setContentsMargins(28, 22, 28, 22)
        inner.setSpacing(10)
        inner.addWidget(label("No people are set up", "title"))
        inner.addWidget(self.first)
        empty = QWidget()
        middle = QHBoxLayout(empty)
        middle.addStretch(1)
        centred = QVBoxLayout()
        centred.addStretch(1)
        centred.addWidget(nobody)
        centred.addStretch(2)
        middle.addLayout(centred)
        middle.addStretch(1)
        self._state = QStackedWidget()
        self._state.addWidget(empty)
        self._state.addWidget(everybody)
        self._table_of_rights = QWidget()
        beside = QVBoxLayout(self._table_of_rights)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(GAP)
        beside.addWidget(label("What each role may do", "title"))
        beside.addWidget(self.rights, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        row.setSpacing(2 * GAP)
        row.addWidget(self._state, 5)
        row.addWidget(self._table_of_rights, 5)
        row.addWidget(self.form, 5)

    # --- what is shown ---------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> Person | None:
        """Who is selected in the table."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.people[rows[0].row()] if rows and rows[0].row() < len(self.model.people) else None

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the desk."""
        chosen = self.chosen
        self.model.show_people(self._session.view.people, self._session.name)
        if chosen is not None and self.chosen is None:
            names = [person.name for person in self.model.people]
            if chosen.name in names:
                self.table.selectRow(names.index(chosen.name))
        self._show()

    def _show(self) -> None:
        self._state.setCurrentIndex(1 if self._session.view.people else 0)
        self._table_of_rights.setVisible(self.form.isHidden())
        lacks, chosen = self._session.lacks(Right.PEOPLE), self.chosen
        self.reason.setText(lacks or ("" if chosen is not None else NOBODY))
        self.add.setEnabled(not lacks)
        for act in (self.roles, self.secret, self.disable):
            act.setEnabled(not lacks and chosen is not None)
        self.disable.setText("Enable" if chosen is not None and chosen.disabled else "Disable")
        self.own.setEnabled(self._session.person is not None)

    def half_written(self) -> str:
        """A form that is open."""
        return "a change of people" if self.form.isVisibleTo(self) else ""

    def forget(self) -> None:
        """Close the form."""
        self.form.hide()
        self._show()

    # --- acts ------------------------------------------------------------------------------------------------------

    def _begin(self, task: Task) -> None:
        person = self.chosen
        self.told.setText("")
        if task is Task.ADD:
            self.form.open(task)
        elif person is not None:
            self.form.open(task, person)
        self._show()

    def _begin_own(self) -> None:
        self.told.setText("")
        if self._session.person is not None:
            self.form.open(Task.SECRET, self._session.person)
        self._show()

    def _disable(self) -> None:
        person = self.chosen
        if person is not None:
            word = "can sign in again" if person.disabled else "is disabled"
            self._ask(self._people.set_disabled(person.name, not person.disabled, self.user), f"{person.name} {word}.")

    def _save(self) -> None:
        form, people = self.form, self._people
        if refusal := unnamed(self, self.user, "Nothing was saved."):
            form.tell(refusal)
        elif form.task is Task.ADD:
            asked = people.add(form.name, form.roles, form.pair.secret, self.user)
            self._ask(asked, f"{form.name} can sign in.", form)
        elif form.task is Task.ROLES:
            self._ask(people.set_roles(form.name, form.roles, self.user), f"{form.name} has other roles.", form)
        else:
            asked = people.set_secret(form.name, form.pair.secret, self.user)
            self._ask(asked, f"{form.name} signs in with the new one.", form)

    def _ask(self, asked: Future[Reply], told: str, form: PersonForm | None = None) -> None:
        """form: where an error is told, else below the table."""

        def answered(answer: Reply | Failure) -> None:
            error = answer.text if isinstance(answer, Failure) else answer.error
            if form is not None:
                form.set_busy(False)
                if error:
                    form.tell(error)
                    return
                form.hide()
            self.told.setText(f"?  {error}" if error else f"✓  {told}")
            self._session.follow()
            self._show()

        if form is not None:
            form.set_busy(True)
        self._questions.ask(asked, answered)
