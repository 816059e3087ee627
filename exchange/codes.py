"""The codes that a case is said in: read once from `exchange/codes.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.types import Structure, Zone

FILE = Path(__file__).with_suffix(".toml")
LONGEST_MEANING = 64  # characters of DICOM's code meaning
LONGEST_VALUE = 16  # characters of DICOM's code value


class Coded(NamedTuple):
    """A concept in a coding scheme, by DICOM's name of the scheme."""

    scheme: str
    value: str
    meaning: str


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def own_scheme() -> tuple[str, str]:
    """Designator and name of the scheme of what no other scheme has."""
    own = _table()["own"]
    return own["scheme"], own["name"]


def own(name: str, meaning: str) -> Coded:
    """A concept of ours by its name in `result.json`.

    DICOM has room for 16 characters there: of a longer name its beginning, then three digits of
    its own.
    """
    value = name
    if len(name) > LONGEST_VALUE:
        value = f"{name[: LONGEST_VALUE - 3]}{sum(map(ord, name)) % 1000:03d}"
    return Coded(own_scheme()[0], value, meaning[:LONGEST_MEANING])


def coded(table: str, name: str, meaning: str = "") -> Coded:
    """What a table of the file has under a name; a concept of ours where it has none.

    Args:
        table: Such as `labels`.
        name: Such as `tuberculosis`.
        meaning: What a concept of ours says; the name in words if empty.
    """
    found = _table()[table].get(name)
    return Coded(*found) if found else own(name, meaning or name.replace("_", " "))


def structure(name: Structure) -> tuple[Coded, Coded | None, Coded | None]:
    """A structure's concept, its side, and the same in RadLex; `None` for what it has not."""
    found = _table()["structures"][name.value]
    side, radlex = found.get("side"), found.get("radlex")
    return (
        Coded(*found["type"]),
        coded("sides", side) if side else None,
        Coded(*radlex) if radlex else None,
    )


def zone(name: Zone) -> tuple[Coded, Coded]:
    """A zone's level and side."""
    return coded("levels", name.level.value), coded("sides", name.side.value)


def measurement(name: str, meaning: str) -> tuple[Coded, Coded | None]:
    """A measurement's concept and the structure it is taken of, `None` if the file has none."""
    found: Mapping[str, Any] = _table()["measurements"].get(name, {})
    code, site = found.get("code"), found.get("site")
    return (Coded(*code) if code else own(name, meaning)), (Coded(*site) if site else None)
