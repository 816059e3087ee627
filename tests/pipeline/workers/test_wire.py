"""Values over a pipe: what arrives is what was sent, and an array crosses once."""

import threading
import tracemalloc
from multiprocessing import Pipe

import numpy as np
import pytest

from pipeline.workers.wire import Wire


@pytest.fixture
def ends():
    one, other = Pipe()
    wires = Wire(one), Wire(other)
    yield wires
    for wire in wires:
        wire.close()


def crossed(ends, value):
    """A value sent and received, and the bytes that went."""
    sender, receiver = ends
    sent = []
    write = sender._connection.send_bytes
    sender._connection.send_bytes = lambda content: (sent.append(len(content)), write(content))
    sender.send(value)
    del sender._connection.send_bytes
    return receiver.receive(), sum(sent)


def array(seed=0):
    return np.random.default_rng(seed).random((64, 64))  # 32 KiB: fits the pipe's own buffer


def test_arrays_arrive_read_only_with_their_values(ends):
    given = {"a": array(), "b": np.arange(5) > 2, "c": "text", "empty": np.zeros((0, 3))}
    found, _ = crossed(ends, given)
    assert (found["a"] == given["a"]).all()
    assert found["b"].tolist() == [False, False, False, True, True]
    assert found["empty"].shape == (0, 3)
    assert found["c"] == "text"
    with pytest.raises(ValueError, match="read-only"):
        found["a"][0, 0] = 1


def test_an_array_crosses_once_a_call_in_either_direction(ends):
    given = array()
    found, first = crossed(ends, given)
    again, second = crossed(ends, [given, given])
    back, third = crossed(ends[::-1], {"given": found, "new": array(1)})
    assert first > given.nbytes
    assert second < 1000
    assert given.nbytes < third < given.nbytes + 1000
    assert all((one == given).all() for one in (*again, back["given"]))
    assert (back["new"] == array(1)).all()


def test_a_new_call_sends_it_again(ends):
    given = array()
    _, first = crossed(ends, given)
    for wire in ends:
        wire.forget()
    found, again = crossed(ends, given)
    assert again == first
    assert (found == given).all()


def test_a_changed_array_at_the_same_place_is_no_concern_of_another_call(ends):
    given = array()
    crossed(ends, given)
    for wire in ends:
        wire.forget()
    given[:] = 7
    found, _ = crossed(ends, given)
    assert (found == 7).all()


def test_the_other_end_gone_is_an_error(ends):
    ends[1].close()
    with pytest.raises(OSError):
        ends[0].send("anyone?")


def test_a_file_crosses_without_being_held_twice(ends):
    sender, receiver = ends
    given = np.random.default_rng(0).bytes(20_000_000)
    found = []
    thread = threading.Thread(target=lambda: found.append(receiver.receive()))
    thread.start()
    tracemalloc.start()
    sender.send({"data": given, "again": given})
    thread.join(30)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[0]["data"] == given
    assert found[0]["again"] is found[0]["data"]
    assert type(found[0]["data"]) is bytes
    assert peak < 1.3 * len(given)  # what was received, in this same process, and nothing else
