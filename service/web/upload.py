"""An upload: read as it comes in, into one piece of memory, and never onto the disk."""

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from pipeline.errors import FileTooLargeError
from pipeline.validation import Flaw
from service.errors import RequestError, UploadBrokenError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

BYTES_PER_MB = 1_000_000
AROUND_A_FILE = 100_000  # bytes of a form beside its file
LONGEST_FIELD = 200
FIELDS = ("language", "label")


@dataclass(slots=True)
class _Form:
    """A form as it is parsed; the parser calls it with its pieces."""

    limit_mb: int
    file: io.BytesIO | None = None
    fields: dict[str, bytearray] = field(default_factory=dict)
    ended: bool = False
    _name: str = ""
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)

    @property
    def callbacks(self) -> "MultipartCallbacks":
        """For the parser."""
        return {
            "on_part_begin": self.on_part_begin,
            "on_header_begin": self.on_header_begin,
            "on_header_field": self.on_header_field,
            "on_header_value": self.on_header_value,
            "on_header_end": self.on_header_end,
            "on_headers_finished": self.on_headers_finished,
            "on_part_data": self.on_part_data,
            "on_end": self.on_end,
        }

    def on_part_begin(self) -> None:
        self._name = ""

    def on_header_begin(self) -> None:
        self._header, self._value = bytearray(), bytearray()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self._name = options.get(b"name", b"").decode("latin-1")  # never `filename`

    def on_headers_finished(self) -> None:
        if self._name == "file" and self.file is None:
            self.file = io.BytesIO()
        elif self._name in FIELDS and self._name not in self.fields:
            self.fields[self._name] = bytearray()
        else:
            allowed = ", ".join(("file", *FIELDS))
            raise _invalid(
                Flaw(field=self._name[:LONGEST_FIELD], problem="unknown", allowed=allowed)
            )

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == "file" and self.file is not None:
            if self.file.tell() + end - start > self.limit_mb * BYTES_PER_MB:
                raise FileTooLargeError(limit_mb=self.limit_mb)
            self.file.write(memoryview(data)[start:end])
            return
        found = self.fields[self._name]
        found += data[start:end]
        if len(found) > LONGEST_FIELD:
            allowed = f"≤ {LONGEST_FIELD}"
            raise _invalid(Flaw(field=self._name, problem="value", allowed=allowed))

    def on_end(self) -> None:
        self.ended = True


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """What was sent.

    Attributes:
        file: The file's bytes; its name is not looked at.
        fields: The other fields that came along.
    """

    file: bytes
    fields: dict[str, str]


def announced_bytes(request: Request, limit_mb: int) -> int:
    """How large an upload says that it is; the most that may be if it does not say.

    Raises:
        FileTooLargeError: It is larger.
    """
    most = limit_mb * BYTES_PER_MB + AROUND_A_FILE
    length = request.headers.get("content-length", "")
    announced = int(length) if length.isdecimal() else most
    if announced > most:
        raise FileTooLargeError(limit_mb=limit_mb)
    return announced


async def read_upload(request: Request, limit_mb: int) -> Upload:
    """Read a form of a file and fields.

    Raises:
        FileTooLargeError: The file is larger than `limit_mb`, in MB of 10^6 bytes.
        UploadBrokenError: It is no such form, or broke off.
        RequestError: A field is missing, unknown or too long.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UploadBrokenError
    form = _Form(limit_mb)
    parser = MultipartParser(boundary, form.callbacks)
    try:
        async for chunk in request.stream():
            parser.write(chunk)
        parser.finalize()
    except (MultipartParseError, ClientDisconnect) as error:
        raise UploadBrokenError from error
    if not form.ended:
        raise UploadBrokenError
    if form.file is None:
        raise _invalid(Flaw(field="file", problem="missing"))
    try:
        fields = {name: value.decode() for name, value in form.fields.items()}
    except UnicodeDecodeError as error:
        raise UploadBrokenError from error
    return Upload(form.file.getvalue(), fields)  # shares the buffer's memory: no copy


def _invalid(flaw: Flaw) -> RequestError:
    return RequestError(**flaw.parameters)
