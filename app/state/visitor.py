"""Who is at the page."""

from dataclasses import dataclass

from records.people.values import Right, User

AT_THE_COMPUTER = "page"
"""Who is at the computer where nobody signs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is at the page.

    Attributes:
        user: Who signed in; `None` where no login is on, and then everything is allowed.
    """

    user: User | None = None

    @property
    def actor(self) -> str:
        """As the audit calls them."""
        return AT_THE_COMPUTER if self.user is None else self.user.name

    def may(self, right: Right) -> bool:
        """Whether they may do something."""
        return self.user is None or self.user.role.may(right)
