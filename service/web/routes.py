"""The analyses' addresses: `/v1/analyses` and what is below."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from pipeline.reading import check_size
from pipeline.types import Language
from service.analyses import Analysis
from service.errors import (
    AnalysisFileMissingError,
    AnalysisUnfinishedError,
    ServiceStoppingError,
)
from service.web.answers import (
    STRUCTURED_REPORT,
    AnalysesAnswer,
    AnalysisAnswer,
    FileName,
    answer_of,
    summary_of,
)
from service.web.events import events_of
from service.web.parts import Parts, parts_of
from service.web.problems import problems
from service.web.requests import Found, MayAnalyse, MayDelete, MayRead, Name, chosen_settings
from service.web.upload import announced_bytes, read_upload

LOOK_UP_SECONDS = 0.05
MOST_WAIT_SECONDS = 300
MEDIA_TYPES = {
    ".json": "application/json",
    ".png": "image/png",
    ".md": "text/markdown; charset=utf-8",
    ".pdf": "application/pdf",
    ".dcm": "application/dicom",
}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "minLength": 1,
                            "contentMediaType": "application/octet-stream",
                            "description": "PNG, JPEG, WEBP or DICOM, told apart by content.",
                        },
                        "language": {"type": "string", "enum": list(Language)},
                        "label": {
                            "type": "string",
                            "maxLength": 200,
                            "description": "The label to explain; the predicted one without it.",
                        },
                    },
                }
            }
        },
    }
}
LINKS = {  # what may be asked of an analysis once it is accepted, for OpenAPI
    operation: {"operationId": operation, "parameters": {"id": "$response.body#/id"}}
    for operation in ("look_up", "delete", "file", "events")
}
DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
NAMED = (*DENIED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
UPLOADED = (
    *DENIED,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses={
        200: {"model": AnalysisAnswer, "description": "It has ended.", "links": LINKS},
        202: {"description": "It waits, or is under way.", "links": LINKS},
        **problems(*UPLOADED),
    },
    openapi_extra=FORM,
)
async def analyse(
    request: Request,
    response: Response,
    owner: MayAnalyse,
    wait: Annotated[float, Query(ge=0, le=MOST_WAIT_SECONDS)] = 0.0,
) -> AnalysisAnswer:
    """Have a radiograph analysed.

    Answers 202 with a place in the queue, or, if it ends within `wait` seconds, 200 with all of it.
    """
    parts = parts_of(request)
    if parts.is_stopping():
        raise ServiceStoppingError
    limit_mb = parts.settings.max_file_mb
    with parts.analyses.room(owner, announced_bytes(request, limit_mb)):
        upload = await read_upload(request, limit_mb)
        check_size(len(upload.file), parts.settings)
        settings = chosen_settings(parts, upload.fields)
        analysis = parts.analyses.begin(owner, upload.file, settings)
        del upload  # from here on the workers alone hold it
    response.headers["location"] = f"{router.prefix}/{analysis.id}"
    if await _ended(analysis, parts, wait):
        response.status_code = HTTPStatus.OK
    return answer_of(analysis, parts.analyses)


@router.get("", responses=problems(*DENIED))
async def list_analyses(request: Request, owner: MayRead) -> AnalysesAnswer:
    """All analyses that are held for this key, oldest first."""
    analyses = parts_of(request).analyses
    return AnalysesAnswer(
        analyses=tuple(summary_of(one, analyses) for one in analyses.all_of(owner))
    )


@router.get("/{id}", responses=problems(*NAMED))
async def look_up(
    request: Request,
    analysis: Found,
    wait: Annotated[float, Query(ge=0, le=MOST_WAIT_SECONDS)] = 0.0,
) -> AnalysisAnswer:
    """State, progress and, once it is done, the result; waits up to `wait` seconds for its end."""
    parts = parts_of(request)
    await _ended(analysis, parts, wait)
    return answer_of(analysis, parts.analyses)


@router.delete("/{id}", status_code=HTTPStatus.NO_CONTENT, responses=problems(*NAMED))
async def delete(request: Request, owner: MayDelete, name: Name) -> None:
    """Stop an analysis, if it is under way, and forget all of it."""
    parts_of(request).analyses.remove(owner, name)


@router.get(
    "/{id}/files/{name}",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {kind.split(";")[0]: {"schema": {}} for kind in MEDIA_TYPES.values()},
        },
        **problems(*NAMED, HTTPStatus.CONFLICT, HTTPStatus.INTERNAL_SERVER_ERROR),
    },
)
async def file(analysis: Found, name: FileName) -> Response:
    """A picture, the report, `result.json`, or `sr.dcm`, a DICOM Structured Report.

    The Structured Report belongs to a new study under a pseudonym, for nothing of the upload's
    header is kept.
    """
    if not analysis.ended:
        raise AnalysisUnfinishedError
    if name.value in analysis.files:
        content = analysis.files[name.value]
    elif analysis.files and name.value == STRUCTURED_REPORT:
        content = await run_in_threadpool(_structured_report, analysis)
    else:
        raise AnalysisFileMissingError(file=name.value)
    return Response(content, media_type=MEDIA_TYPES[f".{name.value.rpartition('.')[2]}"])


@router.get("/{id}/events", response_class=EventSourceResponse, responses=problems(*NAMED))
async def events(
    request: Request,
    analysis: Found,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Progress as it comes, as server-sent events: `state`, `progress`, and `ended` as the last."""
    parts = parts_of(request)
    begun = int(last_event_id) if last_event_id and last_event_id.isdecimal() else 0
    async for event in events_of(analysis, parts, begun):
        yield event


async def _ended(analysis: Analysis, parts: Parts, wait_s: float) -> bool:
    """Wait for an analysis; whether it ended within the time."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_s
    while not analysis.ended and loop.time() < until and not parts.is_stopping():
        await asyncio.sleep(LOOK_UP_SECONDS)
    return analysis.ended


def _structured_report(analysis: Analysis) -> bytes:
    from exchange import ExportedCase, dicom_bytes, report_of, study_of

    case = ExportedCase.of_files(analysis.files, datetime.now(UTC))
    return dicom_bytes(report_of(case, study_of(case, None)))
