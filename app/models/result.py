"""The tab of the result: how large each structure is, and how long each step took."""

from pipeline.pictures.overlays import STRUCTURE_COLOURS, Colour
from pipeline.types import CaseResult, Structure
from pipeline.words import Words, message


def structure_rows(words: Words, result: CaseResult) -> tuple[tuple[str, Colour, str], ...]:
    """Each structure's name, colour and area."""
    return tuple(
        (words.capital(f"structures.{structure}"), colour, _area(words, result, structure))
        for structure, colour in STRUCTURE_COLOURS.items()
    )


def step_times(words: Words, result: CaseResult) -> tuple[tuple[str, str], ...]:
    """Each step that ran, with its seconds."""
    return tuple(
        (
            message(step, words.language),
            words("units.seconds", value=words.number(ms / 1000, 1)),
        )
        for step, ms in result.timings_ms.items()
    )


def _area(words: Words, result: CaseResult, structure: Structure) -> str:
    measure = result.anatomy.measures.get(structure)
    if measure is None:
        return ""
    if measure.area_mm2 is None:
        return words.percent(measure.area_share)
    return words("units.cm2", value=words.number(measure.area_mm2 / 100, 0))
