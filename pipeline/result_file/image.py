"""What was read and outlined."""

from collections.abc import Mapping
from typing import Self

from pydantic import AliasChoices, Field

from pipeline.result_file.entry import Entry, Number, Sha256, Share
from pipeline.types import (
    AgeGroup,
    Anatomy,
    BoolArray,
    ImageFormat,
    Radiograph,
    ReadingNote,
    Sex,
    SideEvidence,
    SpacingPlane,
    Structure,
    View,
    Zone,
)


class HeaderEntry(Entry):
    """What the header says of patient and view; null for what it does not say."""

    age_group: AgeGroup | None
    """Whether the patient is an adult; thresholds of adults are not applied to a child."""
    sex: Sex | None
    view: View | None
    """How the rays went; `lying`: across a patient lying on the side."""


class TurnedEntry(Entry):
    """How the file's stored pixels were turned into the picture, in this order."""

    transposed: bool
    rows_reversed: bool
    cols_reversed: bool


class PlaceEntry(Entry):
    """A rectangle of the working grid, from its first row and column to behind its last."""

    top: int
    bottom: int
    left: int
    right: int


class WritingEntry(Entry):
    """Writing in the pixels, which may name the patient."""

    found: tuple[PlaceEntry, ...] = Field(validation_alias=AliasChoices("found", "found_text"))
    """Where writing was found and stands in every picture."""
    blanked: tuple[PlaceEntry, ...] = Field(
        validation_alias=AliasChoices("blanked", "blanked_text")
    )
    """Where writing was found and blanked."""
    blanked_by_reader: tuple[PlaceEntry, ...]
    """What the reader had blanked."""


class ImageEntry(Entry):
    """The file that was read; nothing of it that could name the patient."""

    sha256: Sha256
    """SHA-256 of the bytes that were read."""
    rows: int = Field(gt=0)
    """Rows of the file's image."""
    cols: int = Field(gt=0)
    """Columns of the file's image."""
    format: ImageFormat
    """What the content was, whatever the file was called."""
    spacing_mm: tuple[Number, Number] | None
    """Distance of the file's pixel centres in mm, between rows and between columns."""
    spacing_plane: SpacingPlane | None
    """The plane in which the spacing holds: the detector's or the patient's; null
    without spacing."""
    working_shape: tuple[int, int]
    """Rows and columns of the working grid, which points of lines are given on."""
    header: HeaderEntry
    sides: SideEvidence
    """How it is known that the patient's right is on the left of the picture: by a letter in it, by
    the header, by the reader who mirrored it; `assumed` where nothing says so, `contradicted` where
    a letter or the header says otherwise."""
    turned: TurnedEntry
    turned_by_reader: int = 0
    """By how many degrees clockwise the reader had the picture turned; part of `turned`."""
    writing: WritingEntry
    notes: tuple[ReadingNote, ...]
    """What reading did to the pixels, and what it warns of."""

    @classmethod
    def of(cls, radiograph: Radiograph) -> Self:
        """Of a radiograph."""
        rows, cols = radiograph.source_shape
        return cls(
            sha256=radiograph.sha256,
            rows=rows,
            cols=cols,
            format=radiograph.format,
            spacing_mm=radiograph.source_spacing_mm,
            spacing_plane=radiograph.spacing_plane,
            working_shape=radiograph.shape,
            header=HeaderEntry.model_validate(radiograph.facts),
            sides=radiograph.sides.evidence,
            turned=TurnedEntry.model_validate(radiograph.turned),
            turned_by_reader=radiograph.turned_by_reader,
            writing=WritingEntry.model_validate(radiograph),
            notes=radiograph.notes,
        )


class StructureEntry(Entry):
    """Size and form of one structure."""

    area_share: Share
    """Its area as a share of the radiograph."""
    area_mm2: Number | None
    """Its area in mm²; null without pixel spacing."""
    height_to_width: Number
    """Height over width of its bounding box."""
    solidity: Share
    """Its area over the area of its convex hull."""


class ZoneEntry(Entry):
    """Size of one zone."""

    area_share: Share
    """Its area as a share of the radiograph."""
    area_mm2: Number | None
    """Its area in mm²; null without pixel spacing."""


class AnatomyEntry(Entry):
    """The outlines in numbers."""

    areas: Mapping[Structure, StructureEntry]
    zones: Mapping[Zone, ZoneEntry]
    warnings: tuple[str, ...]
    """What looks implausible, as stable codes."""

    @classmethod
    def of(cls, anatomy: Anatomy, radiograph: Radiograph) -> Self:
        """Of the outlines on a radiograph."""
        spacing = radiograph.spacing_mm

        def zone(mask: BoolArray) -> ZoneEntry:
            mm2 = None if spacing is None else float(mask.sum()) * spacing[0] * spacing[1]
            return ZoneEntry(area_share=float(mask.mean()), area_mm2=mm2)

        return cls(
            areas={
                name: StructureEntry.model_validate(measure)
                for name, measure in anatomy.measures.items()
            },
            zones={name: zone(mask) for name, mask in anatomy.zones_image.items()},
            warnings=anatomy.warnings,
        )
