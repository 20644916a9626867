"""One evaluation under way: the process that works it out, followed from a thread."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from math import ceil

from console.evaluation.child import answer
from console.link.evaluation import Result, RunView

GONE = "The evaluation ended without an answer"
ENDS_S = 5.0
LONGEST_REASON = 300
SURE_FROM, SURE_AFTER_S = 0.02, 10.0
"""Part done and seconds from which the time that is left can be told."""


class ProcessRun:
    """Implements console.link.evaluation.Run. Making it starts the process; `join` waits for its end.

    request: the line of console.evaluation.child.request.
    """

    def __init__(self, request: str) -> None:
        self._lock = threading.Lock()
        self._view = RunView(done=False, progress=0.0, doing="The stored days are being opened")
        self._cancelled = False
        self._began = time.monotonic()
        # A file and not a pipe: nobody has to read it for the process to go on.
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - see _follow
        self._process = subprocess.Popen(
            [sys.executable, "-m", "console.evaluation.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            encoding="utf-8",
        )
        self._thread = threading.Thread(target=self._follow, args=(request,), name="evaluation", daemon=True)
        self._thread.start()

    def view(self) -> RunView:
        """How far it has come."""
        with self._lock:
            return self._view

    def cancel(self) -> None:
        """End it; returns at once, may be called twice."""
        with self._lock:
            if self._view.done:
                return
            self._cancelled = True
        self._process.kill()

    def join(self) -> None:
        """Wait until process and thread have ended."""
        self._thread.join(ENDS_S)

    def _follow(self, request: str) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        end: Result | str | None = None
        with self._complaints, process.stdout:
            with contextlib.suppress(BrokenPipeError):  # it has ended already; why stands among its complaints
                process.stdin.write(request + "\n")
                process.stdin.flush()
            for line in process.stdout:
                told = answer(line)
                if isinstance(told, tuple):
                    self._show(RunView(done=False, progress=told[0], doing=told[1] + self._left(told[0])))
                elif told is not None:
                    end = told
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()
            self._complaints.seek(0)
            why = self._complaints.read().strip().rpartition("\n")[2][:LONGEST_REASON]
        self._end(end, why)

    def _left(self, progress: float) -> str:
        """How long it will still take at this rate, in words; "" while that is a guess."""
        spent = time.monotonic() - self._began
        if progress < SURE_FROM or spent < SURE_AFTER_S:
            return ""
        return f" · about {ceil(spent * (1 - progress) / progress / 60)} min left"

    def _end(self, end: Result | str | None, why: str) -> None:
        if self._cancelled:
            self._show(RunView(done=True, progress=0.0))
        elif isinstance(end, Result):
            self._show(RunView(done=True, progress=1.0, result=end))
        else:
            error = end or (f"{GONE}: {why}" if why else GONE)
            self._show(RunView(done=True, progress=0.0, error=" ".join(error.split()).rstrip(".") + "."))

    def _show(self, view: RunView) -> None:
        with self._lock:
            self._view = view
