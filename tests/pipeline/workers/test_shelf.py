"""Arrays on a shelf: what is handed over is what was given, and nothing stays when it is closed."""

from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest

from pipeline.workers import shelf as shelves
from pipeline.workers.shelf import ANSWER_ROOM, Shelf

RADIOGRAPH = np.random.default_rng(0).random((300, 200), dtype=np.float32)
MASK = RADIOGRAPH > 0.5
GIVEN = {"radiograph": RADIOGRAPH, "mask": MASK, "small": np.arange(5), "word": "radiograph"}


@pytest.fixture
def shelf():
    opened = Shelf()
    yield opened
    opened.close()


def same(one, other):
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert np.array_equal(value, other[name])


def test_a_value_goes_there_and_an_answer_back(shelf):
    with shelf.parcelled(GIVEN) as parcel:
        assert len(parcel.content) < RADIOGRAPH.nbytes
        assert len(parcel.places) == 1  # the mask is below what is worth it
        taken = parcel.opened()
        same(taken, GIVEN)
        assert not taken["radiograph"].flags.writeable
        answer = parcel.answered({"map": RADIOGRAPH * 2})
        assert answer.places[0][0] == parcel.places[-1][1]  # behind what was given
        found = shelf.opened(answer)
    same(found, {"map": RADIOGRAPH * 2})
    with shelf.parcelled({"radiograph": RADIOGRAPH * 0}):
        same(found, {"map": RADIOGRAPH * 2})  # copies, whatever comes next
        same(taken, GIVEN)


def test_an_answer_without_arrays_goes_through_the_pipe_alone(shelf):
    with shelf.parcelled(GIVEN) as parcel:
        assert shelf.opened(parcel.answered("a word")) == "a word"


def test_without_arrays_there_is_no_shelf(shelf):
    with shelf.parcelled("a word") as parcel:
        assert (parcel.shelf, parcel.places) == ("", ())
        assert parcel.opened() == "a word"
        answer = parcel.answered(RADIOGRAPH)
    assert answer.shelf == ""
    assert np.array_equal(shelf.opened(answer), RADIOGRAPH)


@pytest.mark.parametrize("free", [0, 2 * RADIOGRAPH.nbytes])
def test_where_memory_is_short_all_goes_through_the_pipe(shelf, monkeypatch, free):
    monkeypatch.setattr(shelves.shutil, "disk_usage", lambda folder: type("", (), {"free": free}))
    monkeypatch.setattr(shelves, "SHARED_FOLDER", shelves.Path("/"))
    with shelf.parcelled(GIVEN) as parcel:
        assert parcel.shelf == ""
        same(parcel.opened(), GIVEN)


def test_an_answer_that_does_not_fit_goes_through_the_pipe(shelf, monkeypatch):
    monkeypatch.setattr(shelves, "ANSWER_ROOM", 10)
    with shelf.parcelled(GIVEN) as parcel:
        answer = parcel.answered(np.tile(RADIOGRAPH, (30, 1)))
        assert answer.shelf == ""
        assert np.array_equal(shelf.opened(answer), np.tile(RADIOGRAPH, (30, 1)))


def test_a_second_call_at_the_same_time_does_without(shelf):
    with shelf.parcelled(GIVEN) as first, shelf.parcelled({"radiograph": RADIOGRAPH * 0}) as second:
        assert second.shelf == ""
        same(first.opened(), GIVEN)
        same(second.opened(), {"radiograph": RADIOGRAPH * 0})


def test_memory_is_used_again_and_grows(shelf):
    with shelf.parcelled(GIVEN) as first:
        pass
    with shelf.parcelled({"radiograph": RADIOGRAPH * 0}) as second:
        pass
    assert first.shelf == second.shelf
    large = np.zeros(ANSWER_ROOM + 2 * RADIOGRAPH.nbytes, np.uint8)
    with shelf.parcelled(large) as third:
        assert third.shelf != first.shelf
        assert np.array_equal(third.opened(), large)
    with pytest.raises(FileNotFoundError):
        SharedMemory(first.shelf)


def test_after_a_call_that_broke_off_the_worker_writes_to_nobody(shelf):
    with pytest.raises(TimeoutError), shelf.parcelled(GIVEN) as parcel:
        raise TimeoutError
    with shelf.parcelled(GIVEN) as next_parcel:
        assert next_parcel.shelf != parcel.shelf


def test_nothing_stays_on_it_after_a_call(shelf):
    with shelf.parcelled(GIVEN) as parcel:
        shelf.opened(parcel.answered({"map": RADIOGRAPH * 2}))
    memory = SharedMemory(parcel.shelf)
    left = np.frombuffer(memory.buf, np.uint8).copy()
    memory.close()
    assert left.size > 2 * RADIOGRAPH.nbytes
    assert not left.any()


def test_nothing_stays_when_it_is_closed(shelf):
    with shelf.parcelled(GIVEN) as parcel:
        pass
    shelf.close()
    with pytest.raises(FileNotFoundError):
        SharedMemory(parcel.shelf)
