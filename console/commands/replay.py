"""`replay FILE`: recorded vital signs through the alarm engine on a virtual clock: what would have alarmed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from console.alarms.alarm import Transition
    from console.replay.runner import PatientReplay


def add_parser(subparsers: Any) -> None:
    """Describe the command's arguments."""
    parser = subparsers.add_parser(
        "replay",
        help="run the alarm engine over recorded vital signs",
        description="Runs the alarm engine over recorded vital signs on a virtual clock and writes what would have "
        "alarmed with these settings, one JSON object a line.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV, plain or gzip")
    parser.add_argument("--context", metavar="FILE", type=Path, help="JSON: usual values, pump events, findings")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="JSON lines of alarm events; standard output if absent"
    )
    parser.add_argument("--summary", metavar="FILE", type=Path, help="JSON: episodes per patient-day, shares of time")
    parser.add_argument("--config", metavar="FILE", type=Path, help="configuration whose [alarms] change the rules")
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        dest="changes",
        action="append",
        default=[],
        help="change one threshold of detectors.toml, limits.toml or escalation.toml for this run alone, checked like "
        "the configuration and named in the summary: withdrawal.hr.one=115, limits.hr.high=130; may be repeated",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay the file. Returns 2 for bad input, 1 when a result cannot be written."""
    from console.alarms.detector_rules import RulesError
    from console.config import ConfigError, load_config
    from console.replay.changes import changed_rules
    from console.replay.context import load_context
    from console.replay.rows import ReplayError, RowReader

    try:
        overrides = load_config(args.config).alarms if args.config else {}
        rules, changed = changed_rules(overrides, args.changes)
        context = load_context(args.context)
        reader = RowReader(args.file)
        replays, skipped = _replay(reader, context, rules)
    except (ReplayError, ConfigError, RulesError) as error:
        print(f"ward-console replay: {error}", file=sys.stderr)
        return 2
    if not replays:
        why = next(iter(skipped.values()), "has no rows")
        print(f"ward-console replay: {args.file}: nothing to replay: {why}", file=sys.stderr)
        return 2
    _warn(reader.unused, context.unknown_flags, skipped)
    if changed:
        told = ", ".join(f"{change.key} = {change.after} (else {change.before})" for change in changed)
        print(f"ward-console replay: changed for this run: {told}", file=sys.stderr)
    try:
        _write_events(args.out, replays.values())
        if args.summary is not None:
            from console.replay.summary import summary

            args.summary.write_text(
                json.dumps(summary(replays.values(), skipped, changed), indent=1) + "\n", encoding="utf-8"
            )
    except OSError as error:
        print(f"ward-console replay: {error.filename}: cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _replay(reader: Any, context: Any, rules: Any) -> tuple[dict[str, PatientReplay], dict[str, str]]:
    """Every patient of the file in one pass; rows of several patients may be mixed."""
    from console.replay.rows import ReplayError
    from console.replay.runner import PatientReplay

    replays: dict[str, PatientReplay] = {}
    skipped: dict[str, str] = {}
    for row in reader.rows():
        replay = replays.get(row.patient)
        if replay is None:
            if row.patient in skipped:
                continue
            case = context.case(row.patient)
            if case.skipped:
                skipped[row.patient] = case.skipped
                continue
            replay = replays[row.patient] = PatientReplay(case, rules, row)
        try:
            replay.take(row)
        except ReplayError as error:
            raise ReplayError(f"{reader.path}: line {reader.line}: {error}") from error
    for replay in replays.values():
        replay.finish()
    return replays, skipped


def _warn(unused: list[str], unknown_flags: Mapping[str, int], skipped: Mapping[str, str]) -> None:
    notes = []
    if unused:
        notes.append(f"columns not used: {', '.join(unused)}")
    if unknown_flags:
        notes.append("flags not used: " + ", ".join(f"{name} ({n})" for name, n in sorted(unknown_flags.items())))
    if skipped:
        notes.append("not replayed: " + ", ".join(f"{name} ({why})" for name, why in skipped.items()))
    if notes:
        print("ward-console replay: " + "; ".join(notes), file=sys.stderr)


def _write_events(path: Path | None, replays: Iterable[PatientReplay]) -> None:
    """All events in time order, those of one moment in the order of the patients."""
    from console.replay.context import EPOCH

    events = [(t.stamp - EPOCH, replay.case.patient.patient_id, t) for replay in replays for t in replay.transitions]
    events.sort(key=lambda event: event[0])
    lines = (json.dumps(_event(seconds, patient, t), ensure_ascii=False) for seconds, patient, t in events)
    if path is None:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _event(seconds: float, patient: str, transition: Transition) -> dict[str, Any]:
    """One line of the output. from and to are stages of a pattern, priorities of a limit or technical alarm."""
    from console.alarms.alarm import Change

    condition = transition.alarm.condition
    none = "none"
    if condition.kind.is_pattern:
        before = transition.stage_before.word if transition.change is not Change.ONSET else none
        after = condition.stage.word
    else:
        others = {Change.ESCALATE: "medium", Change.DEESCALATE: "high"}
        before = condition.priority.word if transition.change is Change.CLEAR else none
        before = others.get(transition.change, before)
        if condition.kind == "technical" and transition.change in others:
            before = "low" if transition.change is Change.ESCALATE else "medium"
        after = condition.priority.word
    return {
        "patient": patient,
        "seconds": round(seconds, 3),
        "kind": str(condition.kind),
        "parameter": str(condition.parameters[0]) if condition.parameters and not condition.kind.is_pattern else None,
        "from": before,
        "to": none if transition.change is Change.CLEAR else after,
        "priority": condition.priority.word,
        "event": str(transition.change),
        "points": condition.points,
        "reasons": [reason.text for reason in condition.reasons] or [condition.text],
    }
