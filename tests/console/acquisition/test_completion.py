"""Futures of the writer's thread, told to the loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

from console.acquisition.completion import Completion


def test_every_future_ended_by_another_thread_is_told_on_the_loop_in_order():
    told: list[tuple[int, int]] = []

    async def main() -> None:
        completion: Completion[int] = Completion()
        futures: list[Future[int]] = [Future() for _ in range(100)]
        done = asyncio.Event()

        def tell(number: int) -> None:
            told.append((number, threading.get_ident()))
            if len(told) == len(futures):
                done.set()

        for number, future in enumerate(futures):
            completion.tell(future, lambda _, number=number: tell(number))

        def end_all() -> None:
            for number, future in enumerate(futures):
                if number % 10:
                    future.set_result(number)
                else:
                    future.set_exception(OSError(str(number)))

        thread = threading.Thread(target=end_all)
        thread.start()
        async with asyncio.timeout(5):
            await done.wait()
        thread.join()

    asyncio.run(main())
    assert told == [(number, threading.get_ident()) for number in range(100)]


def test_a_future_that_has_ended_needs_no_turn_of_the_loop():
    future: Future[str] = Future()
    future.set_result("done")
    told: list[str] = []
    Completion().tell(future, lambda ended: told.append(ended.result()))
    assert told == ["done"]


def test_a_loop_that_has_ended_is_left_alone():
    future: Future[int] = Future()
    told: list[int] = []

    async def main() -> None:
        Completion().tell(future, lambda _: told.append(1))

    asyncio.run(main())
    future.set_result(1)
    assert told == []


def test_what_belongs_to_one_commit_is_followed_by_one_call():
    calls: list[str] = []

    async def main() -> None:
        completion: Completion[str] = Completion(lambda: calls.append("after"))
        futures: list[Future[str]] = [Future() for _ in range(3)]
        for future in futures:
            completion.tell(future, lambda ended: calls.append(ended.result()))
        for name, future in zip("abc", futures, strict=True):
            future.set_result(name)
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert calls == ["a", "b", "c", "after"]
