"""The closed sets of words: sides, zones, structures, measurements, ratings, steps."""

from enum import StrEnum


class ImageFormat(StrEnum):
    """The file formats that are read, told apart by content."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    DICOM = "dicom"


class ReadingNote(StrEnum):
    """What reading did to the pixels, said to the user."""

    REDUCED = "reduced"
    COLOUR_AVERAGED = "colour_averaged"
    ALPHA_FLATTENED = "alpha_flattened"
    ROTATED = "rotated"
    INVERTED = "inverted"
    IDENTIFIERS_REMOVED = "identifiers_removed"
    SPACING_IMPLAUSIBLE = "spacing_implausible"
    PIXELS_SQUARED = "pixels_squared"
    PADDING_BLACKENED = "padding_blackened"
    CHILD = "child"
    VIEW_UNUSUAL = "view_unusual"
    BODY_PART_UNUSUAL = "body_part_unusual"
    MODALITY_UNUSUAL = "modality_unusual"
    MIRRORED_BY_HEADER = "mirrored_by_header"
    MIRRORED_BY_READER = "mirrored_by_reader"
    TURNED_BY_READER = "turned_by_reader"
    SIDE_LETTER_CONFLICT = "side_letter_conflict"
    SIDE_LETTER_MIRRORED = "side_letter_mirrored"
    SIDE_LETTER_REVERSED = "side_letter_reversed"
    SIDE_HEADER_CONFLICT = "side_header_conflict"
    TEXT_STATED = "text_stated"
    TEXT_FOUND = "text_found"
    TEXT_BLANKED = "text_blanked"
    BLANKED_BY_READER = "blanked_by_reader"

    @property
    def is_warning(self) -> bool:
        """Whether it qualifies the results, or has to be looked at before they are used."""
        return self in WARNINGS

    @property
    def is_of_sides(self) -> bool:
        """Whether it may change when the reader exchanges right and left."""
        return self in NOTES_OF_SIDES


WARNINGS = frozenset(
    {
        ReadingNote.SPACING_IMPLAUSIBLE,
        ReadingNote.CHILD,
        ReadingNote.VIEW_UNUSUAL,
        ReadingNote.BODY_PART_UNUSUAL,
        ReadingNote.MODALITY_UNUSUAL,
        ReadingNote.SIDE_LETTER_CONFLICT,
        ReadingNote.SIDE_LETTER_MIRRORED,
        ReadingNote.SIDE_HEADER_CONFLICT,
        ReadingNote.TEXT_STATED,
        ReadingNote.TEXT_FOUND,
    }
)

NOTES_OF_SIDES = frozenset(
    {
        ReadingNote.MIRRORED_BY_READER,
        ReadingNote.SIDE_LETTER_CONFLICT,
        ReadingNote.SIDE_LETTER_MIRRORED,
        ReadingNote.SIDE_LETTER_REVERSED,
        ReadingNote.SIDE_HEADER_CONFLICT,
    }
)


class SideEvidence(StrEnum):
    """How it is known which side of the picture is the patient's right."""

    LETTER = "letter"
    HEADER = "header"
    READER = "reader"
    ASSUMED = "assumed"
    CONTRADICTED = "contradicted"


class AgeGroup(StrEnum):
    """Whether published thresholds of adults are the patient's."""

    CHILD = "child"
    ADULT = "adult"


class Sex(StrEnum):
    """The patient's sex, where a threshold depends on it."""

    FEMALE = "female"
    MALE = "male"


class View(StrEnum):
    """How the rays went: from back to front, from front to back, or across a lying patient."""

    PA = "pa"
    AP = "ap"
    LYING = "lying"


class SpacingPlane(StrEnum):
    """The plane in which a pixel spacing holds."""

    DETECTOR = "detector"
    PATIENT = "patient"
    NOT_STATED = "not_stated"


class Side(StrEnum):
    """A side of the patient."""

    RIGHT = "right"
    LEFT = "left"


class Level(StrEnum):
    """A third of a lung's height on a frontal radiograph."""

    UPPER = "upper"
    MIDDLE = "middle"
    LOWER = "lower"


class Zone(StrEnum):
    """A third of one lung; on a frontal radiograph lobes overlap, zones do not."""

    RIGHT_UPPER = "right_upper"
    RIGHT_MIDDLE = "right_middle"
    RIGHT_LOWER = "right_lower"
    LEFT_UPPER = "left_upper"
    LEFT_MIDDLE = "left_middle"
    LEFT_LOWER = "left_lower"

    @property
    def side(self) -> Side:
        """The patient's side."""
        return Side(self.value.split("_")[0])

    @property
    def level(self) -> Level:
        """The third of the lung."""
        return Level(self.value.split("_")[1])


class Structure(StrEnum):
    """What the segmentation outlines."""

    RIGHT_LUNG = "right_lung"
    LEFT_LUNG = "left_lung"
    SPINE = "spine"
    ABDOMEN = "abdomen"
    HEART = "heart"


class MeasurementUnit(StrEnum):
    """The unit of a measurement."""

    CM = "cm"
    DEGREES = "degrees"
    RATIO = "ratio"

    @property
    def digits(self) -> int:
        """Decimals that a value is shown with."""
        return {MeasurementUnit.CM: 1, MeasurementUnit.DEGREES: 0, MeasurementUnit.RATIO: 2}[self]


class ThresholdRelation(StrEnum):
    """On which side of its threshold a measurement lies."""

    ABOVE = "above"
    BELOW = "below"
    NEAR = "near"


class MeasurementReason(StrEnum):
    """Why there is no value."""

    NO_SPACING = "no_spacing"
    CUT_OFF = "cut_off"
    ANGLE_HIDDEN = "angle_hidden"
    DIAPHRAGM_HIDDEN = "diaphragm_hidden"
    HEART_HIDDEN = "heart_hidden"
    ASYMMETRIC = "asymmetric"
    OUTLINE_UNSURE = "outline_unsure"


class MeasurementPart(StrEnum):
    """What a measurement's line was drawn along."""

    DIAPHRAGM = "diaphragm"
    LUNG_HEIGHT = "lung_height"
    CHEST_WIDTH = "chest_width"
    ANGLE = "angle"
    HEART = "heart"


class QualityMeasure(StrEnum):
    """What is measured of a map; what compares the two methods belongs to the fused map."""

    DELETION = "deletion"
    INSERTION = "insertion"
    STABILITY = "stability"
    RANK_CORRELATION = "rank_correlation"
    TOP_K_IOU = "top_k_iou"
    MASS_OUTSIDE_THORAX = "mass_outside_thorax"
    MASS_ON_TEXT = "mass_on_text"
    MASS_ON_BORDER = "mass_on_border"

    @property
    def is_shortcut(self) -> bool:
        """Whether it points to a classifier that looks beside the chest."""
        return self in SHORTCUT_MEASURES


SHORTCUT_MEASURES = (
    QualityMeasure.MASS_OUTSIDE_THORAX,
    QualityMeasure.MASS_ON_TEXT,
    QualityMeasure.MASS_ON_BORDER,
)


class QualityRating(StrEnum):
    """How far a map can be relied on by one measure, best first."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    UNRELIABLE = "unreliable"
    NOT_GRADED = "not_graded"


class Grade(StrEnum):
    """The fuzzy grades of a descriptor's intensity."""

    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"


class Step(StrEnum):
    """The steps of the flow, as progress and timings name them."""

    READ = "read"
    SEGMENT = "segment"
    MEASURE = "measure"
    CLASSIFY = "classify"
    GRAD_CAM = "grad_cam"
    LIME = "lime"
    FURTHER_MAPS = "further_maps"
    DESCRIBE = "describe"
    WRITE = "write"
    QUALITY = "quality"
    EXPLAIN_TEXT = "explain_text"


class Section(StrEnum):
    """The sections of a report, in order."""

    FINDINGS = "findings"
    INTERPRETATION = "interpretation"
    RECOMMENDATIONS = "recommendations"
