"""The guard process: `python -m console.ui.watchdog`, started by the window with a pipe on its standard input."""

from __future__ import annotations

import os
import signal
import sys

from console.ui.watchdog.guard import Guarded, State, guard, read_lines


def main() -> int:
    """Wait on the pipe; signal; end with the window."""
    # It ends when its window ends, not when somebody interrupts both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = sys.stdin.fileno()

    def alarm(guarded: Guarded) -> None:
        # Not before: Qt takes a hundred times the memory of a guard that waits.
        from console.ui.display import look_for_display

        if guarded.state is State.DEAD and not look_for_display().usable:
            # The screen may have died with the window: then at least it is heard.
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from console.ui.watchdog.alarm import show_and_sound

        show_and_sound(guarded, lambda: read_lines(pipe, guarded, 0.0))

    guard(pipe, alarm)
    return 0


if __name__ == "__main__":
    sys.exit(main())
