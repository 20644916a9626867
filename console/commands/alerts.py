"""`ward-console alerts receive`: an alarm manager to try out; shows every alarm it is sent, and accepts it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

from hl7.acknowledgement import ACCEPT, Verdict, judge, judge_unreadable
from hl7.alerts import read_alerts
from hl7.connection import Delivery
from hl7.listener import Listener, ListenerSettings
from hl7.reader import Message, UnreadableError, read_message

KNOWN = 10_000
"""Control ids remembered, to tell a message that is sent again."""


def add_parser(subparsers: Any) -> None:
    """The arguments of the command."""
    parser = subparsers.add_parser("alerts", help="receive alarms as an alarm manager would, to try it out")
    actions = parser.add_subparsers(dest="alerts_action", required=True, metavar="receive")
    receive = actions.add_parser("receive", help="show every alarm that arrives over plain MLLP, and accept it")
    receive.add_argument("--port", type=int, required=True, metavar="PORT", help="0 for a free one")
    receive.add_argument("--seconds", type=float, metavar="S", help="end by itself; without it, with Ctrl+C")
    receive.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Receive on this computer alone (127.0.0.1) until told to end. 1: the port cannot be had, 2: there is no such."""
    if not 0 <= args.port < 65536:
        return _fail("--port: give a number from 0 to 65535", 2)
    if args.seconds is not None and args.seconds <= 0:
        return _fail("--seconds: give more than 0", 2)
    try:
        asyncio.run(_receive(args.port, args.seconds))
    except OSError as error:
        return _fail(f"port {args.port}: {(error.strerror or str(error)).lower()}", 1)
    return 0


def _fail(text: str, status: int) -> int:
    print(f"ward-console alerts: {text}", file=sys.stderr)
    return status


async def _receive(port: int, seconds: float | None) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    listener = Listener(ListenerSettings("alerts", port=port), Receiver().deliver)
    host, port = await listener.start()
    for number in numbers:
        loop.add_signal_handler(number, ended.set)
    try:
        print(f"receiving on {host}:{port}", flush=True)
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
        await listener.stop()


class Receiver:
    """Prints a line for every message. One that is sent again is accepted again, and told as such."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()

    def deliver(self, delivery: Delivery) -> asyncio.Future[Verdict]:
        """Take one message."""
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        try:
            message = read_message(delivery.data)
        except UnreadableError as error:
            print(f"unreadable: {error}", flush=True)
            answer.set_result(judge_unreadable(error))
            return answer
        verdict = judge(message)
        answer.set_result(verdict)
        if verdict.code == ACCEPT:
            for line in self.lines(message):
                print(line, flush=True)
        return answer

    def lines(self, message: Message) -> list[str]:
        """What a message says, a line for each alarm."""
        again = message.control_id in self._known
        self._known[message.control_id] = None
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        alerts, alive = read_alerts(message)
        begin = f"{datetime.now(UTC):%H:%M:%S}{' again' if again else ''}"
        if alive:
            return [f"{begin} sign of life"]
        return [
            _plain(f"{begin} {alert.phase or '-'} {alert.priority.value} {alert.location or '-'} {alert.text}")
            for alert in alerts
        ]


def _plain(text: str) -> str:
    """Text from outside on one line of a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)[:400]
