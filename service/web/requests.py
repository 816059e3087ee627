"""What a request brings along: whose it is, which analysis it means, what is to be done."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pipeline.settings import Settings
from pipeline.types import Language
from pipeline.validation import Flaw
from service.analyses import Analysis
from service.errors import RequestError
from service.keys import Scope
from service.web.parts import Parts, parts_of

_bearer = HTTPBearer(auto_error=False, description="A key of `python -m service make_key`.")
_Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
_Name = Annotated[str, Path(alias="id", pattern="^[0-9a-f]{32}$", examples=["0" * 32])]


def _owner_with(scope: Scope) -> Callable[..., Awaitable[str]]:
    """A dependency that gives a request's owner, if its key allows what is asked for."""

    async def owner(request: Request, sent: _Sent) -> str:
        return parts_of(request).access.owner(None if sent is None else sent.credentials, scope)

    return owner


MayAnalyse = Annotated[str, Depends(_owner_with(Scope.ANALYSE))]
MayRead = Annotated[str, Depends(_owner_with(Scope.READ))]
MayDelete = Annotated[str, Depends(_owner_with(Scope.DELETE))]
MaySeeMetrics = Annotated[str, Depends(_owner_with(Scope.METRICS))]


async def _found(request: Request, owner: MayRead, name: _Name) -> Analysis:
    return parts_of(request).analyses.find(owner, name)


Found = Annotated[Analysis, Depends(_found)]
"""The analysis that a path names, if its owner asks."""
Name = _Name


def chosen_settings(parts: Parts, fields: dict[str, str]) -> Settings:
    """The service's settings with what an upload chooses.

    Raises:
        RequestError: The language or the label is none.
    """
    language = _one_of("language", fields.get("language"), tuple(Language))
    label = _one_of("label", fields.get("label"), parts.labels)
    settings = parts.settings
    return replace(
        settings,
        language=settings.language if language is None else Language(language),
        explain_label=settings.explain_label if label is None else label,
    )


def _one_of(field: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    if value is None or value in allowed or not allowed:
        return value
    flaw = Flaw(field=field, problem="value", allowed=" | ".join(allowed))
    raise RequestError(**flaw.parameters)
