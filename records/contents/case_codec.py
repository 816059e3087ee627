"""A case's contents as JSON and arrays, and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from numpy.typing import NDArray

from pipeline.errors import ContractError
from pipeline.types import Section
from records.contents.array_codec import array_digest
from records.contents.value_codec import ARRAY, ValueCodec
from records.values import CaseContent

_CODEC = ValueCodec(CaseContent)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedCase:
    """A case's contents, encoded.

    Attributes:
        values: UTF-8 JSON of all but the arrays, which it names by their digests.
        arrays: The arrays by digest, each once.
    """

    values: bytes
    arrays: Mapping[str, NDArray[Any]]

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of everything: the values name each array by its own."""
        return sha256(self.values).hexdigest()


def encode_case(content: CaseContent) -> EncodedCase:
    """Encode a case; the same case gives the same bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    known: dict[int, str] = {}  # the same array stands in several values

    def keep(array: NDArray[Any]) -> str:
        digest = known.get(id(array))
        if digest is None:
            digest = known[id(array)] = array_digest(array)
            arrays[digest] = array
        return digest

    plain = _CODEC.encode(content, keep)
    values = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    return EncodedCase(values=values, arrays=arrays)


def decode_case(values: bytes, array: Callable[[str], NDArray[Any]]) -> CaseContent:
    """The case that was encoded.

    Args:
        values: Its JSON.
        array: Gives the array of a digest; asked once for each.

    Raises:
        ContractError: It does not fit today's values.
    """
    known: dict[str, NDArray[Any]] = {}

    def once(digest: str) -> NDArray[Any]:
        if digest not in known:
            known[digest] = array(digest)
        return known[digest]

    try:
        found: CaseContent = _CODEC.decode(json.loads(values), CaseContent, once)
    except (ValueError, TypeError, KeyError) as error:
        raise ContractError(field="CaseContent", problem="cannot be read back") from error
    return found


def machine_text_of(values: bytes) -> tuple[str, Mapping[Section, str]]:
    """Of an encoded case, the SHA-256 (hex) of the file and the report's text, if there is one."""
    result: dict[str, Any] = json.loads(values)["result"]
    sections: dict[str, str] = (result.get("report") or {}).get("sections", {})
    return result["radiograph"]["sha256"], {Section(name): text for name, text in sections.items()}


def array_names(values: bytes) -> frozenset[str]:
    """The digests of all arrays that an encoded case names."""
    found: set[str] = set()
    left: list[Any] = [json.loads(values)]
    while left:
        plain = left.pop()
        if isinstance(plain, dict):
            if plain.keys() == {ARRAY}:
                found.add(plain[ARRAY])
            left.extend(plain.values())
        elif isinstance(plain, list):
            left.extend(plain)
    return frozenset(found)
