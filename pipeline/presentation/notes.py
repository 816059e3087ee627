"""What was noted on the way: of the file, of the outlines, and of steps that failed."""

from dataclasses import dataclass

from pipeline.types import CaseResult, Radiograph, ReadingNote
from pipeline.words import Words, message


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesView:
    """The notes of one case, each as `(code, sentence)`.

    Attributes:
        title: The heading.
        warnings: What looks implausible in the file or in the outlines.
        notes: What reading did to the pixels.
        problems: Steps that failed, and that all else stands.
    """

    title: str
    warnings: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...]


def notes_view(words: Words, result: CaseResult) -> NotesView:
    """Say what was noted."""
    language = words.language
    read = result.radiograph.notes
    warnings = (*(note.value for note in read if note.is_warning), *result.anatomy.warnings)
    return NotesView(
        title=words("radiograph.notes"),
        warnings=tuple((code, message(code, language)) for code in warnings),
        notes=tuple((note.value, message(note, language)) for note in read if not note.is_warning),
        problems=tuple(
            (
                problem.code,
                words(
                    "radiograph.problem",
                    step=message(problem.step, language),
                    sentence=message(
                        problem.code, language, **{"step": problem.step, **problem.parameters}
                    ),
                ),
            )
            for problem in result.problems
        ),
    )


def sides_note(words: Words, radiograph: Radiograph) -> str:
    """Which side of the picture is the patient's right, and how that is known."""
    return words(f"radiograph.sides.{radiograph.sides.evidence}")


def radiograph_facts(words: Words, radiograph: Radiograph) -> tuple[tuple[str, str], ...]:
    """Format, size and pixel spacing of the file, each as `(name, value)`."""
    rows, cols = radiograph.source_shape
    spacing = radiograph.source_spacing_mm
    refused = ReadingNote.SPACING_IMPLAUSIBLE in radiograph.notes
    shown = words(f"radiograph.{'spacing_refused' if refused else 'no_spacing'}")
    if spacing is not None:
        row, col = (words.number(side) for side in spacing)
        shown = words("radiograph.spacing_value", row=row, col=col)
    if radiograph.spacing_plane is not None:
        shown += f", {words(f'radiograph.planes.{radiograph.spacing_plane}')}"
    places = len(radiograph.blanked_text) + len(radiograph.blanked_by_reader)
    blanked = (words("radiograph.blanked"), str(places))
    return (
        (words("radiograph.format"), radiograph.format.upper()),
        (words("radiograph.size"), words("radiograph.pixels", rows=rows, cols=cols)),
        (words("radiograph.spacing"), shown),
        *((blanked,) if places else ()),
    )
