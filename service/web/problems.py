"""Errors as `application/problem+json` (RFC 9457), with the codes and sentences of the page."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from pipeline import errors
from pipeline.errors import ExplainCxrError, Parameter
from pipeline.types import Language
from pipeline.validation import flaw_in
from pipeline.words import message
from service.errors import (
    AddressUnknownError,
    AnalysesFullError,
    AnalysisFileMissingError,
    AnalysisMissingError,
    AnalysisUnfinishedError,
    KeyMissingError,
    KeyRefusedError,
    MethodRefusedError,
    RateLimitedError,
    RequestError,
    ScopeMissingError,
    SenderRefusedError,
    ServiceError,
    ServiceStoppingError,
    UploadBrokenError,
)

MEDIA_TYPE = "application/problem+json"
TRY_AGAIN_S = 5
STATUS: dict[type[ExplainCxrError], HTTPStatus] = {  # the nearest class of an error counts
    ExplainCxrError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.FileTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.QueueFullError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WorkerDiedError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DecoderEndedError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StepTimedOutError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.CancelledByUserError: HTTPStatus.GONE,
    RequestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UploadBrokenError: HTTPStatus.BAD_REQUEST,
    KeyMissingError: HTTPStatus.UNAUTHORIZED,
    KeyRefusedError: HTTPStatus.UNAUTHORIZED,
    ScopeMissingError: HTTPStatus.FORBIDDEN,
    SenderRefusedError: HTTPStatus.FORBIDDEN,
    AddressUnknownError: HTTPStatus.NOT_FOUND,
    AnalysisMissingError: HTTPStatus.NOT_FOUND,
    AnalysisFileMissingError: HTTPStatus.NOT_FOUND,
    MethodRefusedError: HTTPStatus.METHOD_NOT_ALLOWED,
    AnalysisUnfinishedError: HTTPStatus.CONFLICT,
    RateLimitedError: HTTPStatus.TOO_MANY_REQUESTS,
    AnalysesFullError: HTTPStatus.SERVICE_UNAVAILABLE,
    ServiceStoppingError: HTTPStatus.SERVICE_UNAVAILABLE,
    ServiceError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class Problem(BaseModel):
    """Why a request was not answered as it was meant."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """`urn:explaincxr:` and the code."""
    title: str
    """The status in words."""
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    """The sentence for a person, in the language that was asked for."""
    code: str
    """Stable, such as `file_too_large`."""
    parameters: dict[str, Parameter]
    """What the sentence was filled in with."""


def status_of(error: ExplainCxrError) -> HTTPStatus:
    """The HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def language_of(request: Request) -> Language:
    """The first of the languages that a request accepts and we have words for; else English."""
    for one in request.headers.get("accept-language", "").split(","):
        code = one.split(";")[0].strip().lower().split("-")[0]
        if code in tuple(Language):
            return Language(code)
    return Language.ENGLISH


def problem_of(error: ExplainCxrError, language: Language) -> Problem:
    """An error for those who asked."""
    status = status_of(error)
    return Problem(
        type=f"urn:explaincxr:{error.code}",
        title=status.phrase,
        status=status,
        detail=message(error.code, language, **error.parameters),
        code=error.code,
        parameters=dict(error.parameters),
    )


def problem_response(
    error: ExplainCxrError, language: Language, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The same as an answer, with what its status asks for among the headers."""
    status, further = status_of(error), dict(headers or {})
    if status is HTTPStatus.UNAUTHORIZED:
        further["www-authenticate"] = "Bearer"
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        further["retry-after"] = str(error.parameters.get("seconds", TRY_AGAIN_S))
    return JSONResponse(
        problem_of(error, language).model_dump(), status, further, media_type=MEDIA_TYPE
    )


def answer_with_problems(
    app: FastAPI, routes: Sequence[BaseRoute], on_refusal: Callable[[str], None]
) -> None:
    """Have an app answer what goes wrong with a problem of ours.

    Args:
        app: The app.
        routes: Its routes.
        on_refusal: Called with the code of each.
    """

    @app.exception_handler(ExplainCxrError)
    async def ours(request: Request, error: ExplainCxrError) -> JSONResponse:
        on_refusal(error.code)
        return problem_response(error, language_of(request))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        details = [{**one, "loc": one["loc"][1:]} for one in error.errors()]  # without "query"
        return await ours(request, RequestError(**flaw_in(details, {}).parameters))

    @app.exception_handler(HTTPException)
    async def known(request: Request, error: HTTPException) -> JSONResponse:
        kinds = {404: AddressUnknownError, 405: MethodRefusedError}
        refused = kinds.get(error.status_code, UploadBrokenError)()
        on_refusal(refused.code)
        headers = {}
        if isinstance(refused, MethodRefusedError):  # of several routes FastAPI names the first
            headers["allow"] = ", ".join(_methods(routes, request))
        return problem_response(refused, language_of(request), headers)


def _methods(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """The methods that an address knows."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)


def problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """These problems among an operation's answers, for OpenAPI."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        int(status): {
            "description": status.phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }
