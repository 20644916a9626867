"""The one program. Each command lives in a module of console.commands that brings its own arguments and `run`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from console import logs
from console.config import ConfigError

COMMANDS = (
    "console.commands.desktop",
    "console.commands.demo",
    "console.commands.gateway",
    "console.commands.simulate",
    "console.commands.decode",
    "console.commands.hl7",
    "console.commands.alerts",
    "console.commands.replay",
    "console.commands.evaluate",
    "console.commands.export",
    "console.commands.audit",
    "console.commands.db",
    "console.commands.user",
    "console.commands.doctor",
)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the whole usage is what --help is for."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """The arguments of every command. Command modules import heavy libraries only when they run."""
    parser = Parser(
        prog="ward-console",
        description="Central station for adults with an intrathecal baclofen pump. The bedside monitor stays the "
        "primary alarm. Without a command the desktop console starts.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(name).add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status 0 success, 1 the work failed, 2 wrong usage or bad input."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words.insert(0, "console")
    arguments = build_parser().parse_args(words)
    logs.begin()
    try:
        return int(arguments.run(arguments))
    except ConfigError as error:
        print(str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has gone; Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("WARD_CONSOLE_DEBUG"):
            raise
        print(logs.one_line(f"ward-console {arguments.command}: {type(error).__name__}: {error}"), file=sys.stderr)
        return 1
