"""What the tests of the exchange say at their end."""

import pytest

from tests.exchange.debian import FOLDER


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not (FOLDER / "complete").is_file():
        terminalreporter.write_line(
            "The exchange was tested without Debian's DICOM programs: they cannot be fetched here."
        )
