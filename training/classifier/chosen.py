"""What a training run chose, read back from its `metrics.json`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipeline.errors import ManifestError
from pipeline.validation import read_checked

METRICS = "metrics.json"


class Chosen(BaseModel):
    """The network of a run that was best on its validation radiographs; its scores are ignored.

    Attributes:
        file: The Keras file in the run's folder.
        size: Rows and columns of its input in px.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    file: str = Field(pattern=r"^[\w-]+\.keras$")
    size: int = Field(gt=0)


def read_chosen(run: Path) -> Chosen:
    """Read what a run chose.

    Raises:
        ManifestError: The run is not finished, or its file does not fit.
    """
    return read_checked(
        run / METRICS,
        Chosen,
        lambda flaw: ManifestError(model=run.name, file=METRICS, **flaw.parameters),
    )
