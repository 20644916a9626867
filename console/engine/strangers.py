"""Which sources of one bed name another patient than the one admitted there."""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.technical import TechnicalMonitor
from console.alarms.technical_text import other_patient
from console.ward.movements import Person
from console.ward.patient import Patient

HOLD_S = 60.0
"""A source that names the right patient again, or one that a person has called the wrong monitor and that is heard no
more, is believed after so long: two monitors that name one bed in turn are one alarm, not one a second."""


@dataclass(slots=True)
class _Seen:
    """person: whom the source named last; since: engine time of the last stranger, None while there is none."""

    person: Person | None
    stranger_at: float | None = None
    kept_out: bool = False


class Strangers:
    """Kept by the bed, used by the engine thread alone. A stranger that is not heard of any more stays one, until the
    source names the admitted patient or a person has settled it: missing data clear no alarm."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def restore(self, technical: TechnicalMonitor, now: float) -> None:
        """Take up what stood before a restart."""
        for source in technical.strangers():
            self._seen[source] = _Seen(None, now)

    def named(
        self, source: str, person: Person, patient: Patient | None, technical: TechnicalMonitor, now: float
    ) -> bool:
        """A source has named somebody; True when he is not the admitted patient."""
        seen = self._seen.setdefault(source, _Seen(None))
        if seen.person is None or seen.person.ids != person.ids:
            seen.person, seen.kept_out = person, False
        stranger = patient is not None and not patient.is_called(person.ids)
        if stranger:
            seen.stranger_at = now
        self._tell(source, seen, patient, technical)
        return stranger

    def judge(self, patient: Patient | None, technical: TechnicalMonitor, now: float) -> None:
        """Somebody else lies here, or is known by other numbers: every source is judged anew, at once."""
        for source, seen in self._seen.items():
            stranger = patient is not None and seen.person is not None and not patient.is_called(seen.person.ids)
            seen.stranger_at, seen.kept_out = (now if stranger else None), False
            self._tell(source, seen, patient, technical)

    def keep_out(self, source: str) -> None:
        """A person has said that it is the wrong monitor: told until it is heard no more."""
        if source in self._seen:
            self._seen[source].kept_out = True

    def is_new(self, source: str, patient_id: str) -> bool:
        """True when a source has named somebody else before."""
        seen = self._seen.get(source)
        return seen is not None and seen.person is not None and patient_id not in seen.person.ids

    def heard(self, source: str) -> bool:
        """False for a source that has named nobody since the start."""
        seen = self._seen.get(source)
        return seen is not None and seen.person is not None

    def present(self, patient: Patient | None) -> list[tuple[str, Person]]:
        """Sources that name another patient now, and whom."""
        if patient is None:
            return []
        return [
            (source, seen.person)
            for source, seen in self._seen.items()
            if seen.stranger_at is not None and seen.person is not None and not patient.is_called(seen.person.ids)
        ]

    def advance(self, patient: Patient | None, technical: TechnicalMonitor, now: float) -> None:
        """Let time pass: who is believed again."""
        for source, seen in self._seen.items():
            if seen.stranger_at is None or now - seen.stranger_at < HOLD_S:
                continue
            right = patient is None or (seen.person is not None and patient.is_called(seen.person.ids))
            if right or seen.kept_out:
                seen.stranger_at = None
                if seen.kept_out:
                    seen.person = None
                self._tell(source, seen, patient, technical)

    def _tell(self, source: str, seen: _Seen, patient: Patient | None, technical: TechnicalMonitor) -> None:
        if seen.stranger_at is None or patient is None:
            technical.stranger(source, None)
        elif seen.person is not None and not patient.is_called(seen.person.ids):
            technical.stranger(source, other_patient(source, seen.person.ids[0], patient.patient_id))
