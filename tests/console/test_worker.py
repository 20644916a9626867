"""What is asked of a desk is done in turn on its own thread, and always answered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

from console.worker import BUSY, CLOSED, Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("desk of the test", 1, 4)
    yield made
    made.stop()


def as_it_is(sentence: str) -> str:
    return sentence


def refuse(sentence: str) -> NoReturn:
    raise ValueError(sentence)


def test_it_works_in_turn_on_a_thread_of_its_own(worker: Worker) -> None:
    done: list[int] = []
    answers = [worker.ask(lambda n=n: done.append(n) or threading.current_thread().name, as_it_is) for n in range(4)]
    assert all(answer.result(10).startswith("desk of the test") for answer in answers)
    assert done == [0, 1, 2, 3]


def test_what_the_work_raises_is_the_answer_and_the_next_has_its_turn(worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError):
        worker.ask(lambda: str(1 // 0), as_it_is).result(10)
    assert worker.ask(lambda: "well", as_it_is).result(10) == "well"


def test_more_than_may_wait_is_refused_at_once_and_room_comes_back(worker: Worker) -> None:
    hold = threading.Event()
    waiting = [worker.ask(lambda: hold.wait(10) and "done", as_it_is) for _ in range(4)]
    assert worker.ask(lambda: "never", as_it_is).result(0) == BUSY
    with pytest.raises(ValueError, match="Too much is being asked"):
        worker.ask(lambda: "never", refuse).result(0)
    hold.set()
    assert [answer.result(10) for answer in waiting] == ["done"] * 4
    assert worker.ask(lambda: "again", as_it_is).result(10) == "again"


def test_closing_ends_what_is_under_way_and_answers_everything_else(worker: Worker) -> None:
    begun, hold = threading.Event(), threading.Event()
    under_way = worker.ask(lambda: begun.set() or (hold.wait(10) and "done"), as_it_is)
    waits, raises = worker.ask(lambda: "never", as_it_is), worker.ask(lambda: "never", refuse)
    begun.wait(10)
    closing = threading.Thread(target=worker.stop)
    closing.start()
    assert waits.result(10) == CLOSED
    with pytest.raises(ValueError, match="being closed"):
        raises.result(10)
    hold.set()
    closing.join()
    assert under_way.result(0) == "done"
    assert worker.ask(lambda: "late", as_it_is).result(0) == CLOSED


def test_nobody_can_take_back_what_was_asked(worker: Worker) -> None:
    answer = worker.ask(lambda: "done", as_it_is)
    assert answer.cancel() is False
    assert answer.result(10) == "done"
