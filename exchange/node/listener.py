"""`python -m exchange listen`: takes studies by C-STORE, from known titles only."""

import logging
from typing import TYPE_CHECKING, Any, Self

from exchange.errors import ExchangePackageError, ListenError, NoRadiographError
from exchange.node.inbox import Inbox
from pipeline.closing import Closing
from pipeline.errors import ExplainCxrError, InputError
from pipeline.reading.dicom import PLUGINS
from pipeline.settings import Settings
from records.errors import StoreError

if TYPE_CHECKING:
    from pynetdicom.events import Event

log = logging.getLogger(__name__)

STORED, OUT_OF_RESOURCES, NOT_OURS, NOT_UNDERSTOOD = 0x0000, 0xA700, 0xA900, 0xC000
CLASSES = (
    "1.2.840.10008.1.1",  # verification
    "1.2.840.10008.5.1.4.1.1.1",  # computed radiography
    "1.2.840.10008.5.1.4.1.1.1.1",  # digital X-ray, for presentation
    "1.2.840.10008.5.1.4.1.1.1.1.1",  # digital X-ray, for processing
    "1.2.840.10008.5.1.4.1.1.7",  # secondary capture: what was digitised is sent as such
)
MOST_ASSOCIATIONS = 16
SILENCE_S = 60.0  # a sender that says nothing for so long is hung up


class Listener(Closing):
    """Listens from `start` to `close`; or use it in a `with`."""

    def __init__(self, settings: Settings, inbox: Inbox) -> None:
        """Choose where what is received goes."""
        self._settings, self._inbox = settings, inbox
        self._server: Any = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Begin to listen; returns at once.

        Raises:
            ListenError: Nobody is known, or the port cannot be had.
            ExchangePackageError: pynetdicom is not installed.
        """
        try:
            from pynetdicom import AE, evt
        except ImportError as error:
            raise ExchangePackageError(package="pynetdicom") from error
        settings = self._settings
        if not settings.known_titles:
            raise ListenError(problem="known_titles", port=settings.listen_port)
        logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)  # it quotes what it receives
        entity = AE(settings.ae_title)
        entity.require_called_aet = True
        entity.require_calling_aet = list(settings.known_titles)
        entity.maximum_associations = MOST_ASSOCIATIONS
        entity.network_timeout = entity.acse_timeout = entity.dimse_timeout = SILENCE_S
        for name in CLASSES:
            entity.add_supported_context(name, list(PLUGINS))
        try:
            self._server = entity.start_server(
                (settings.listen_address, settings.listen_port),
                block=False,
                evt_handlers=[(evt.EVT_C_STORE, self._stored), (evt.EVT_C_ECHO, _echoed)],
            )
        except OSError as error:
            raise ListenError(problem="port", port=settings.listen_port) from error

    def close(self) -> None:
        """Stop listening; what was answered with success is stored."""
        if self._server is not None:
            self._server.shutdown()
            self._server = None

    def _stored(self, event: "Event") -> int:
        """Answer a C-STORE: with success only once the file is on the disk."""
        sender = str(event.assoc.requestor.ae_title)
        try:
            received = self._inbox.take(event.encoded_dataset(), sender=sender)
        except NoRadiographError:
            return NOT_OURS
        except InputError:
            return NOT_UNDERSTOOD
        except StoreError as error:
            log.error("not stored: %s", error.code)
            return OUT_OF_RESOURCES  # the sender tries again
        except ExplainCxrError as error:
            log.error("not taken: %s", error.code)
            return NOT_UNDERSTOOD
        log.info("%s: case %s", sender, received.case if received.is_new else "known already")
        return STORED


def _echoed(event: "Event") -> int:
    return STORED
