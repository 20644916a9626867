"""Demographic queries of one feed: who may be told of whom, and the answer.

A sender learns of patients in its own beds alone, and the same "no data found" stands for nobody, for somebody
elsewhere and for a bed that is not its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime

from console.acquisition.placing import Placing
from console.config_hl7 import Hl7ListenerConfig
from console.ward.occupancy import Occupancy, Occupant
from hl7.acknowledgement import ACCEPT, ERROR, Verdict
from hl7.queries import Query, read_query
from hl7.query_answer import Demographics, QueryAnswers
from hl7.reader import Message

TOLD, NOBODY = "demographics told", "no data found"


class Asking:
    """Answers the queries of one feed from who is admitted now."""

    def __init__(self, config: Hl7ListenerConfig, placing: Placing, occupancy: Callable[[], Occupancy]) -> None:
        self._locations = config.beds
        self._placing = placing
        self._occupancy = occupancy
        self._answers = QueryAnswers()
        self._numbers = itertools.count(1)

    def answer(self, message: Message, sender: str, at: datetime) -> tuple[Verdict, str] | None:
        """The verdict with the answer in it, and what was done, for the receipt; None for what is no query of ours.
        at: aware, of the answer."""
        query = read_query(message)
        if query is None:
            return None
        found = None if query.refusal else self._find(query, sender)
        told = None if found is None else self._demographics(found, query)
        # The time makes the number one that no earlier run has given.
        control_id = f"Q{at:%Y%m%d%H%M%S}{next(self._numbers)}"[:20]
        reply = self._answers.answer(message, query, told, control_id, at)
        verdict = Verdict(ERROR if query.refusal else ACCEPT, query.refusal, "204", reply)
        return verdict, query.refusal or (NOBODY if found is None else f"{TOLD}: {found.bed}")

    def _find(self, query: Query, sender: str) -> Occupant | None:
        """The one patient who meets all of the query, in a bed of this sender."""
        occupancy = self._occupancy()
        by_number = occupancy.of(query.patient_id) if query.patient_id else None
        bed = self._locations.get(query.location) if query.location else None
        by_bed = occupancy.at(bed) if bed is not None else None
        if query.patient_id and query.location:
            found = by_bed if by_bed is not None and by_bed is by_number else None
        else:
            found = by_number if query.patient_id else by_bed
        return found if found is not None and self._placing.may_ask(sender, found.bed) else None

    def _demographics(self, found: Occupant, query: Query) -> Demographics:
        named = (location for location, bed in self._locations.items() if bed == found.bed)
        where = query.location or next(named, f"^^{found.bed}")
        return Demographics(found.patient_id, found.name, found.born, found.sex, where)
