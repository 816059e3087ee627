"""`python -m pipeline analyse FILE... --out DIR`: radiographs, a folder of results for each."""

import fcntl
import hashlib
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from pipeline.analyser import Analyser, Case, Outcome, Source
from pipeline.build import exporter
from pipeline.command_line.run_command import ALL_WELL, FAILED, INTERRUPTED
from pipeline.command_line.sources import Target, targets
from pipeline.command_line.summary import Row, Status, write_summary
from pipeline.errors import (
    EmptyFileError,
    ExplainCxrError,
    OutputError,
    OutputLockedError,
    StepFailedError,
    UnknownFormatError,
    UnreadableFileError,
)
from pipeline.reading import opened
from pipeline.result_file import ResultFile, refusal_json
from pipeline.result_folder import (
    FINGERPRINT,
    RESULT_FILE,
    finished_result,
    write_files,
)
from pipeline.types import Language
from pipeline.words import message, printable, words_of
from pipeline.workers.job import Job

LOCK_FILE = ".explaincxr.lock"
LOOK_UP_SECONDS = 0.2


def analyse_command(
    files: Sequence[Path], out: Path, *, analyser: Analyser, resume: bool = False
) -> int:
    """Analyse files and folders, print a line for each, write `summary.csv`.

    Args:
        files: As typed.
        out: The folder of the results' folders.
        analyser: Who does it.
        resume: Whether finished results of the same file, weights and settings are kept.

    Returns:
        0 if all went well, 1 if a file was refused or a step failed, 130 if interrupted.

    Raises:
        OutputError: The results' folder cannot be written.
        OutputLockedError: Another run writes to it.
    """
    language = analyser.settings.language
    rows: list[Row] = []
    planned = list(targets(files, out))
    with _locked(out):
        try:
            for row in _rows(planned, analyser, resume=resume):
                rows.append(row)
        except KeyboardInterrupt:
            write_summary(out, rows)
            summary = message(
                "interrupted", language, done=len(rows), all=len(planned), out=str(out)
            )
            print(summary, file=sys.stderr)
            return INTERRUPTED
        write_summary(out, rows)
    well = {Status.DONE, Status.KEPT, Status.SKIPPED}
    return ALL_WELL if all(row.status in well for row in rows) else FAILED


def _rows(planned: Sequence[Target], analyser: Analyser, *, resume: bool) -> Iterator[Row]:
    expected = str(analyser.provenance[FINGERPRINT])
    language = analyser.settings.language
    kept: dict[Path, ResultFile] = {}
    for target in planned if resume else ():
        result = finished_result(target.folder, _digest(target.source), expected)
        if result is not None:
            kept[target.source] = result
    begun = [target for target in planned if target.source not in kept]
    count = itertools.count(len(kept) + 1)

    def watch(source: Source, job: Job) -> None:
        shown = f"{printable(Path(str(source)).name)} ({next(count)} / {len(planned)})"
        _wait(job, shown, language, sys.stderr)

    for target in planned:
        if target.source in kept:
            yield _kept(target, kept[target.source], language)
    outcomes = analyser.outcomes([target.source for target in begun], watch)
    for target, outcome in zip(begun, outcomes, strict=True):
        yield _ended(target, outcome, language)


def _kept(target: Target, result: ResultFile, language: Language) -> Row:
    prediction = result.prediction
    print(f"{target.shown}: {message('kept', language)}", flush=True)
    return Row(
        file=str(target.source),
        folder=target.folder.name,
        status=Status.KEPT,
        label=prediction.label or "",
        abnormal_probability=_probability(prediction.abnormal_probability),
        uncertain="yes" if prediction.uncertain else "no",
    )


def _ended(target: Target, outcome: Outcome, language: Language) -> Row:
    """Write a file's folder, print its line."""
    error = outcome.error
    is_other = isinstance(error, UnknownFormatError | EmptyFileError)
    row = Row(file=str(target.source), folder=target.folder.name, status=Status.REFUSED)
    if target.found and is_other and error is not None:
        return replace(row, status=Status.SKIPPED, code=error.code)
    try:
        if error is not None:
            raise error
        if outcome.case is None:  # an outcome has either
            raise StepFailedError(step="job", error="no result")
        write_files(target.folder, _files(outcome.case, language))
    except ExplainCxrError as refused:
        sentence = message(refused.code, language, **refused.parameters)
        print(f"{target.shown}: {refused.code}: {sentence}", flush=True)
        if not isinstance(refused, OutputError):
            _write_refusal(target, refused, sentence)
        return replace(row, code=refused.code)
    print(f"{target.shown}: {_summary(outcome.case, language)}", flush=True)
    return _row_of(row, outcome.case)


def _row_of(row: Row, case: Case) -> Row:
    prediction, problems = case.prediction, case.problems
    withheld = prediction.is_unfamiliar
    return replace(
        row,
        status=Status.INCOMPLETE if problems else Status.DONE,
        code=problems[0].code if problems else "",
        label="" if withheld else prediction.label,
        abnormal_probability=_probability(None if withheld else prediction.abnormal_probability),
        uncertain="yes" if prediction.is_uncertain and not withheld else "no",
        seconds=f"{sum(case.timings_ms.values()) / 1000:.2f}",
    )


def _probability(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _files(case: Case, language: Language) -> Mapping[str, bytes]:
    try:
        return exporter(language).files(case, None)
    except ExplainCxrError:
        raise
    except Exception as error:  # one case's files must not keep the others from being analysed
        raise StepFailedError(step="export", error=type(error).__name__) from error


def _write_refusal(target: Target, error: ExplainCxrError, sentence: str) -> None:
    try:
        write_files(target.folder, {RESULT_FILE: refusal_json(error, sentence)})
    except OutputError as unwritable:
        print(str(unwritable), file=sys.stderr)


def _summary(case: Case, language: Language) -> str:
    prediction, words = case.prediction, words_of(language)
    label = case.explained_label
    if prediction.is_unfamiliar:
        parts = [words("classification.unfamiliar")]
    else:
        term = words.label(prediction, prediction.label)
        parts = [f"{term} (abnormal_probability {prediction.abnormal_probability:.3f})"]
    if label != prediction.leading_label:
        parts.append(f"explained: {words.label(prediction, label)}")
    for problem in case.problems:
        parts.append(f"{problem.code}: {message(problem.code, language, **problem.parameters)}")
    return "; ".join(parts)


def _wait(job: Job, shown: str, language: Language, screen: TextIO) -> None:
    """Wait for a job; on a terminal, show the step it is at."""
    to_terminal = screen.isatty()
    while not job.wait(LOOK_UP_SECONDS):
        events = job.events()
        if to_terminal and events:
            print(f"\r\033[K{shown}: {message(events[-1].step, language)} …", end="", file=screen)
    if to_terminal:
        print("\r\033[K", end="", file=screen, flush=True)


def _digest(file: Path) -> str:
    try:
        with opened(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except UnreadableFileError:  # said when its turn comes
        return ""


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Keep another run from writing to the same folder."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / LOCK_FILE).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OutputLockedError(folder=str(out)) from error
            yield
    except OSError as error:
        raise OutputError(file=str(out)) from error
