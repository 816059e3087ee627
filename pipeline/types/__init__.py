"""The values that pass from step to step, and their closed sets of names.

A file for each step, in the order of the flow: `radiograph`, `anatomy`, `measurements`,
`prediction`, `explanation`, `descriptors`, `quality`, `report`, `text_explanation`, `case`.

Axis order is always `(row, col)`, row 0 at the top; *right* and *left* are the patient's, so the
right lung of a frontal radiograph lies at small columns. Arrays are checked here and set read-only.
`*_image` names live on the radiograph's working grid, `*_model` names on a network's input grid.
"""

from pipeline.types.anatomy import Anatomy, ShapeMeasure
from pipeline.types.arrays import BoolArray, Box, FloatArray, GreyArray, frozen_array, unit_range
from pipeline.types.case import (
    LONGEST_SECTION,
    MOST_LINES,
    CaseResult,
    Conclusion,
    Examination,
    Problem,
    ProgressEvent,
)
from pipeline.types.descriptors import Descriptor, Descriptors
from pipeline.types.explanation import Explanation, LayerMap
from pipeline.types.explanation_quality import ExplanationQuality, MaskingCurves, QualityScore
from pipeline.types.language import WORDS_FOLDER, Language
from pipeline.types.measurements import (
    Measurement,
    MeasurementLine,
    MeasurementName,
    MeasurementThreshold,
)
from pipeline.types.methods import (
    FURTHER_METHODS,
    FUSED,
    FUSED_METHODS,
    SALIENCY_MAPS,
    FusedMap,
    Method,
    MethodParameter,
    MethodSpec,
    SaliencyMap,
    with_fused,
)
from pipeline.types.prediction import ClassificationState, Prediction
from pipeline.types.radiograph import NOTHING_STATED, HeaderFacts, Radiograph, Sides, Turned
from pipeline.types.report import Claim, ClaimSpan, ClaimStatus, Report, SpanKind
from pipeline.types.text_explanation import (
    Attribution,
    ClassificationWords,
    SentenceExplanation,
    TextAttributions,
    TextExplanation,
)
from pipeline.types.vocabulary import (
    SHORTCUT_MEASURES,
    AgeGroup,
    Grade,
    ImageFormat,
    Level,
    MeasurementPart,
    MeasurementReason,
    MeasurementUnit,
    QualityMeasure,
    QualityRating,
    ReadingNote,
    Section,
    Sex,
    Side,
    SideEvidence,
    SpacingPlane,
    Step,
    Structure,
    ThresholdRelation,
    View,
    Zone,
)

__all__ = [
    "FURTHER_METHODS",
    "FUSED",
    "FUSED_METHODS",
    "LONGEST_SECTION",
    "MOST_LINES",
    "NOTHING_STATED",
    "SALIENCY_MAPS",
    "SHORTCUT_MEASURES",
    "WORDS_FOLDER",
    "AgeGroup",
    "Anatomy",
    "Attribution",
    "BoolArray",
    "Box",
    "CaseResult",
    "Claim",
    "ClaimSpan",
    "ClaimStatus",
    "ClassificationState",
    "ClassificationWords",
    "Conclusion",
    "Descriptor",
    "Descriptors",
    "Examination",
    "Explanation",
    "ExplanationQuality",
    "FloatArray",
    "FusedMap",
    "Grade",
    "GreyArray",
    "HeaderFacts",
    "ImageFormat",
    "Language",
    "LayerMap",
    "Level",
    "MaskingCurves",
    "Measurement",
    "MeasurementLine",
    "MeasurementName",
    "MeasurementPart",
    "MeasurementReason",
    "MeasurementThreshold",
    "MeasurementUnit",
    "Method",
    "MethodParameter",
    "MethodSpec",
    "Prediction",
    "Problem",
    "ProgressEvent",
    "QualityMeasure",
    "QualityRating",
    "QualityScore",
    "Radiograph",
    "ReadingNote",
    "Report",
    "SaliencyMap",
    "Section",
    "SentenceExplanation",
    "Sex",
    "ShapeMeasure",
    "Side",
    "SideEvidence",
    "Sides",
    "SpacingPlane",
    "SpanKind",
    "Step",
    "Structure",
    "TextAttributions",
    "TextExplanation",
    "ThresholdRelation",
    "Turned",
    "View",
    "Zone",
    "frozen_array",
    "unit_range",
    "with_fused",
]
