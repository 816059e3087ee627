"""DejaVu Sans, found where the matplotlib package ships it: it has Cyrillic and a free licence."""

from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import OutputError


def font_file(*, bold: bool = False) -> Path:
    """Find the TrueType file without importing matplotlib.

    Args:
        bold: Whether the bold cut is wanted.

    Raises:
        OutputError: The package that carries the font is not installed.
    """
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise OutputError(file=name)
    file = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / name
    if not file.is_file():
        raise OutputError(file=name)
    return file
