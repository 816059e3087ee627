"""The settings of the measurements: units, errors, published thresholds and their sources."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.types import MeasurementName, MeasurementThreshold, MeasurementUnit, Side

MEASUREMENTS_FILE = Path(__file__).with_name("measurements.toml")
CHEST = "chest"  # the key of what belongs to no side


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementRule:
    """How one measurement is given.

    Attributes:
        unit: Its unit.
        errors: By side, `None` for the whole chest: half the width of the 95 % interval that the
            network's outlines leave; degrees for angles, a share of the measurement's span
            otherwise.
        threshold: What it is held against, if anything.
        sides: The sides that the threshold is for; empty for all.
    """

    unit: MeasurementUnit
    errors: Mapping[Side | None, float]
    threshold: MeasurementThreshold | None
    sides: frozenset[Side]

    def threshold_of(self, side: Side | None) -> MeasurementThreshold | None:
        """The threshold for one side."""
        return self.threshold if not self.sides or side in self.sides else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementSettings:
    """One rule for every measurement."""

    rules: Mapping[MeasurementName, MeasurementRule]

    def __post_init__(self) -> None:
        if set(self.rules) != set(MeasurementName):
            raise SettingsError(name="measurements")


def load_measurement_settings(file: Path = MEASUREMENTS_FILE) -> MeasurementSettings:
    """Read the settings of all measurements.

    Args:
        file: A TOML file such as `segmentation/measurements.toml`.

    Raises:
        SettingsError: The file is unreadable, incomplete, or holds what is not known.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        tables, sources = content.pop("measurements"), content.pop("sources")
        rules = {MeasurementName(name): _rule(table, sources) for name, table in tables.items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(name="measurements") from error
    if content:
        raise SettingsError(name="measurements")
    return MeasurementSettings(rules=rules)


def _rule(table: dict[str, Any], sources: Mapping[str, str]) -> MeasurementRule:
    published = table.pop("threshold", None)
    sides = frozenset(map(Side, published.pop("sides", ()))) if published else frozenset[Side]()
    rule = MeasurementRule(
        unit=MeasurementUnit(table.pop("unit")),
        errors={
            None if side == CHEST else Side(side): float(error)
            for side, error in table.pop("error").items()
        },
        threshold=None
        if published is None
        else MeasurementThreshold(**published, citation=sources[published["source"]]),
        sides=sides,
    )
    if table or min(rule.errors.values()) < 0:
        raise ValueError("unknown or out of range")
    return rule
