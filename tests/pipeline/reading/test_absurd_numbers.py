"""Numbers in a header that no radiograph has: an error of the file, and never one of ours."""

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.reading import FileReader
from pipeline.settings import Settings
from tests.pipeline.reading.crafted import dataset, ramp, saved

MARKS = {
    "RescaleIntercept": "777111",
    "RescaleSlope": "777222",
    "WindowCenter": "777333",
    "WindowWidth": "777444",
}


@pytest.mark.parametrize("windowed", [True, False])
@pytest.mark.parametrize("value", [b"NaN", b"inf", b"-inf", b"1e400", b"1e308", b"-1e308"])
@pytest.mark.parametrize("name", MARKS)
def test_a_number_beyond_all_measure_is_refused(name: str, value: bytes, windowed: bool) -> None:
    scale = {"RescaleIntercept": "0", "RescaleSlope": "1"}
    window = {"WindowCenter": "2000", "WindowWidth": "4000"}
    if name in window and not windowed:
        pytest.skip("there is no window")
    elements = {**scale, **(window if windowed else {}), name: MARKS[name]}
    pixels = ramp(128).astype(np.uint16) * 16
    data = saved(dataset(pixels, bits=12, **elements))
    assert MARKS[name].encode() in data
    data = data.replace(MARKS[name].encode(), value.ljust(6))
    with pytest.raises(InputError):
        FileReader(Settings()).read(data)
