"""A movement of the admissions office is acknowledged when what it changes is on record, and never lost in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from console.engine.items import Moved
from tests.console.acquisition.test_feed import Served, wait_for


def adt(control: str = "A1", at: str = "20260414024215") -> bytes:
    segments = [
        rf"MSH|^~\&|HIS|HOSPITAL|CONSOLE|WARD|{at}||ADT^A01|{control}|P|2.5",
        f"EVN|A01|{at}",
        "PID|||1001^^^H^MR||Meyer^Anna||19620314|F",
        "PV1||I|ICU^^5",
    ]
    return ("\r".join(segments) + "\r").encode()


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.listeners.stop()


class Sending:
    """A message on its way in a thread of its own."""

    def __init__(self, served: Served, message: bytes) -> None:
        self.codes: list[str] = []
        self._thread = threading.Thread(target=lambda: self.codes.extend(served.send(message)))
        self._thread.start()

    def end(self) -> list[str]:
        self._thread.join(5)
        return self.codes


def moves(served: Served) -> list[Moved]:
    return [item for item in served.items if isinstance(item, Moved)]


def test_the_acknowledgement_waits_for_the_record_of_the_movement(served: Served) -> None:
    sending = Sending(served, adt())
    wait_for(lambda: moves(served))
    assert sending.codes == []
    moves(served)[0].done.set_result(None)
    assert sending.end() == ["AA"]


def test_a_movement_that_could_not_be_recorded_is_to_be_sent_again(served: Served) -> None:
    sending = Sending(served, adt())
    wait_for(lambda: moves(served))
    moves(served)[0].done.set_exception(OSError("disk full"))
    assert sending.end() == ["AE"]


def test_an_engine_that_takes_nothing_leaves_the_sender_to_send_again(served: Served) -> None:
    served.feed._put = lambda item: not isinstance(item, Moved)
    assert Sending(served, adt()).end() == ["AE"]


def test_what_a_crash_left_between_message_and_movement_is_done_when_it_is_sent_again(served: Served) -> None:
    first = Sending(served, adt())
    wait_for(lambda: moves(served))
    moves(served)[0].done.set_exception(OSError("the process ended"))
    first.end()
    again = Sending(served, adt())
    wait_for(lambda: len(moves(served)) == 2)
    moves(served)[1].done.set_result(None)
    assert again.end() == ["AA"]
    assert ("sent twice", 1) in served.view.quarantined


def test_long_after_the_start_a_movement_sent_twice_is_one(served: Served) -> None:
    first = Sending(served, adt())
    wait_for(lambda: moves(served))
    moves(served)[0].done.set_result(None)
    first.end()
    served.feed._since -= 601
    assert served.send(adt()) == ["AA"]
    assert len(moves(served)) == 1
