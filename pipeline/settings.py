"""The settings: one frozen object, read once from a TOML file and the environment."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import get_args

from pipeline.errors import SettingsError
from pipeline.types import FUSED_METHODS, Language, Method, with_fused

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT_PREFIX = "EXPLAINCXR_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the product runs.

    Attributes:
        language: Language of the report and of messages.
        explain_images: Whether the classification is explained at all.
        write_report: Whether the language model is asked at all.
        measure_trust: Whether it is measured how far the explanations can be trusted.
        explain_label: The label to explain; the predicted one if `None`.
        seed: Seed of everything that samples.
        weights_folder: One folder a model, each with its manifest.
        classifier: The folder of another classifier, with its manifest; the shipped one if `None`.
        report_model: Another GGUF file for the report; the shipped one if `None`.
        models_folder: Where `python -m report fetch` lays bigger report models.
        context_tokens: Context length of the report model, in tokens.
        report_tokens: Most tokens of one report.
        threads: Threads of each model worker.
        max_file_mb: Largest file read, in MB of 10^6 bytes.
        max_megapixels: Largest rows times columns, in millions.
        min_side_px: Fewest rows or columns.
        working_side_px: Longer side of the working grid; larger radiographs are reduced to it.
        decode_seconds: Longest decoding of one file.
        decode_memory_mb: Most memory of the decoding process.
        step_seconds: Longest vision step.
        report_seconds: Longest writing or explaining of a report.
        waiting_jobs: Most jobs that wait for a worker.
        methods: The maps made for each radiograph, the fused ones among them.
        lime_samples: Perturbed samples of one LIME explanation; a power of two is balanced best.
        lime_segments: Superpixels aimed at.
    """

    language: Language = Language.ENGLISH
    explain_images: bool = True
    write_report: bool = True
    measure_quality: bool = True
    explain_label: str | None = None
    seed: int = 0
    weights_folder: Path = ROOT / "weights"
    classifier: Path | None = None
    report_model: Path | None = None
    models_folder: Path = ROOT / "models"
    context_tokens: int = 2048
    report_tokens: int = 700
    threads: int = 2
    max_file_mb: int = 200
    max_megapixels: int = 80
    min_side_px: int = 64
    working_side_px: int = 1024
    decode_seconds: float = 20.0
    decode_memory_mb: int = 3000
    step_seconds: float = 120.0
    report_seconds: float = 600.0
    waiting_jobs: int = 64
    methods: tuple[Method, ...] = FUSED_METHODS
    lime_samples: int = Method.LIME.default("samples")
    lime_segments: int = Method.LIME.default("segments")

    def __post_init__(self) -> None:
        for name in ("threads", "max_file_mb", "max_megapixels"):
            if getattr(self, name) < 1:
                raise SettingsError(name=name)
        for method in Method:
            for parameter in method.spec.parameters:
                name = method.setting(parameter)
                if not parameter.low <= getattr(self, name) <= parameter.high:
                    raise SettingsError(name=name)
        if self.methods != with_fused(self.methods):
            raise SettingsError(name="methods")


def _converted(name: str, value: object) -> object:
    kind = next(field.type for field in fields(Settings) if field.name == name)
    options = get_args(kind) or (kind,)
    if value in (None, "") and type(None) in options:
        return None
    if name == "methods":
        return _methods(value)
    target = next(option for option in options if option is not type(None))
    try:
        if target is bool and isinstance(value, str):
            return {"true": True, "false": False}[value.lower()]
        return target(value)
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(name=name) from error


def _methods(value: object) -> tuple[Method, ...]:
    """Methods from a list of names, or from names with commas between; the fused ones are added."""
    names = value.split(",") if isinstance(value, str) else value
    try:
        return with_fused(tuple(Method(str(name).strip()) for name in names))  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise SettingsError(name="methods") from error


def load_settings(
    file: Path | None = None, environment: Mapping[str, str] = os.environ, **overrides: object
) -> Settings:
    """Read the settings: defaults, then file, then environment, then arguments.

    Args:
        file: A TOML file with the attributes of `Settings` as keys; `None` for none.
        environment: Variables such as `EXPLAINCXR_LANGUAGE=ru`.
        **overrides: Attributes of `Settings` by name.

    Raises:
        SettingsError: A key is unknown or a value does not fit.
    """
    names = {field.name for field in fields(Settings)}
    given: dict[str, object] = {}
    if file is not None:
        try:
            given |= tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(name=file.name) from error
    for variable, value in environment.items():
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if variable.startswith(ENVIRONMENT_PREFIX) and name != "data":  # the test data's folder
            given[name] = value
    given |= overrides
    for name in given:
        if name not in names:
            raise SettingsError(name=name)
    converted = {name: _converted(name, value) for name, value in given.items()}
    # `_converted` gave each value its field's type, which the type checker cannot follow.
    return replace(Settings(), **converted)  # type: ignore[arg-type]
