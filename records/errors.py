"""What can go wrong with the case store; the sentences stand in `pipeline/words/`."""

from pipeline.errors import ExplainCxrError


class StoreError(ExplainCxrError):
    """The case store did not do what was asked of it; nothing of it is half done."""

    code = "store_failed"


class StoreFullError(StoreError):
    """No space is left where the store lies."""

    code = "store_full"


class StoreLockedError(StoreError):
    """Another program kept the store locked for too long."""

    code = "store_locked"


class StoreUnreachableError(StoreError):
    """The database does not answer, or its file cannot be opened or written."""

    code = "store_unreachable"


class StoreDamagedError(StoreError):
    """The database, or something in it, is not what was written there."""

    code = "store_damaged"


class StoreNewerError(StoreError):
    """A later version of ExplainCXR made the database; `revision`, its migration."""

    code = "store_newer"


class StoreDriverMissingError(StoreError):
    """The library for this kind of database is not installed; `package`."""

    code = "store_driver_missing"


class StoreKeyMissingError(StoreError):
    """The store is encrypted with a key whose file is not there; `file`."""

    code = "store_key_missing"


class StoreKeyWrongError(StoreError):
    """The key is not the one that the store was encrypted with; `file`."""

    code = "store_key_wrong"


class StoreKeyInvalidError(StoreError):
    """The key file cannot be read or made, or holds no key; `file`."""

    code = "store_key_invalid"


class CaseMissingError(StoreError):
    """The store has no such case: it was removed, or never there; `case`."""

    code = "case_missing"


class CaseUnfinishedError(StoreError):
    """Nothing has been found for the case yet; `case`."""

    code = "case_unfinished"


class CaseOutdatedError(StoreError):
    """The case was stored by a version whose values do not fit this one's; `case`."""

    code = "case_outdated"


class AlreadySignedError(StoreError):
    """The conclusion is signed; it can be amended, not changed; `case`, `version`."""

    code = "already_signed"


class NotSignedError(StoreError):
    """Only a signed conclusion can be amended; `case`."""

    code = "not_signed"


class SignatureIncompleteError(StoreError):
    """A signature or amendment lacks something; `field`: `signer`, `text`, `reason`, `state`."""

    code = "signature_incomplete"


class OpinionGivenError(StoreError):
    """The reader has given their opinion of this case; it does not change; `case`."""

    code = "opinion_given"


class OpinionIncompleteError(StoreError):
    """An opinion lacks its classification or its text, or has too much of it; `longest`."""

    code = "opinion_incomplete"


class UserUnknownError(StoreError):
    """There is no user of that name; `name`."""

    code = "user_unknown"


class UserExistsError(StoreError):
    """There is a user of that name already; `name`."""

    code = "user_exists"


class UserNameInvalidError(StoreError):
    """A name is empty, too long or not printable; `longest`."""

    code = "user_name_invalid"


class PasswordUnfitError(StoreError):
    """A password is too short or too long; `shortest`, `longest`."""

    code = "password_unfit"


class SignInRefusedError(StoreError):
    """Name and password do not belong together; which of them is wrong is not said."""

    code = "sign_in_refused"


class SignInTooSoonError(StoreError):
    """Too many wrong passwords came before; `seconds` are left to wait."""

    code = "sign_in_too_soon"


class NotAllowedError(StoreError):
    """The user's role does not allow this; `role`."""

    code = "not_allowed"


class SignedOutError(StoreError):
    """The session has ended."""

    code = "signed_out"


class LoginPackageMissingError(StoreError):
    """A library that the login needs is not installed; `package`."""

    code = "login_package_missing"
