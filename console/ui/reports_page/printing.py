"""Printing in a process of its own: a print system that does not answer never holds the screen of the ward.

The process looks for printers, or lays a report out once more and paints it onto one.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from console.link.reports import Report

LOOK_S = 20.0
PRINT_S = 120.0
NO_ANSWER = "The print system of this computer does not answer. Save the report as PDF and print it elsewhere."


@dataclass(frozen=True, slots=True)
class Printers:
    """names: the default printer first. error: why there is none, one sentence, "" when there are some."""

    names: tuple[str, ...] = ()
    error: str = ""


class Printing:
    """Answers by futures; one thing at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "printing")
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def look(self) -> Future[Printers]:
        """Which printers this computer knows."""
        return self._pool.submit(self._look)

    def print(self, report: Report, paper: str, printer: str) -> Future[str]:
        """Print; "" when the print system has taken it, else why not."""
        return self._pool.submit(self._print, report, paper, printer)

    def close(self) -> None:
        """End what is under way."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _look(self) -> Printers:
        answer = self._ask({"act": "look"}, b"", LOOK_S)
        names = answer.get("names")
        return Printers(tuple(str(n) for n in names) if isinstance(names, list) else (), str(answer.get("error", "")))

    def _print(self, report: Report, paper: str, printer: str) -> str:
        question = {"act": "print", "printer": printer, "paper": paper}
        return str(self._ask(question, pickle.dumps(report), PRINT_S).get("error", ""))

    def _ask(self, question: dict[str, str], data: bytes, seconds: float) -> dict[str, object]:
        command = [sys.executable, "-m", "console.ui.reports_page.print_process"]
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        try:
            with self._lock:
                if self._closed:
                    return {"error": "The console is being closed; nothing was printed."}
                self._child = child = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
                )
            out, err = child.communicate(json.dumps(question).encode() + b"\n" + data, seconds)
            return dict(json.loads(out.splitlines()[-1]))
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return {"error": NO_ANSWER}
        except (OSError, ValueError, IndexError) as error:
            said = err.decode(errors="replace").strip().splitlines()[-1:] if isinstance(error, IndexError) else []
            return {"error": f"Printing cannot be started here: {said[0] if said else error}."}
        finally:
            with self._lock:
                self._child = None
