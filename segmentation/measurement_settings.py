"""The settings of the measurements: units, errors, published thresholds and their sources."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, model_validator

from pipeline.errors import SettingRefusedError
from pipeline.types import (
    NOTHING_STATED,
    HeaderFacts,
    MeasurementName,
    MeasurementThreshold,
    MeasurementUnit,
    Sex,
    Side,
)
from pipeline.validation import CheckedModel, misfit, read_checked

MEASUREMENTS_FILE = Path(__file__).with_name("measurements.toml")
CHEST: Literal["chest"] = "chest"  # the key of what belongs to no side


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementRule:
    """How one measurement is given.

    Attributes:
        unit: Its unit.
        errors: By side, `None` for the whole chest: half the width of the 95 % interval that the
            network's outlines leave; degrees for angles, a share of the measurement's span
            otherwise.
        threshold: What it is compared with, if anything.
        sides: The sides that the threshold is for; empty for all.
        value_women: The threshold's value for women, where it is another one.
    """

    unit: MeasurementUnit
    errors: Mapping[Side | None, float]
    threshold: MeasurementThreshold | None
    sides: frozenset[Side]
    value_women: float | None = None

    def threshold_of(
        self, side: Side | None, facts: HeaderFacts = NOTHING_STATED
    ) -> MeasurementThreshold | None:
        """The threshold for one side of a patient, if it may be applied to that one.

        Without a stated sex it is that for men, which calls fewer lungs large.
        """
        if not facts.fits_thresholds or (self.sides and side not in self.sides):
            return None
        if self.threshold is None or self.value_women is None or facts.sex is not Sex.FEMALE:
            return self.threshold
        return replace(self.threshold, value=self.value_women)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementSettings:
    """One rule for every measurement of `segmentation.measurements.MEASUREMENTS`."""

    rules: Mapping[MeasurementName, MeasurementRule]


class ThresholdTable(CheckedModel):
    """A published threshold, as the file has it."""

    value: float
    value_women: float | None = None
    above: StrictBool
    for_hyperinflation: StrictBool
    source: str
    sides: frozenset[Side] = frozenset()


class MeasurementTable(CheckedModel):
    """One measurement, as the file has it."""

    unit: MeasurementUnit
    error: Mapping[Side | Literal["chest"], Annotated[float, Field(ge=0)]] = Field(min_length=1)
    threshold: ThresholdTable | None = None

    def rule(self, sources: Mapping[str, str]) -> MeasurementRule:
        """The same with its source in words."""
        published = self.threshold
        return MeasurementRule(
            unit=self.unit,
            errors={
                None if side == CHEST else Side(side): error for side, error in self.error.items()
            },
            threshold=None
            if published is None
            else MeasurementThreshold(
                **published.model_dump(exclude={"sides", "value_women"}),
                citation=sources[published.source],
            ),
            sides=frozenset() if published is None else published.sides,
            value_women=None if published is None else published.value_women,
        )


class MeasurementsFile(CheckedModel):
    """All measurements, and where their thresholds were published."""

    measurements: Mapping[MeasurementName, MeasurementTable]
    sources: Mapping[str, str]

    @model_validator(mode="after")
    def _cited(self) -> Self:
        for name, table in self.measurements.items():
            published = table.threshold
            if published is not None and published.source not in self.sources:
                known = " | ".join(self.sources)
                raise misfit(f"measurements.{name}.threshold.source", known)
        return self


def load_measurement_settings(file: Path = MEASUREMENTS_FILE) -> MeasurementSettings:
    """Read the settings of all measurements.

    Args:
        file: A TOML file such as `segmentation/measurements.toml`.

    Raises:
        SettingRefusedError: The file is unreadable, incomplete, or holds what is not known.
    """
    read = read_checked(
        file,
        MeasurementsFile,
        lambda flaw: SettingRefusedError(source=file.name, **flaw.parameters),
    )
    rules = {name: table.rule(read.sources) for name, table in read.measurements.items()}
    return MeasurementSettings(rules=rules)
