"""Values become bytes and come back with every bit; sealed bytes open at their place only."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.analyser import Case
from pipeline.errors import ContractError
from pipeline.types import Examination, Method, Problem, Step, Structure
from records import CaseContent
from records.contents.array_codec import array_digest, compressed_array, restored_array
from records.contents.case_codec import array_names, decode_case, encode_case
from records.contents.cipher import Cipher
from records.errors import StoreDamagedError
from tests.records.cases import case_result, content, differences


def round_trip(given: CaseContent) -> CaseContent:
    encoded = encode_case(given)
    compressed = {digest: compressed_array(array) for digest, array in encoded.arrays.items()}
    assert array_names(encoded.values) == set(compressed)
    return decode_case(encoded.values, lambda digest: restored_array(compressed[digest]))


def test_a_case_comes_back_as_it_was() -> None:
    given = content()
    assert differences(given, round_trip(given)) == []
    assert encode_case(round_trip(given)).values == encode_case(given).values


def test_what_is_no_case_yet_and_what_failed_come_back_too() -> None:
    result = case_result()
    examined = Examination(
        radiograph=result.radiograph,
        anatomy=result.anatomy,
        prediction=result.prediction,
        timings_ms={Step.READ: 1, Step.SEGMENT: 0.1 + 0.2},
        provenance={"seed": 0, "weights": "я", "share": float(np.float32(0.1))},
    )
    found = round_trip(CaseContent(result=examined))
    assert type(found.result) is Examination
    assert differences(examined, found.result) == []
    failed = replace(
        result, report=None, problems=(Problem(step=Step.WRITE, code="worker_died", parameters={}),)
    )
    assert differences(failed, round_trip(CaseContent(result=failed)).result) == []


def test_the_case_of_the_python_api_is_stored_as_a_case_result() -> None:
    result = case_result()
    fields = {name: getattr(result, name) for name in type(result).__dataclass_fields__}
    found = round_trip(CaseContent(result=Case(**fields))).result
    assert differences(result, found) == []


def test_numpy_numbers_come_back_as_pythons_with_every_bit() -> None:
    result = case_result()
    lime = result.explanations[Method.LIME]
    measured = replace(lime, measures={"r2": np.float32(0.1)})
    given = replace(result, explanations={**result.explanations, Method.LIME: measured})
    found = round_trip(CaseContent(result=given)).result
    assert found.explanations[Method.LIME].measures == {"r2": 0.10000000149011612}


def test_an_array_in_several_places_is_stored_once() -> None:
    given = content()
    assert given.result.radiograph is given.explained["covid19"].radiograph
    named = json.dumps(json.loads(encode_case(given).values))
    digest = array_digest(given.result.radiograph.pixels)
    assert named.count(digest) == 2
    assert encode_case(given).arrays.keys() >= {digest}


@given(
    arrays.arrays(
        dtype=st.sampled_from([np.float32, np.bool_, np.uint8, np.int64]),
        shape=arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=9),
    )
)
def test_any_array_comes_back_bit_by_bit(array: np.ndarray) -> None:
    for one in (array, array[..., ::-1], np.asfortranarray(array)):
        found = restored_array(compressed_array(one))
        assert (found.dtype, found.shape) == (one.dtype, one.shape)
        assert found.tobytes() == one.tobytes()
        assert array_digest(found) == array_digest(one)
        assert not found.flags.writeable


def test_digests_tell_arrays_of_equal_bytes_apart() -> None:
    zeros = np.zeros((2, 4), np.float32)
    others = (zeros.reshape(4, 2), zeros.view(np.int32), np.ones((2, 4), np.float32))
    assert array_digest(zeros) not in [array_digest(other) for other in others]


def test_only_numbers_are_stored_and_broken_bytes_are_refused() -> None:
    with pytest.raises(ContractError):
        compressed_array(np.array([object()]))
    compressed = compressed_array(np.arange(9.0))
    for broken in (
        b"",
        b"{}\n",
        compressed[:-3],
        compressed.replace(b"<f8", b"|O8"),
        b"\xff" + compressed,
    ):
        with pytest.raises(ContractError):
            restored_array(broken)


def test_stored_bytes_make_nothing_but_the_values_there_are() -> None:
    values = encode_case(CaseContent(result=case_result())).values
    for plain in (
        values.replace(b'"$":"Radiograph"', b'"$":"Path"'),
        values.replace(b'"$":"Radiograph"', b'"$":"Anatomy"'),
        values.replace(b'"sha256"', b'"sha257"'),
        b"[]",
        b"{",
    ):
        with pytest.raises(ContractError):
            decode_case(plain, lambda digest: np.zeros((96, 88), np.float32))
    with pytest.raises(ContractError):
        encode_case(CaseContent(result=object()))  # type: ignore[arg-type]


def test_a_case_from_before_hearts_were_outlined_is_read_back() -> None:
    case = case_result()
    masks = dict(case.anatomy.masks_image)
    del masks[Structure.HEART]
    earlier = replace(case, anatomy=replace(case.anatomy, masks_image=masks))
    encoded = encode_case(CaseContent(result=earlier))
    found = decode_case(encoded.values, encoded.arrays.__getitem__).result.anatomy
    assert found.masks_image.keys() == masks.keys()


def test_sealed_bytes_open_at_their_place_with_their_key_unchanged() -> None:
    cipher = Cipher(b"k" * 32)
    sealed = cipher.seal(b"a chest", "results", "case", 1)
    assert b"chest" not in sealed
    assert cipher.open(sealed, "results", "case", 1) == b"a chest"
    assert cipher.seal(b"a chest", "results", "case", 1) != sealed
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for key, content_, place in (
        (b"k", sealed, ("results", "case", 2)),
        (b"k", sealed, ("results", "other", 1)),
        (b"l", sealed, ("results", "case", 1)),
        (b"k", changed, ("results", "case", 1)),
        (b"k", b"XR1", ("results", "case", 1)),
        (b"k", b"a chest", ("results", "case", 1)),
    ):
        with pytest.raises(StoreDamagedError):
            Cipher(key * 32).open(content_, *place)


def test_identifiers_are_hashed_with_the_key_and_by_kind() -> None:
    cipher = Cipher(b"k" * 32)
    assert cipher.identifier("patient", "Ivanov") == cipher.identifier("patient", "Ivanov")
    others = (
        cipher.identifier("source", "Ivanov"),
        cipher.identifier("patient", "Ivanova"),
        Cipher(b"l" * 32).identifier("patient", "Ivanov"),
    )
    assert cipher.identifier("patient", "Ivanov") not in others
    assert cipher.key_id != Cipher(b"l" * 32).key_id
