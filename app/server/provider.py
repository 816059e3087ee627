"""The provider of OpenID Connect, as the settings' file describes it to Streamlit's `st.login`."""

import secrets
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from pipeline.errors import SettingRefusedError
from pipeline.settings import Settings
from pipeline.validation import CheckedModel, Flaw, misfit, read_checked

CALLBACK = "/oauth2callback"


class Provider(CheckedModel):
    """The table `[auth]` of `st.login`.

    Attributes:
        redirect_uri: Where the provider sends browsers back to: the page's address with
            `/oauth2callback`.
        server_metadata_url: The provider's `.well-known/openid-configuration`.
        client_id: What the provider calls this installation.
        client_secret: Its secret.
        cookie_secret: Signs the browser's cookie; made anew at each start if it is left out, and
            then everybody signs in again.
        client_kwargs: More for Authlib, such as `scope` and `prompt`.
    """

    redirect_uri: str = Field(pattern=r"^https?://[^\s]+$")
    server_metadata_url: str = Field(pattern=r"^https?://[^\s]+$")
    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1)
    cookie_secret: str = Field(default_factory=lambda: secrets.token_urlsafe(32), min_length=32)
    client_kwargs: dict[str, str] = Field(default_factory=dict)

    @field_validator("redirect_uri")
    @classmethod
    def _ends_as_streamlit_listens(cls, value: str) -> str:
        if not value.endswith(CALLBACK):
            raise misfit("redirect_uri", f"https://…{CALLBACK}")
        return value

    def secrets(self) -> dict[str, Any]:
        """For `st.App(secrets=...)`."""
        return {"auth": self.model_dump()}


def read_provider(settings: Settings) -> Provider:
    """Read the file that the settings name.

    Raises:
        SettingRefusedError: None is named, or it does not fit.
    """
    file = settings.openid_file
    if file is None:
        flaw = Flaw(field="openid_file", problem="missing")
        raise SettingRefusedError(source="login", **flaw.parameters)
    return read_checked(Path(file).expanduser(), Provider, lambda flaw: _refused(file.name, flaw))


def _refused(source: str, flaw: Flaw) -> SettingRefusedError:
    return SettingRefusedError(source=source, **flaw.parameters)
