"""The process that works an evaluation out: away from the console's interpreter, at the lowest priority.

One JSON object comes in on standard input (`request`); JSON lines go out: {"progress", "doing"} and at the end
{"result"} or {"error"}. The process ends when its standard input does, so none is left behind by a console that was
killed. It opens the database for reading alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TextIO

from console.alarms.detector_rules import RulesError
from console.config import Config, ConfigError
from console.evaluation.run import Days, evaluate
from console.link.evaluation import Question, Result
from console.rules import load_rules
from console.store.codec import decode, encode
from console.store.errors import StoreError
from console.store.upkeep import reading

PROGRESS_S = 0.25


def request(url: str, config: Config, in_force: Mapping[str, Any], asked: Mapping[str, Any], question: Question) -> str:
    """The line for the process. in_force, asked: overrides of the two sets of thresholds."""
    return json.dumps(
        {
            "url": url,
            "config": config.model_dump(mode="json"),
            "in_force": dict(in_force),
            "asked": dict(asked),
            "start": question.start.isoformat(),
            "end": question.end.isoformat(),
            "beds": list(question.beds),
            "simulated": question.simulated,
        }
    )


def answer(line: str) -> tuple[float, str] | Result | str | None:
    """What a line of the process says: progress, the result, or the sentence of an error; None for anything else."""
    try:
        told = json.loads(line)
        if "result" in told:
            return decode(Result, json.dumps(told["result"]))
        if "error" in told:
            return str(told["error"])
        return float(told["progress"]), str(told["doing"])
    except (ValueError, KeyError, TypeError):
        return None


def work(line: str, out: TextIO) -> None:
    """Answer one request."""

    def say(**words: Any) -> None:
        out.write(json.dumps(words) + "\n")
        out.flush()

    last = 0.0

    def progress(done: float, doing: str) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_S:
            last = time.monotonic()
            say(progress=done, doing=doing)

    try:
        asked = json.loads(line)
        days = Days(
            datetime.fromisoformat(asked["start"]),
            datetime.fromisoformat(asked["end"]),
            tuple(asked["beds"]),
            bool(asked["simulated"]),
        )
        config = Config.model_validate(asked["config"])
        present, proposed = load_rules(asked["in_force"]), load_rules(asked["asked"])
        with reading(asked["url"]) as engine:
            result = evaluate(engine, config, present, proposed, days, progress)
    except (StoreError, ConfigError, RulesError) as error:
        say(error=f"{error}")
    else:
        say(result=json.loads(encode(result)))


def _give_way() -> None:
    """The ward goes first, always: this runs only while the processor has nothing else to do, where that can be had."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def main() -> None:
    """Run one evaluation, then end."""
    _give_way()
    line = sys.stdin.readline()

    def watch() -> None:
        sys.stdin.read()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    work(line, sys.stdout)
    # The watching thread still reads: an ordinary exit would wait for the lock it holds.
    os._exit(0)


if __name__ == "__main__":
    main()
