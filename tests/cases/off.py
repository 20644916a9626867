"""Rules of a quiet pump that no threshold switches off, switched off for one run, to see what each of them is worth."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from console.alarms import overdose, withdrawal
from console.alarms.artefact import ErraticRate


def _shock_as_emergency() -> AbstractContextManager[Any]:
    judged = withdrawal.classes_of

    def classes_of(met: tuple[str, ...], *others: Any) -> int:
        return judged(met, *others) | (withdrawal.EMERGENCY_FAST if "E6" in met else 0)

    return patch.object(withdrawal, "classes_of", classes_of)


def _breathing_as_ever() -> AbstractContextManager[Any]:
    return patch.object(overdose.OverdoseScorer, "_breathes_as_ever", lambda *_: False)


def _leaps() -> AbstractContextManager[Any]:
    return patch.object(ErraticRate, "minute", lambda *_: None)


def _sleep() -> AbstractContextManager[Any]:
    """A slow rate with any sign of the circulation is no rate alone: the rule never sees the saturation it asks for."""
    judged = overdose.rules_met

    def rules_met(rules: Any, signs: Any, points: Any, *others: Any, **named: Any) -> Any:
        if points.circulation and not points.spo2:
            signs = replace(signs, spo2=None)
        return judged(rules, signs, points, *others, **named)

    return patch.object(overdose, "rules_met", rules_met)


OFF: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "W shock without fever is a warning": _shock_as_emergency,
    "O breathing as ever caps saturation": _breathing_as_ever,
    "O a leaping heart rate is a moved lead": _leaps,
    "O sleep slows the heart with the breathing": _sleep,
}
"""What the rule says to the patch that takes it away; a rule by then renamed fails loudly."""
