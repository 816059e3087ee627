"""Who goes first: every rule of the queue, with callers that wait in threads."""

import threading
from collections.abc import Iterable

import pytest

from pipeline.errors import CancelledByUserError
from pipeline.protocols import Priority
from pipeline.workers.job import Job
from pipeline.workers.queue import Queue


def served(callers: Iterable[tuple[str, Priority, Job]]) -> list[str]:
    """The order in which callers that all wait for one place get it."""
    queue, order, first = Queue(), [], threading.Event()
    started, threads = threading.Event(), []

    def hold() -> None:
        with queue.turn(Priority.IMAGES, Job("holder")):
            started.set()
            first.wait(10)

    def wait(name: str, priority: Priority, job: Job) -> None:
        with queue.turn(priority, job):
            order.append(name)

    threads.append(threading.Thread(target=hold))
    threads[0].start()
    started.wait(10)
    for number, caller in enumerate(callers, 1):
        threads.append(threading.Thread(target=wait, args=caller))
        threads[-1].start()
        while len(queue._waiting) < number:
            threads[-1].join(0.01)
    first.set()
    for thread in threads:
        thread.join(10)
    return order


def job(visit: str = "", *, in_view: bool = False, text_wanted: bool = False) -> Job:
    made = Job(visit)
    made.in_view, made.text_wanted = in_view, text_wanted
    return made


def test_images_before_reports_before_quality_before_text() -> None:
    names = [Priority.TEXT, Priority.QUALITY, Priority.REPORT, Priority.IMAGES]
    found = served((priority.name, priority, job()) for priority in names)
    assert found == ["IMAGES", "REPORT", "QUALITY", "TEXT"]


def test_the_radiograph_in_view_goes_first_among_its_visits() -> None:
    shown = job("a", in_view=True)
    images = Priority.IMAGES
    callers = [("first", images, job("a")), ("second", images, job("a")), ("shown", images, shown)]
    assert served(callers) == ["shown", "first", "second"]


def test_visits_take_turns() -> None:
    images = Priority.IMAGES
    callers = [(f"a{number}", images, job("a")) for number in range(3)]
    callers += [(f"b{number}", images, job("b")) for number in range(2)]
    assert served(callers) == ["a0", "b0", "a1", "b1", "a2"]


def test_a_text_explanation_that_is_waited_for_goes_with_the_reports() -> None:
    wanted = job("a", text_wanted=True)
    callers = [
        ("quality", Priority.QUALITY, job("a")),
        ("text", Priority.TEXT, job("a")),
        ("wanted", Priority.TEXT, wanted),
    ]
    assert served(callers) == ["wanted", "quality", "text"]


def test_one_who_waits_can_leave() -> None:
    queue, waiting = Queue(), Job()
    met: list[BaseException] = []

    def wait() -> None:
        try:
            with queue.turn(Priority.IMAGES, waiting):
                raise AssertionError("the place is taken")
        except CancelledByUserError as error:
            met.append(error)

    with queue.turn(Priority.IMAGES, Job()):
        thread = threading.Thread(target=wait)
        thread.start()
        waiting.cancel()
        thread.join(10)
    assert len(met) == 1
    with queue.turn(Priority.IMAGES, Job()):  # and the place is free again
        pass


def test_an_error_frees_the_place() -> None:
    queue = Queue()
    with pytest.raises(ZeroDivisionError), queue.turn(Priority.IMAGES, Job()):
        raise ZeroDivisionError
    with queue.turn(Priority.IMAGES, Job()):
        pass
