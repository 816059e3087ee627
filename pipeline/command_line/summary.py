"""`summary.csv`: a row for each radiograph of a run."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path

from pipeline.result_folder import write_private

SUMMARY_FILE = "summary.csv"


class Status(StrEnum):
    """What became of a radiograph."""

    DONE = "done"
    KEPT = "kept"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One radiograph.

    Attributes:
        file: Its path as typed or found.
        folder: The name of its results' folder.
        status: `done`, `kept` from an earlier run, `incomplete` (a later step failed), `refused`,
            or `skipped` (a file of a folder that is no radiograph).
        code: The error's code; empty if there was none.
        label: The classification; empty without one, as is all that follows.
        abnormal_probability: In [0, 1].
        uncertain: `yes` or `no`.
        seconds: Wall time of its steps.
    """

    file: str
    folder: str
    status: Status
    code: str = ""
    label: str = ""
    abnormal_probability: str = ""
    uncertain: str = ""
    seconds: str = ""


def write_summary(out: Path, rows: Sequence[Row]) -> None:
    """Write the table, replacing an earlier run's.

    Raises:
        OutputError: It cannot be written.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, [field.name for field in fields(Row)])
    table.writeheader()
    table.writerows(asdict(row) for row in rows)
    write_private(out / SUMMARY_FILE, text.getvalue().encode(errors="backslashreplace"))
