"""Cases to store, and a comparison that looks at every bit of them."""

import dataclasses
import io
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.settings import Settings
from pipeline.types import CaseResult, Conclusion, Language, Section
from records import CaseContent
from tests.fakes import FakeClassifier, FakeLayerExplainer, fake_models, finished

NORMAL, UNSURE, ABNORMAL = (0.9, 0.06, 0.04), (0.55, 0.4, 0.05), (0.04, 0.9, 0.06)


@cache
def case_result(
    seed: int = 0, probabilities: tuple[float, ...] = ABNORMAL, side: int = 96
) -> CaseResult:
    """A finished case of fake models; another seed is another radiograph."""
    noise = np.random.default_rng(seed).integers(0, 255, (side, side - 8)).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "PNG")
    models = fake_models(Settings(), classifier=FakeClassifier(probabilities))
    found = finished(stream.getvalue(), models, Settings())
    band = (0.4, 0.6) if probabilities == UNSURE else None
    return replace(found, prediction=replace(found.prediction, uncertain_prob=band))


def content(seed: int = 0, probabilities: tuple[float, ...] = ABNORMAL) -> CaseContent:
    """The same with another label explained, and with layers."""
    result = case_result(seed, probabilities)
    layers = FakeLayerExplainer().explain(result.radiograph, result.anatomy, "covid19")
    other = replace(result, report=None, text_explanation=None)
    return CaseContent(result=result, explained={"covid19": other}, layer_maps={"covid19": layers})


def conclusion(
    text: str = "No focal opacity.", language: Language = Language.ENGLISH
) -> Conclusion:
    """A conclusion whose findings are this text."""
    sections = dict.fromkeys(Section, "") | {Section.FINDINGS: text}
    return Conclusion(language=language, sections=sections, edited=True)


def sqlite(folder: Path, **changes: Any) -> Settings:
    """Settings with the store in a folder of its own."""
    return Settings(store_folder=folder / "store", **changes)


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two values differ: in type, dtype, shape, any bit of an array, order or number."""
    if isinstance(one, np.ndarray):
        same = (
            isinstance(other, np.ndarray)
            and (one.dtype, one.shape) == (other.dtype, other.shape)
            and one.tobytes() == other.tobytes()
        )
        return [] if same else [path]
    if type(one) is not type(other):
        return [f"{path}: {type(one).__name__} is {type(other).__name__}"]
    if dataclasses.is_dataclass(one):
        names = [item.name for item in dataclasses.fields(one)]
        pairs = [(getattr(one, name), getattr(other, name), f"{path}.{name}") for name in names]
    elif isinstance(one, Mapping):
        if list(one) != list(other):
            return [f"{path}: {list(one)} is {list(other)}"]
        pairs = [(one[key], other[key], f"{path}[{key}]") for key in one]
    elif isinstance(one, tuple):
        if len(one) != len(other):
            return [f"{path}: {len(one)} is {len(other)}"]
        pairs = [
            (a, b, f"{path}[{place}]") for place, (a, b) in enumerate(zip(one, other, strict=True))
        ]
    else:
        return [] if one == other else [f"{path}: {one!r} is {other!r}"]
    return [found for pair in pairs for found in differences(*pair)]
