"""A folder of DICOM files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import OutputError
from pipeline.result_folder import write_private

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


class FolderDestination:
    """Writes each object as a file that nobody but the user may read."""

    def __init__(self, folder: Path) -> None:
        """Choose the folder; it is made when something is sent."""
        self._folder = folder

    def send(self, objects: "Sequence[Dataset]") -> None:
        """Write all objects.

        Raises:
            OutputError: A file cannot be written.
        """
        from exchange.objects import dicom_bytes

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(file=self._folder.name) from error
        for made in objects:
            name = f"{made.Modality.lower()}-{made.InstanceNumber}.dcm"
            write_private(self._folder / name, dicom_bytes(made))
