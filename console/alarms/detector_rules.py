"""The whole rule set of the pattern detectors: one frozen object, made from the mapping of detectors.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from console.alarms.rules import (
    ArtefactRules,
    BaselineRules,
    ChannelsRules,
    DeadbandRules,
    FindingRules,
    HealthRules,
    PersistenceRules,
    PressureRules,
    ReductionRules,
    Section,
    WindowRules,
)
from console.alarms.rules_overdose import OverdoseRules
from console.alarms.rules_withdrawal import WithdrawalRules


class RulesError(ValueError):
    """A threshold cannot be used; one line a fault: the key, what is wrong, what is allowed."""


class DetectorRules(Section):
    """Every threshold of both detectors."""

    channels: ChannelsRules
    pressure: PressureRules
    reduction: ReductionRules
    artefact: ArtefactRules
    baseline: BaselineRules
    deadband: DeadbandRules
    findings: FindingRules
    windows: WindowRules
    withdrawal: WithdrawalRules
    overdose: OverdoseRules
    persistence: PersistenceRules
    health: HealthRules

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> DetectorRules:
        """Check a mapping as read from TOML. Raises RulesError."""
        try:
            return cls.model_validate(mapping)
        except ValidationError as error:
            lines = [f"{'.'.join(str(p) for p in fault['loc'])}: {_words(fault)}" for fault in error.errors()]
            raise RulesError("; ".join(lines)) from error


def _words(fault: Any) -> str:
    """Pydantic's words, made plain, with the value that was refused."""
    if fault["type"] == "extra_forbidden":
        return "is not a known threshold"
    if fault["type"] == "missing":
        return "is missing"
    text = str(fault["msg"]).removeprefix("Value error, ")
    given = "" if isinstance(fault["input"], dict) else f" (given: {fault['input']!r})"
    return text[0].lower() + text[1:] + given
