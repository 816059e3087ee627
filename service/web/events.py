"""An analysis as server-sent events."""

import asyncio
from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from service.analyses import Analysis
from service.web.answers import ProgressAnswer, StateAnswer, summary_of
from service.web.parts import Parts

LOOK_UP_SECONDS = 0.1


async def events_of(analysis: Analysis, parts: Parts, begun: int) -> AsyncIterator[ServerSentEvent]:
    """News of an analysis until it ends or the service does.

    Args:
        analysis: The analysis.
        parts: What the routes work with.
        begun: How many of its progress events are known already; every event's id is that number.

    Yields:
        `state` and `progress` as they come, and `ended` with the summary as the last one.
    """
    standing: StateAnswer | None = None
    while True:
        ended = analysis.ended  # asked first, so that nothing is missed in between
        for event in analysis.events()[begun:]:
            begun += 1
            news = ProgressAnswer(step=event.step, fraction=event.fraction, text=event.text)
            yield ServerSentEvent(data=news, event="progress", id=str(begun))
        if ended:
            summary = summary_of(analysis, parts.analyses)
            yield ServerSentEvent(data=summary, event="ended", id=str(begun))
            return
        now = StateAnswer(state=analysis.state, place=parts.analyses.place(analysis))
        if now != standing:
            standing = now
            yield ServerSentEvent(data=now, event="state", id=str(begun))
        if parts.is_stopping():
            return
        await asyncio.sleep(LOOK_UP_SECONDS)
