"""Reading: from untrusted bytes to a de-identified radiograph on the working grid."""

from pipeline.reading.reader import FileReader, check_size
from pipeline.reading.source import opened, read_source

__all__ = ["FileReader", "check_size", "opened", "read_source"]
