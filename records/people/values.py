"""A user, the roles, and what each of them may do."""

from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """What not everybody who is signed in may do; reading and drafting everybody may."""

    SIGN = "sign"
    REMOVE = "remove"
    AUDIT = "audit"


class Role(StrEnum):
    """What a user is here for."""

    READER = "reader"
    SIGNER = "signer"
    ADMIN = "admin"

    def may(self, right: Right) -> bool:
        """Whether users of this role may do something."""
        return right in RIGHTS[self]


RIGHTS = {
    Role.READER: frozenset[Right](),
    Role.SIGNER: frozenset({Right.SIGN, Right.REMOVE}),
    Role.ADMIN: frozenset({Right.REMOVE, Right.AUDIT}),
}
"""An administrator looks after users and the audit, and signs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may sign in.

    Attributes:
        name: What they sign in as; with OpenID Connect, what the provider calls them.
        full_name: The name that stands under what they sign.
        role: What they are here for.
        has_password: Whether they can sign in here, without a provider.
    """

    name: str
    full_name: str
    role: Role
    has_password: bool
