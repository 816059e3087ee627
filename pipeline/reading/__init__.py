"""Reading: from untrusted bytes to a de-identified radiograph on the working grid."""

from pipeline.reading.reader import FileReader, check_size

__all__ = ["FileReader", "check_size"]
