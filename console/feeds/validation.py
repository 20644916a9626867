"""One message against the standard with hl7apy, in a process of its own: it takes seconds for a large message, holds
the interpreter meanwhile, and may fail in any way.

`python -m console.feeds.validation` reads the message from its input and writes one JSON object.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

from console.link.feeds import Validation
from hl7.reader import UnreadableError, read_message

LONGEST_S = 30.0
LOOK_S = 0.3
MEMORY = 2 * 1024**3
MOST_LINES = 200
LONGEST_LINE = 300


def validate(raw: bytes, stop: threading.Event, longest_s: float = LONGEST_S) -> Validation:
    """Waits for the process until `stop` is set, at most longest_s seconds. Every end of it is a sentence."""
    until = time.monotonic() + longest_s
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "console.feeds.validation"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        return Validation(f"hl7apy cannot be started: {error.strerror or error}.")
    with process:
        given: bytes | None = raw
        while not stop.is_set() and time.monotonic() < until:
            try:
                return _answer(*process.communicate(given, timeout=LOOK_S), process.returncode)
            except subprocess.TimeoutExpired:
                given = None
        process.kill()
        process.communicate()
    return Validation(f"hl7apy has not come to an end within {longest_s:.0f} s; the message is too large for it.")


def _answer(out: bytes, complaints: bytes, status: int) -> Validation:
    try:
        told = json.loads(out)
        return Validation(str(told["verdict"]), tuple(map(str, told["lines"])))
    except (ValueError, KeyError, TypeError):
        why = complaints.decode("utf-8", "replace").strip().rpartition("\n")[2][:LONGEST_LINE]
        return Validation(f"hl7apy has ended without an answer: {why or f'status {status}'}")


def check(raw: bytes) -> Validation:
    """What hl7apy says, in this process. Whatever it raises becomes the verdict."""
    try:
        # Without CR as line end hl7apy loses the rest of the message without a word (HL7 facts, parsing).
        segments = [segment.line for segment in read_message(raw).segments]
    except UnreadableError as error:
        return Validation(f"The message cannot be read: {error}.")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        raised = ""
        try:
            message = parse_message("\r".join(segments), validation_level=VALIDATION_LEVEL.TOLERANT)
            Validator.validate(message, report_file=str(report))
        except Exception as error:  # noqa: BLE001 - hl7apy ends in many ways for bad input, also in a bare IndexError
            # It raises the first of what it has reported as well.
            words = " ".join(str(error).split())[:LONGEST_LINE]
            raised = f"hl7apy cannot check it: {type(error).__name__}{f': {words}' if words else ''}."
        lines = report.read_text(encoding="utf-8", errors="replace").splitlines() if report.exists() else []
    told = [line[:LONGEST_LINE] for line in lines if line.strip()]
    if not told:
        return Validation(raised or "Valid: hl7apy finds nothing against the standard.")
    more = f", the first {MOST_LINES} are shown" if len(told) > MOST_LINES else ""
    return Validation(f"{len(told)} remarks of hl7apy{more}.", tuple(told[:MOST_LINES]))


def main() -> None:
    """The process: bounded in memory and time, whoever started it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (round(LONGEST_S) + 5, round(LONGEST_S) + 5))
    told = check(sys.stdin.buffer.read())
    print(json.dumps({"verdict": told.verdict, "lines": told.lines}))


if __name__ == "__main__":
    main()
