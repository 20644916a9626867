"""Futures of one commit wake another thread once."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from console.store.records import Sample
from console.store.sql_store import SqlStore
from console.store.together import at_the_end, together
from tests.console.store.records_made import receipt, sample


def test_what_is_to_be_done_at_the_end_is_done_when_all_have_ended() -> None:
    done: list[str] = []
    first, second = Future[str](), Future[str]()
    for future in (first, second):
        future.add_done_callback(lambda ended: at_the_end(lambda: done.append(f"told {ended.result()}")))
    with together():
        first.set_result("a")
        done.append("first ended")
        second.set_result("b")
        done.append("second ended")
    assert done == ["first ended", "second ended", "told a", "told b"]


def test_alone_it_is_done_at_once_also_after_a_group_that_failed() -> None:
    done: list[str] = []

    def fail() -> None:
        with together():
            at_the_end(lambda: done.append("of the group"))
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        fail()
    at_the_end(lambda: done.append("alone"))
    assert done == ["of the group", "alone"]


def test_the_messages_of_one_commit_are_told_as_one(store: SqlStore) -> None:
    """While one commit runs others gather: far fewer ends than messages, and none before its message is durable."""
    ends: list[int] = []
    ended: list[Future[bool]] = []

    def tell(future: Future[bool]) -> None:
        ended.append(future)
        at_the_end(lambda: ends.append(len(ended)))

    values: list[Sample] = [sample(0)]
    futures = [store.put_message(receipt(f"k{i}"), values) for i in range(200)]
    for future in futures:
        future.add_done_callback(tell)
    assert all(future.result(10) for future in futures)
    store.put_message(receipt("last"), values).result(10)
    assert ended == futures
    assert len(set(ends)) < 100
