"""Values to plain JSON and back, without loss; arrays are set aside and named by their digest.

A dataclass is an object with its class under `$` and its fields; an array is `{"$array": digest}`.
Numbers keep their kind and every bit: JSON's floats are written by `repr`, which reads back the
same. What may be decoded is a closed set of classes, so stored bytes can make nothing else.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pipeline.types
from pipeline.errors import ContractError

CLASS, ARRAY = "$", "$array"
PLAIN = (bool, int, float, str)
LEFT_OUT: Mapping[str, tuple[str, ...]] = {"Radiograph": ("detail",)}
"""Fields that are not stored: all pixels of a file are as good as the file, which is let go of."""
Plain = Any
"""What `json.dumps` takes."""


class ValueCodec:
    """Encodes and decodes the dataclasses of `pipeline.types` and those that it is given."""

    def __init__(self, *further: type) -> None:
        """Know these classes as well."""
        found = (*vars(pipeline.types).values(), *further)
        self._classes = {
            one.__name__: one
            for one in found
            if isinstance(one, type) and dataclasses.is_dataclass(one)
        }

    def encode(self, value: object, keep: Callable[[NDArray[Any]], str]) -> Plain:
        """A value as plain JSON.

        Args:
            value: A dataclass, or what may stand in one.
            keep: Takes an array and gives its digest.

        Raises:
            ContractError: A class is none of those known.
        """
        if isinstance(value, np.ndarray):
            return {ARRAY: keep(value)}
        if isinstance(value, Mapping):
            return {str(key): self.encode(item, keep) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return [self.encode(item, keep) for item in value]
        if dataclasses.is_dataclass(value):
            return self._encode_fields(value, keep)
        return _plain(value)

    def decode(self, plain: Plain, kind: Any, array: Callable[[str], NDArray[Any]]) -> Any:
        """The value that was encoded.

        Args:
            plain: What `encode` gave.
            kind: The class or the type hint of the value.
            array: Gives the array of a digest.

        Raises:
            ContractError: The plain value does not fit the type.
        """
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            return self._any_of(plain, inner, array)
        if origin is np.ndarray:
            return array(plain[ARRAY])
        if origin is tuple:
            kinds = inner[:1] * len(plain) if inner[-1] is Ellipsis else inner
            pairs = zip(plain, kinds, strict=True)
            return tuple(self.decode(item, one, array) for item, one in pairs)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            keys, values = inner
            return {
                self.decode(key, keys, array): self.decode(item, values, array)
                for key, item in plain.items()
            }
        if dataclasses.is_dataclass(kind):
            return self._decode_fields(plain, kind, array)
        return _read(plain, kind)

    def _any_of(
        self, plain: Plain, kinds: tuple[Any, ...], array: Callable[[str], NDArray[Any]]
    ) -> Any:
        """The first kind of a union that fits."""
        for kind in kinds:
            try:
                return self.decode(plain, kind, array)
            except (ContractError, ValueError, TypeError, KeyError):
                continue
        raise ContractError(field=str(kinds), problem="cannot be read back")

    def _encode_fields(self, value: object, keep: Callable[[NDArray[Any]], str]) -> Plain:
        """A dataclass; one of a subclass, such as the API's `Case`, as the class that is known."""
        known = next(
            (one for one in type(value).__mro__ if self._classes.get(one.__name__) is one), None
        )
        if known is None:
            raise ContractError(field=type(value).__name__, problem="cannot be stored")
        left_out = LEFT_OUT.get(known.__name__, ())
        fields = [one for one in dataclasses.fields(known) if one.name not in left_out]
        found = {one.name: self.encode(getattr(value, one.name), keep) for one in fields}
        return {CLASS: known.__name__, **found}

    def _decode_fields(self, plain: Plain, kind: Any, array: Callable[[str], NDArray[Any]]) -> Any:
        if not isinstance(plain, dict) or CLASS not in plain:
            raise ContractError(field=str(kind), problem="cannot be read back")
        found = self._classes.get(plain[CLASS])
        if found is None or not issubclass(found, kind):
            raise ContractError(field=str(plain[CLASS]), problem="cannot be read back")
        hints = _hints(found)
        values = {key: item for key, item in plain.items() if key != CLASS}
        if not values.keys() <= hints.keys():
            raise ContractError(field=found.__name__, problem="cannot be read back")
        return found(**{key: self.decode(item, hints[key], array) for key, item in values.items()})


def _plain(value: object) -> Plain:
    """A number, a text, a name, a time or nothing, as JSON has it."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or type(value) in PLAIN:
        return value
    raise ContractError(field=type(value).__name__, problem="cannot be stored")


def _read(plain: Plain, kind: Any) -> Any:
    """The same back; a whole number that stood where any may stand is still one."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(plain)
    if kind is datetime:
        return datetime.fromisoformat(plain)
    is_same = type(plain) is kind or (kind is float and type(plain) is int)
    if not is_same:
        raise ContractError(field=str(kind), problem="cannot be read back")
    return plain


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """A dataclass's fields with their types."""
    hints = typing.get_type_hints(kind)
    return {one.name: hints[one.name] for one in dataclasses.fields(kind)}
