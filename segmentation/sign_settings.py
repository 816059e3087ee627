"""The settings of the signs: units, errors, published thresholds and their sources."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.types import Side, SignName, SignThreshold, SignUnit

SIGNS_FILE = Path(__file__).with_name("signs.toml")
CHEST = "chest"  # the key of what belongs to no side


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRule:
    """How one sign is given.

    Attributes:
        unit: Its unit.
        errors: By side, `None` for the whole chest: half the width of the 95 % interval that the
            network's outlines leave; degrees for angles, a share of the sign's span otherwise.
        threshold: What it is held against, if anything.
        sides: The sides that the threshold is for; empty for all.
    """

    unit: SignUnit
    errors: Mapping[Side | None, float]
    threshold: SignThreshold | None
    sides: frozenset[Side]

    def threshold_of(self, side: Side | None) -> SignThreshold | None:
        """The threshold for one side."""
        return self.threshold if not self.sides or side in self.sides else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignSettings:
    """One rule for every sign."""

    rules: Mapping[SignName, SignRule]

    def __post_init__(self) -> None:
        if set(self.rules) != set(SignName):
            raise SettingsError(name="signs")


def load_sign_settings(file: Path = SIGNS_FILE) -> SignSettings:
    """Read the settings of all signs.

    Args:
        file: A TOML file such as `segmentation/signs.toml`.

    Raises:
        SettingsError: The file is unreadable, incomplete, or holds what is not known.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        tables, sources = content.pop("signs"), content.pop("sources")
        rules = {SignName(name): _rule(table, sources) for name, table in tables.items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(name="signs") from error
    if content:
        raise SettingsError(name="signs")
    return SignSettings(rules=rules)


def _rule(table: dict[str, Any], sources: Mapping[str, str]) -> SignRule:
    published = table.pop("threshold", None)
    sides = frozenset(map(Side, published.pop("sides", ()))) if published else frozenset[Side]()
    rule = SignRule(
        unit=SignUnit(table.pop("unit")),
        errors={
            None if side == CHEST else Side(side): float(error)
            for side, error in table.pop("error").items()
        },
        threshold=None
        if published is None
        else SignThreshold(**published, citation=sources[published["source"]]),
        sides=sides,
    )
    if table or min(rule.errors.values()) < 0:
        raise ValueError("unknown or out of range")
    return rule
