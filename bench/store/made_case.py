"""A case made without models, for what does not depend on what was found."""

import numpy as np

from pipeline.types import (
    Anatomy,
    Box,
    CaseResult,
    Descriptor,
    Descriptors,
    Explanation,
    Grade,
    ImageFormat,
    Language,
    Method,
    Prediction,
    Radiograph,
    Report,
    Section,
    ShapeMeasure,
    Structure,
    Zone,
)

LABELS = ("normal", "pneumonia", "tuberculosis")


def made_case(seed: int, side: int = 96) -> CaseResult:
    """A whole case on a square grid; another seed is another radiograph and classification.

    Args:
        seed: The seed.
        side: Rows and columns.
    """
    random = np.random.default_rng(seed)
    shares = random.dirichlet((1.0, 1.0, 1.0))
    prediction = Prediction(
        labels=LABELS,
        probabilities=tuple(map(float, shares / shares.sum())),
        normal_label="normal",
        threshold_prob=0.5,
        terms={label: {Language.ENGLISH: label} for label in LABELS},
        uncertain_prob=(0.4, 0.6),
    )
    explanations = {
        method: Explanation(
            method=method,
            label=prediction.label,
            raw_image=_map(random, side),
            map_image=_map(random, side),
            removed_mass=0.1,
        )
        for method in (Method.GRAD_CAM, Method.LIME)
    }
    descriptor = Descriptor(
        zone=Zone.RIGHT_LOWER,
        intensity=float(random.random()),
        share=1.0,
        agreement=0.5,
        memberships={Grade.WEAK: 0.0, Grade.MODERATE: 0.2, Grade.STRONG: 0.8},
    )
    return CaseResult(
        radiograph=Radiograph(
            pixels=_map(random, side),
            sha256=random.bytes(32).hex(),
            format=ImageFormat.PNG,
            source_shape=(side, side),
        ),
        anatomy=_anatomy(side),
        prediction=prediction,
        explanations=explanations,
        descriptors=Descriptors(fused_image=_map(random, side), items=(descriptor,)),
        report=_report(seed, prediction.label),
    )


def _map(
    random: np.random.Generator, side: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return random.random((side, side), np.float32)


def _anatomy(side: int) -> Anatomy:
    """All masks are bands, the lungs' apart from one another."""
    rows = np.arange(side)[:, None] * np.ones(side, np.int64)[None, :]
    names = (*Structure, *Zone)
    masks = {name: rows % len(names) == place for place, name in enumerate(names)}
    measure = ShapeMeasure(area_share=0.1, area_mm2=None, height_to_width=1.0, solidity=1.0)
    return Anatomy(
        masks_image={name: masks[name] for name in Structure},
        zones_image={name: masks[name] for name in Zone},
        thorax_image=rows < side // 2,
        thorax_box=Box(top=0, bottom=side // 2, left=0, right=side),
        measures=dict.fromkeys(Structure, measure),
    )


def _report(seed: int, label: str) -> Report:
    sections = {section: f"{section.value} {seed}: {label}." for section in Section}
    return Report(
        language=Language.ENGLISH,
        model="made",
        model_sha256="0" * 64,
        prompt=label,
        prompt_parts=(("", label),),
        sections=sections,
        claims=(),
        seed=seed,
    )
