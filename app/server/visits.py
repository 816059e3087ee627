"""What the server keeps of a visit: nothing on the disk, and nothing once it is over."""

import asyncio
import contextlib
import ctypes
import gc
from collections.abc import AsyncIterator
from typing import Any

LOOK_UP_SECONDS = 5.0
MULTIPART_BYTES = 1_000_000  # what stands around a file that is sent


def keep_uploads_in_memory(most_mb: int) -> None:
    """Let no upload be spooled to the disk, as all over 1 MB are by default.

    Args:
        most_mb: The largest upload, in MB of 2^20 bytes, as Streamlit counts them.
    """
    from starlette.formparsers import MultiPartParser

    MultiPartParser.spool_max_size = (most_mb << 20) + MULTIPART_BYTES


@contextlib.asynccontextmanager
async def forgetting(app: Any) -> AsyncIterator[None]:
    """Forget visits when their time is over, for as long as the server runs.

    Streamlit keeps a closed page's visit for `server.disconnectedSessionTTL` seconds, so that it
    can come back, but looks for those that are over only when another visit ends, and its own loop
    holds the last visit until it has sent something to another one. What could be downloaded it
    keeps once more, until the next time that it looks.
    """
    task = asyncio.create_task(_forget_in_turn())
    try:
        yield
    finally:
        task.cancel()


async def _forget_in_turn() -> None:
    from streamlit import runtime

    while True:
        await asyncio.sleep(LOOK_UP_SECONDS)
        if not _end_what_is_over():
            continue
        await _visit_of_nobody()
        for _ in range(2):  # what could be downloaded is marked by one look, removed by the next
            runtime.get_instance().media_file_mgr.remove_orphaned_files()
            await asyncio.sleep(LOOK_UP_SECONDS)
        _give_back_memory()


def _give_back_memory() -> None:
    """Free what was held by visits, and have glibc, where it is, give it back to the system."""
    gc.collect()  # a visit is a web of references, and while all rest nothing collects it
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _end_what_is_over() -> bool:
    """End the visits that are over; whether there were any."""
    from streamlit import runtime

    # Streamlit has no door of its own to this; a test counts what is left of a visit.
    storage: Any = runtime.get_instance()._session_mgr._session_storage
    over = storage._cache.expire()
    for _, kept in over:
        kept.session.shutdown()
    return bool(over)


async def _visit_of_nobody() -> None:
    """Have the server's loop send something, so that it lets go of the last visit it sent to."""
    from streamlit import runtime
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.runtime.session_manager import SessionClient

    class Nobody(SessionClient):  # type: ignore[misc]  # its base is untyped here
        client_context = None

        def write_forward_msg(self, msg: object) -> None:
            sent.set()

    sent, server = asyncio.Event(), runtime.get_instance()
    visit = server.connect_session(client=Nobody(), user_info={})
    try:
        server.handle_backmsg(visit, BackMsg(app_heartbeat=True))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(sent.wait(), LOOK_UP_SECONDS)
    finally:
        server.close_session(visit)
