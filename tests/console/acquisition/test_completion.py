"""Futures of the writer's thread, awaited on the loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from console.acquisition.completion import Completion


def test_results_and_errors_come_through_from_another_thread():
    async def main() -> list[object]:
        completion = Completion()
        futures: list[Future[int]] = [Future() for _ in range(100)]
        waiting = [asyncio.ensure_future(completion.wait(future)) for future in futures]
        await asyncio.sleep(0)

        def end_all() -> None:
            for number, future in enumerate(futures):
                if number % 10:
                    future.set_result(number)
                else:
                    future.set_exception(OSError(str(number)))

        thread = threading.Thread(target=end_all)
        thread.start()
        found = await asyncio.gather(*waiting, return_exceptions=True)
        thread.join()
        return found

    found = asyncio.run(main())
    assert [str(x) for x in found] == [str(n) for n in range(100)]
    assert [isinstance(x, OSError) for x in found] == [n % 10 == 0 for n in range(100)]


def test_a_future_that_has_ended_needs_no_turn_of_the_loop():
    future: Future[str] = Future()
    future.set_result("done")

    async def main() -> str:
        return await Completion().wait(future)

    assert asyncio.run(main()) == "done"


def test_giving_up_the_wait_leaves_the_write_alone():
    async def main() -> Future[int]:
        future: Future[int] = Future()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await Completion().wait(future)
        future.set_result(1)
        await asyncio.sleep(0.01)
        return future

    assert asyncio.run(main()).result() == 1
