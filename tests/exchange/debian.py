"""Debian's own DICOM programs, fetched by name and unpacked beside the libraries, without root.

`dciodvfy` (dicom3tools) and `dsrdump` (DCMTK) judge our objects, Orthanc is the PACS of the tests.
Where they cannot be had, the tests that need them are skipped, and the run says so.
"""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = ("dicom3tools", "dcmtk", "orthanc", "orthanc-dicomweb")
FOLDER, SYSTEM = Path(sys.prefix) / "debian", Path("/")
PLUGIN = "usr/share/orthanc/plugins/libOrthancDicomWeb.so"
WITHOUT = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
FETCH_S = 300


@functools.cache
def unpacked() -> Path | None:
    """The folder with the programs, fetched the first time; `None` where that cannot be.

    It is the system's own where they are installed.
    """
    if (SYSTEM / PLUGIN).is_file() and all(map(shutil.which, ("dciodvfy", "dsrdump", "Orthanc"))):
        return SYSTEM
    if (FOLDER / "complete").is_file():
        return FOLDER
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return None
    try:
        _fetch()
    except (OSError, subprocess.SubprocessError):
        return None
    return FOLDER


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of them to its end."""
    folder = unpacked()
    assert folder is not None
    return subprocess.run(
        [str(folder / "usr/bin" / program), *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def environment(folder: Path) -> dict[str, str]:
    if folder == SYSTEM:
        return dict(os.environ)
    libraries = sorted({str(file.parent) for file in folder.glob("**/lib*.so*")})
    dictionary = next(folder.glob("usr/share/libdcmtk*/dicom.dic"))
    return {
        **os.environ,
        "LD_LIBRARY_PATH": ":".join(libraries),
        "DCMDICTPATH": str(dictionary),
    }


def _fetch() -> None:
    try:
        names = _needed()
    except subprocess.CalledProcessError:
        _output("apt-get", "update")
        names = _needed()
    with tempfile.TemporaryDirectory() as folder:
        _output("apt-get", "download", *names, cwd=folder)
        FOLDER.mkdir(exist_ok=True)
        for file in sorted(Path(folder).glob("*.deb")):
            _output("dpkg", "-x", str(file), str(FOLDER))
    (FOLDER / "complete").touch()


def _needed() -> Sequence[str]:
    """The programs and what they need, but for what is installed."""
    options = [f"--no-{word}" for word in WITHOUT]
    listed = _output("apt-cache", "depends", "--recurse", *options, *PROGRAMS)
    wanted = {line for line in listed.splitlines() if line and line[0].isalnum()}
    status = _output("dpkg-query", "-W", "-f", "${db:Status-Abbrev}|${Package}\n")
    installed = {line.split("|")[1] for line in status.splitlines() if line.startswith("ii")}
    return sorted(wanted - installed)


def _output(*command: str, cwd: str | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=True, timeout=FETCH_S
    )
    return done.stdout
