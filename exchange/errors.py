"""What can go wrong on the way out or in; the sentences stand in `pipeline/words/`."""

from pipeline.errors import ExplainCxrError


class ExchangeError(ExplainCxrError):
    """A case could not be handed on, or a study not be taken; nothing of it is half done."""

    code = "exchange_failed"


class ExchangePackageError(ExchangeError):
    """A library of the exchange is not installed; `package`."""

    code = "exchange_package_missing"


class CaseFolderError(ExchangeError):
    """The folder holds no whole result of this version; `folder`."""

    code = "case_folder_invalid"


class SourceMismatchError(ExchangeError):
    """The file that was given is not the one that was analysed."""

    code = "source_mismatch"


class SourceInvalidError(ExchangeError):
    """The DICOM file that was analysed cannot be read again, or lacks its study's identifiers."""

    code = "source_invalid"


class DestinationMissingError(ExchangeError):
    """Nothing is configured to send to; `setting`."""

    code = "destination_missing"


class DestinationUnreachableError(ExchangeError):
    """The destination did not answer, however often it was asked; `address`, `attempts`."""

    code = "destination_unreachable"


class DestinationRefusedError(ExchangeError):
    """The destination did not take an object; `address`, `status`."""

    code = "destination_refused"


class NoRadiographError(ExchangeError):
    """What was received is no radiograph, by its header; `modality` (a defined term or `?`)."""

    code = "received_no_radiograph"


class ListenError(ExchangeError):
    """Studies cannot be received; `problem` (`known_titles` or `port`), `port`."""

    code = "listen_impossible"
