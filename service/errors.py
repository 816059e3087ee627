"""What can go wrong at the service's doors; the sentences stand in `pipeline/words/`."""

from pipeline.errors import ExplainCxrError


class ServiceError(ExplainCxrError):
    """The service could not do what it was asked for."""

    code = "service_failed"


class ServicePackageError(ServiceError):
    """A library of the service is not installed; `package`."""

    code = "service_package_missing"


class ServiceNeedsKeysError(ServiceError):
    """The address can be reached from other computers, and there are no keys; `address`."""

    code = "service_needs_keys"


class ServicePortError(ServiceError):
    """Nothing can listen there; `address`, `port`."""

    code = "service_port_taken"


class ServiceStoppingError(ServiceError):
    """The service is ending and takes nothing more."""

    code = "service_stopping"


class ServiceUnreachableError(ServiceError):
    """The service did not answer; `address`."""

    code = "service_unreachable"


class ServiceAnswerError(ServiceError):
    """The service answered with what is none of its problems; `status`."""

    code = "service_answer_unknown"


class KeysInvalidError(ServiceError):
    """The file of keys cannot be used.

    `file`, and of it `field`, `problem` and `allowed` as in `pipeline.validation.Flaw`.
    """

    code = "keys_invalid"


class KeysUnnamedError(ServiceError):
    """No file of keys is named."""

    code = "keys_unnamed"


class KeyNameTakenError(ServiceError):
    """There is a key of that name; `name`."""

    code = "key_name_taken"


class KeyNameUnknownError(ServiceError):
    """There is no key of that name; `name`."""

    code = "key_name_unknown"


class RequestError(ServiceError):
    """A request that cannot be answered as it is.

    `field`, `problem` and `allowed` as in `pipeline.validation.Flaw`, unless a class below says
    more.
    """

    code = "request_invalid"


class KeyMissingError(RequestError):
    """The request has no key."""

    code = "key_missing"


class KeyRefusedError(RequestError):
    """The key is unknown, revoked or expired."""

    code = "key_refused"


class ScopeMissingError(RequestError):
    """The key does not allow that; `scope`."""

    code = "scope_missing"


class RateLimitedError(RequestError):
    """The key has asked too often; `limit` a minute, `seconds` until it may again."""

    code = "rate_limited"


class SenderRefusedError(RequestError):
    """A foreign name or origin: a browser that was made to ask."""

    code = "sender_refused"


class AddressUnknownError(RequestError):
    """There is nothing at the address."""

    code = "address_unknown"


class MethodRefusedError(RequestError):
    """The address does not know the method."""

    code = "method_refused"


class UploadBrokenError(RequestError):
    """What was sent is no multipart form, or broke off."""

    code = "upload_broken"


class AnalysisMissingError(RequestError):
    """There is no such analysis, or it is another key's."""

    code = "analysis_missing"


class AnalysisUnfinishedError(RequestError):
    """What was asked for is there once the analysis has ended."""

    code = "analysis_unfinished"


class AnalysisFileMissingError(RequestError):
    """The analysis has no such file; `file`."""

    code = "analysis_file_missing"


class AnalysesFullError(ServiceError):
    """As many analyses are held for the key as may be; `limit`."""

    code = "analyses_full"
