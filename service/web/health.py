"""How the service is: for probes, and for Prometheus."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from service.web.answers import Standing
from service.web.parts import parts_of
from service.web.problems import problems
from service.web.requests import MaySeeMetrics

TEXT_FORMAT = "text/plain; version=1.0.0; charset=utf-8"

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Standing:
    """Whether the service is alive."""
    return Standing(status="ok")


@router.get("/readyz", responses={503: {"model": Standing, "description": "Not now."}})
async def readyz(request: Request, response: Response) -> Standing:
    """Whether it takes work: its models are loaded, and it is not being stopped."""
    parts = parts_of(request)
    standing = "stopping" if parts.is_stopping() else parts.standing()
    if standing != "ok":
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Standing(status=standing)


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text format.", "content": {"text/plain": {"schema": {}}}},
        **problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
    },
)
async def metrics(request: Request, owner: MaySeeMetrics) -> Response:
    """Queue, times by step, refusals, restarts of workers, labels; nothing of whom they are of."""
    return Response(parts_of(request).metrics.text(), media_type=TEXT_FORMAT)
