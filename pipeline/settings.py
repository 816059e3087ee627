"""The settings: one frozen object, read once from a TOML file, the environment and arguments."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo

from pipeline.errors import SettingRefusedError
from pipeline.types import FUSED_METHODS, Language, Method, with_fused
from pipeline.validation import Flaw, flaw_of, quarter_turns, read_content

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT_PREFIX = "EXPLAINCXR_"
FILE_VARIABLE = f"{ENVIRONMENT_PREFIX}SETTINGS"
NOT_SETTINGS = frozenset({FILE_VARIABLE, f"{ENVIRONMENT_PREFIX}DATA"})
"""Variables with our prefix that are no settings: the settings file, and the test data's folder."""


def _absent(value: object) -> object:
    """Nothing between the quotes means that there is none."""
    return None if value == "" else value


OptionalPath = Annotated[Path | None, BeforeValidator(_absent)]
OptionalText = Annotated[str | None, BeforeValidator(_absent)]
DatabaseAddress = Annotated[
    Annotated[str, Field(pattern=r"^(sqlite:///|postgresql://).+$")] | None,
    BeforeValidator(_absent),
]
WebAddress = Annotated[
    Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None, BeforeValidator(_absent)
]
TITLE = r"[!-\[\]-~](?:[ -\[\]-~]{0,14}[!-\[\]-~])?"
"""An application entity's title: 1 to 16 letters of ASCII without a backslash."""
PacsAddress = Annotated[
    Annotated[str, Field(pattern=rf"^(?:https?://[^\s]+|{TITLE}@[^@:\s]+:[0-9]{{1,5}})$")] | None,
    BeforeValidator(_absent),
]
Title = Annotated[str, Field(pattern=f"^{TITLE}$")]


def _names(value: object) -> object:
    """Names with commas between them, as a variable has them, or a list as it is."""
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


HostName = Annotated[str, Field(pattern=r"^(?:\*\.)?[A-Za-z0-9.:-]+$")]
HostNames = Annotated[tuple[HostName, ...], BeforeValidator(_names)]
Titles = Annotated[tuple[Title, ...], BeforeValidator(_names)]
Methods = Annotated[tuple[Method, ...], BeforeValidator(_names), AfterValidator(with_fused)]


def _parameter(method: Method, name: str) -> Any:
    """The field of a method's parameter, with the default and the range that its spec has."""
    spec = next(item for item in method.spec.parameters if item.name == name)
    return Field(default=spec.default, ge=spec.low, le=spec.high)


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Settings:
    """How the product runs.

    `docs/settings.example.toml` lists the same as a file. Made directly, or changed with
    `dataclasses.replace`, a value that does not fit raises pydantic's `ValidationError`;
    `load_settings` and `changed_settings` say it as an error of ours.

    Attributes:
        language: Language of the report and of messages.
        explain_images: Whether the classification is explained at all.
        write_report: Whether the language model is asked at all.
        blank_text: Whether writing that is found in the pixels is blanked before anything is shown.
        turn: By how many degrees clockwise the picture is turned after reading.
        mirror: Whether right and left are exchanged after that.
        measure_quality: Whether the quality of the explanations is measured.
        explain_label: The label to explain; the predicted one if `None`.
        seed: Seed of everything that samples.
        weights_folder: One folder a model, each with its manifest.
        classifier: The folder of another classifier, with its manifest; the shipped one if `None`.
        report_model: Another GGUF file for the report; the shipped one if `None`.
        models_folder: Where `python -m report fetch` puts bigger report models.
        context_tokens: Context length of the report model, in tokens.
        report_tokens: Most tokens of one report.
        threads: Threads of each model worker.
        max_file_mb: Largest file read, in MB of 10^6 bytes.
        max_megapixels: Largest rows times columns, in millions.
        min_side_px: Fewest rows or columns.
        working_side_px: Longer side of the working grid; larger radiographs are reduced to it.
        decode_seconds: Longest decoding of one file.
        decode_memory_mb: Most memory of the decoding process.
        step_seconds: Longest vision step.
        report_seconds: Longest writing or explaining of a report.
        waiting_jobs: Most jobs that wait for a worker.
        visit_radiographs: Most radiographs that one visit of the page holds.
        methods: The maps made for each radiograph, the fused ones among them.
        lime_samples: Perturbed samples of one LIME explanation; a power of two is balanced best.
        lime_segments: Superpixels aimed at.
        database: Where cases are stored, as an address: `postgresql://user@host/name` or
            `sqlite:////folder/file`; a SQLite file in `store_folder` if `None`.
        store_folder: Folder of that file, and of the key that is made for it.
        store_key_file: The file of another key that stored cases are encrypted with.
        retention_hours: How long a case stays after its last change, unless it is kept.
        keep_identity: Whether to store, encrypted, who the patient is.
        pacs: Where `python -m exchange` sends to and pulls from: `TITLE@host:port` for DICOM's own
            protocol, or the address of a DICOMweb service; nothing is sent if `None`.
        ae_title: What we call ourselves in DICOM's own protocol.
        listen_address: Where studies are received, the computer itself alone by default.
        listen_port: The port of it.
        known_titles: Who may send studies to us.
        fhir_server: Where reports are posted to as FHIR; nothing is posted if `None`.
        fhir_version: `r4b` or `r5`.
        fhir_token_file: The file of the bearer token that the server wants.
        login: Who may use the page: `off`, everybody at this computer; `local`, users with a
            password of the case store; `openid`, its users by a provider of OpenID Connect.
        openid_file: A TOML file with what Streamlit's `st.login` needs to know of the provider.
        openid_claim: What of the provider's answer is a user's name here.
        session_minutes: After how long without a click a session ends.
        session_hours: After how long it ends in any case.
        read_first: Whether a reader writes an opinion before the machine's result is shown.
        page_address: Where the page is served; as `streamlit_config.toml` says, this computer
            alone, if `None`.
        page_names: HostNames under which browsers reach it, beside this computer's own.
        service_address: Where `python -m service` listens, this computer itself alone by default;
            beyond it only with keys.
        service_port: The port of it.
        service_keys_file: The file of the service's API keys; it asks for none if `None`.
        service_analyses: Most analyses that the service holds for one key, finished ones included.
        service_retention_minutes: How long the service holds an analysis after its end.
    """

    language: Language = Language.ENGLISH
    explain_images: bool = True
    write_report: bool = True
    blank_text: bool = True
    turn: Annotated[int, AfterValidator(quarter_turns)] = 0
    mirror: bool = False
    measure_quality: bool = True
    explain_label: OptionalText = None
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    weights_folder: Path = ROOT / "weights"
    classifier: OptionalPath = None
    report_model: OptionalPath = None
    models_folder: Path = ROOT / "models"
    context_tokens: int = Field(default=2048, ge=256, le=1_048_576)
    report_tokens: int = Field(default=700, ge=1, le=100_000)
    threads: int = Field(default=2, ge=1, le=256)
    max_file_mb: int = Field(default=200, ge=1, le=2000)
    max_megapixels: int = Field(default=80, ge=1, le=500)
    min_side_px: int = Field(default=64, ge=1, le=1024)
    working_side_px: int = Field(default=1024, ge=64, le=8192)
    decode_seconds: float = Field(default=20.0, gt=0, le=3600)
    decode_memory_mb: int = Field(default=3000, ge=256, le=64_000)
    step_seconds: float = Field(default=120.0, gt=0, le=86_400)
    report_seconds: float = Field(default=600.0, gt=0, le=86_400)
    waiting_jobs: int = Field(default=64, ge=1, le=1000)
    visit_radiographs: int = Field(default=20, ge=1, le=500)
    methods: Methods = FUSED_METHODS
    lime_samples: int = _parameter(Method.LIME, "samples")
    lime_segments: int = _parameter(Method.LIME, "segments")
    database: DatabaseAddress = None
    store_folder: Path = Path("~/.explaincxr")
    store_key_file: OptionalPath = None
    retention_hours: float = Field(default=24.0, gt=0, le=876_600)
    keep_identity: bool = False
    pacs: PacsAddress = None
    ae_title: Title = "EXPLAINCXR"
    listen_address: str = "127.0.0.1"
    listen_port: int = Field(default=11112, ge=1, le=65_535)
    known_titles: Titles = ()
    fhir_server: WebAddress = None
    fhir_version: Literal["r4b", "r5"] = "r5"
    fhir_token_file: OptionalPath = None
    login: Literal["off", "local", "openid"] = "off"
    openid_file: OptionalPath = None
    openid_claim: Literal["email", "preferred_username", "sub"] = "email"
    session_minutes: float = Field(default=30.0, gt=0, le=1440)
    session_hours: float = Field(default=12.0, gt=0, le=720)
    read_first: bool = False
    page_address: OptionalText = None
    page_names: HostNames = ()
    service_address: str = "127.0.0.1"
    service_port: int = Field(default=8502, ge=1, le=65_535)
    service_keys_file: OptionalPath = None
    service_analyses: int = Field(default=100, ge=1, le=10_000)
    service_retention_minutes: float = Field(default=60.0, gt=0, le=10_080)


# pydantic adds the attribute to the class, which the type checker does not see.
FIELDS: dict[str, FieldInfo] = Settings.__pydantic_fields__  # type: ignore[attr-defined]


def load_settings(file: Path | None = None, **arguments: object) -> Settings:
    """Read the settings: defaults, then file, then environment, then arguments.

    Args:
        file: A TOML file with the attributes of `Settings` as keys; the one that the environment
            names in `EXPLAINCXR_SETTINGS` if `None`, or none.
        **arguments: Attributes of `Settings` by name; `None` for what was not given.

    Raises:
        SettingRefusedError: A file cannot be read, a key is unknown or a value does not fit.
    """
    named = os.environ.get(FILE_VARIABLE)
    file = file or (Path(named) if named else None)
    content: dict[str, Any] = {}
    if file is not None:
        name = file.name
        content = read_content(file, lambda flaw: _refused(name, flaw))
    for variable in sorted(os.environ):
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        is_ours = variable.startswith(ENVIRONMENT_PREFIX) and variable not in NOT_SETTINGS
        if is_ours and name not in FIELDS:
            raise _refused(variable, Flaw(field=name, problem="unknown", allowed=", ".join(FIELDS)))
    given: dict[str, Any] = {key: value for key, value in arguments.items() if value is not None}
    try:
        found = _sources(content)(**given)
    except ValidationError as error:
        flaw = flaw_of(error, FIELDS)
        raise _refused(_source_of(flaw.field, given, file), flaw) from error
    return Settings(**found.model_dump())


def changed_settings(settings: Settings, **arguments: object) -> Settings:
    """The same settings with some changed, `None` for what was not given.

    Raises:
        SettingRefusedError: A name is unknown or a value does not fit.
    """
    given: dict[str, Any] = {key: value for key, value in arguments.items() if value is not None}
    try:
        return replace(settings, **given)
    except ValidationError as error:
        flaw = flaw_of(error, FIELDS)
        raise _refused(_source_of(flaw.field, given, None), flaw) from error


def _sources(content: dict[str, Any]) -> "type[BaseSettings]":
    """The settings as pydantic-settings takes them: from arguments, environment, file's content."""
    # here, as the workers take the settings that they are given
    from pydantic_settings import BaseSettings, InitSettingsSource, SettingsConfigDict

    class Sources(BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=ENVIRONMENT_PREFIX, enable_decoding=False, extra="forbid"
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: "PydanticBaseSettingsSource",
            env_settings: "PydanticBaseSettingsSource",
            dotenv_settings: "PydanticBaseSettingsSource",
            file_secret_settings: "PydanticBaseSettingsSource",
        ) -> "tuple[PydanticBaseSettingsSource, ...]":
            return init_settings, env_settings, InitSettingsSource(settings_cls, content)

    fields: dict[str, Any] = {name: (info.annotation, info) for name, info in FIELDS.items()}
    made: type[BaseSettings] = create_model("Sources", __base__=Sources, **fields)
    return made


def _source_of(field: str, arguments: Mapping[str, object], file: Path | None) -> str:
    """Where a value came from: an argument, a variable or the file."""
    name = field.partition(".")[0]
    variable = f"{ENVIRONMENT_PREFIX}{name.upper()}"
    if name in arguments:
        return f"--{name.replace('_', '-')}"
    return variable if variable in os.environ or file is None else file.name


def _refused(source: str, flaw: Flaw) -> SettingRefusedError:
    return SettingRefusedError(source=source, **flaw.parameters)


def add_settings_argument(parser: argparse.ArgumentParser) -> None:
    """Give a command `--settings FILE`, for `load_settings`."""
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help=f"a TOML file such as docs/settings.example.toml (default: {FILE_VARIABLE}, if set)",
    )
