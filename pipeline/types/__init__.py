"""The values that pass from step to step, and the words they are told in.

A file for each step, in the order of the flow: `radiograph`, `anatomy`, `signs`, `prediction`,
`explanation`, `descriptors`, `trust`, `report`, `text_explanation`, `case`.

Axis order is always `(row, col)`, row 0 at the top; *right* and *left* are the patient's, so the
right lung of a frontal film lies at small columns. Arrays are checked here and set read-only.
`*_image` names live on the radiograph's working grid, `*_model` names on a network's input grid.
"""

from pipeline.types.anatomy import Anatomy, ShapeMeasure
from pipeline.types.arrays import BoolArray, Box, FloatArray, frozen_array, unit_range
from pipeline.types.case import CaseResult, Conclusion, Problem, ProgressEvent
from pipeline.types.descriptors import Descriptor, Descriptors
from pipeline.types.explanation import Explanation, StageMap
from pipeline.types.prediction import Prediction
from pipeline.types.radiograph import Radiograph
from pipeline.types.report import Claim, Report
from pipeline.types.signs import Sign, SignLine, SignThreshold
from pipeline.types.text_explanation import (
    Attribution,
    SentenceExplanation,
    TextAttributions,
    TextExplanation,
    VerdictWords,
)
from pipeline.types.trust import Trust, TrustCurves, TrustScore
from pipeline.types.vocabulary import (
    SHORTCUT_MEASURES,
    ClaimStatus,
    Grade,
    ImageFormat,
    Language,
    Level,
    Method,
    ReadingNote,
    SaliencyMap,
    Section,
    Side,
    SignName,
    SignPart,
    SignReason,
    SignUnit,
    Step,
    Structure,
    ThresholdRelation,
    TrustMark,
    TrustMeasure,
    Zone,
)

__all__ = [
    "SHORTCUT_MEASURES",
    "Anatomy",
    "Attribution",
    "BoolArray",
    "Box",
    "CaseResult",
    "Claim",
    "ClaimStatus",
    "Conclusion",
    "Descriptor",
    "Descriptors",
    "Explanation",
    "FloatArray",
    "Grade",
    "ImageFormat",
    "Language",
    "Level",
    "Method",
    "Prediction",
    "Problem",
    "ProgressEvent",
    "Radiograph",
    "ReadingNote",
    "Report",
    "SaliencyMap",
    "Section",
    "SentenceExplanation",
    "ShapeMeasure",
    "Side",
    "Sign",
    "SignLine",
    "SignName",
    "SignPart",
    "SignReason",
    "SignThreshold",
    "SignUnit",
    "StageMap",
    "Step",
    "Structure",
    "TextAttributions",
    "TextExplanation",
    "ThresholdRelation",
    "Trust",
    "TrustCurves",
    "TrustMark",
    "TrustMeasure",
    "TrustScore",
    "VerdictWords",
    "Zone",
    "frozen_array",
    "unit_range",
]
