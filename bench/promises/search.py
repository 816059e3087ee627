"""The search for planted identifiers in all that came out."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.types import CaseResult

if TYPE_CHECKING:
    from records.store import Store


def found_in(contents: Iterator[tuple[str, bytes]], identifiers: Mapping[str, str]) -> list[str]:
    """Which identifiers stand in any of the contents: where planted, and where found."""
    spelled = {}
    for identifier in identifiers:
        json_spelled = identifier.encode("unicode_escape")
        spelled[identifier] = {identifier.encode(), identifier.encode("utf-16-le"), json_spelled}
    return [
        f"{identifiers[identifier]} in {name}"
        for name, content in contents
        for identifier, spellings in spelled.items()
        if any(spelling in content for spelling in spellings)
    ]


def contents_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file of a folder as it is, and the text that a PDF or a picture says."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            name = file.relative_to(folder).as_posix()
            yield name, name.encode() + b"\n" + file.read_bytes()
            yield f"{name} (as read)", as_read(file.name, file.read_bytes())


def as_read(name: str, content: bytes) -> bytes:
    """What a reader of a PDF, picture or DICOM file finds in it; empty for all else."""
    if name.endswith(".pdf"):
        from pypdf import PdfReader

        document = PdfReader(io.BytesIO(content))
        pages = "\n".join(page.extract_text() for page in document.pages)
        return f"{pages}\n{document.metadata}".encode()
    if name.endswith((".png", ".jpg", ".jpeg")):
        from PIL import Image

        with Image.open(io.BytesIO(content)) as image:
            return repr((image.info, dict(image.getexif()))).encode()
    if name.endswith(".dcm"):
        import pydicom

        dataset = pydicom.dcmread(io.BytesIO(content))
        document = dataset.get("EncapsulatedDocument", b"")
        return str(dataset).encode() + (as_read("document.pdf", document) if document else b"")
    return b""


def stored_contents(store: "Store") -> Iterator[tuple[str, bytes]]:
    """All that the case store holds, opened: values, arrays, drafts, the audit, the prompts."""
    from records import CaseQuery
    from records.contents.case_codec import encode_case

    for line in store.worklist.page(CaseQuery(limit=1000)).lines:
        yield "a line of the worklist", repr(line).encode()
        yield "the stored identity", repr(dict(store.identity(line.id))).encode()
        yield "the stored file", store.upload(line.id) or b""
        for draft in store.conclusions.drafts(line.id):
            yield "a stored draft", repr(draft).encode()
        for opinion in store.opinions.all(line.id):
            yield "a stored opinion", repr(opinion).encode()
        content = store.load(line.id)
        encoded = encode_case(content)
        yield "the stored case", encoded.values
        for array in encoded.arrays.values():
            yield "a stored array", array.tobytes()
        if isinstance(content.result, CaseResult) and content.result.report is not None:
            yield "the prompt", content.result.report.prompt.encode()
    yield "the audit", repr(store.audit()).encode()
