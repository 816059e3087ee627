"""The service as an ASGI app."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from service.analyses.analyses import give_back_memory
from service.web import health, routes
from service.web.guard import Guard
from service.web.parts import Parts
from service.web.problems import Problem, answer_with_problems

VERSION = "1"
DESCRIPTION = (
    "Chest radiographs in, explained analyses out. For research use only. Not a medical device."
)
LOOK_UP_SECONDS = 5.0
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
NO_TELEMETRY = TelemetryConfig(
    tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False
)
"""FastAPI's own is on by default, and a variable of the environment would have it sent."""


def make_app(parts: Parts) -> FastAPI:
    """The app.

    Args:
        parts: What its routes work with; they are closed with it.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        forgetting = asyncio.create_task(_forget_in_turn(parts))
        try:
            yield
        finally:
            forgetting.cancel()
            parts.analyses.close()

    app = FastAPI(
        title="ExplainCXR",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,  # its scripts come from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        telemetry=NO_TELEMETRY,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
    )
    app.state.parts = parts
    app.include_router(routes.router)
    app.include_router(health.router)
    answer_with_problems(app, (*routes.router.routes, *health.router.routes), parts.metrics.refused)
    app.add_middleware(Guard, names=_names(parts), metrics=parts.metrics)
    _complete(app, parts)
    return app


def _names(parts: Parts) -> tuple[str, ...]:
    return () if parts.access.asks_for_keys else (*LOCAL_NAMES, parts.settings.service_address)


def _complete(app: FastAPI, parts: Parts) -> None:
    """Have OpenAPI know what no operation says by itself: problems, and the classifier's labels."""
    described = app.openapi()
    schemas = described["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's; ours are problems
        schemas.pop(name, None)
    if parts.labels:
        posted = described["paths"][routes.router.prefix]["post"]["requestBody"]
        form = posted["content"]["multipart/form-data"]["schema"]
        form["properties"]["label"]["enum"] = list(parts.labels)


async def _forget_in_turn(parts: Parts) -> None:
    while True:
        await asyncio.sleep(LOOK_UP_SECONDS)
        if parts.analyses.forget_expired():
            await asyncio.to_thread(give_back_memory)
