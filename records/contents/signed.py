"""A signed version as bytes, what is hashed of it, and its difference from the machine's text."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from pipeline.errors import ContractError
from pipeline.types import Conclusion, Language, Section
from records.contents.value_codec import ValueCodec
from records.errors import StoreDamagedError
from records.values import SignedInputs, SignedVersion

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_CODEC = ValueCodec(SignedVersion, SignedInputs)


def sha256_of(content: bytes) -> str:
    """SHA-256 (hex)."""
    return sha256(content).hexdigest()


def text_bytes(sections: Mapping[Section, str], language: Language | None = None) -> bytes:
    """What is hashed of a text: canonical JSON of its sections, and of its language if it has one.

    Args:
        sections: Text of each section; one that is missing counts as empty.
        language: The text's language.
    """
    found = {
        "language": "" if language is None else language.value,
        "sections": {section.value: sections.get(section, "") for section in Section},
    }
    return _canonical(found)


def difference(machine: Mapping[Section, str], signed: Mapping[Section, str]) -> str:
    """From the machine's text to the signed one, as a unified diff, one sentence a line.

    Returns:
        The diff; empty if the texts are equal. A change of white space alone is none here, but
        changes the text's hash.
    """
    lines = difflib.unified_diff(
        list(_lines(machine)), list(_lines(signed)), "machine", "signed", lineterm=""
    )
    return "\n".join(lines)


def make_version(
    conclusion: Conclusion,
    *,
    version: int,
    signer: str,
    signed_at: datetime,
    reason: str,
    machine: Mapping[Section, str],
    revision: int,
    inputs: SignedInputs,
    drafts: int,
) -> SignedVersion:
    """Put a signed version together, with its hashes and its difference; as in `SignedVersion`."""
    sections = {section: conclusion.sections.get(section, "") for section in Section}
    return _hashed(
        SignedVersion(
            version=version,
            signer=signer,
            signed_at=signed_at,
            language=conclusion.language,
            sections=sections,
            reason=reason.strip(),
            difference=difference(machine, sections),
            revision=revision,
            drafts=drafts,
            text_sha256="",
            inputs=inputs,
            inputs_sha256="",
        )
    )


def encode_version(version: SignedVersion) -> bytes:
    """As canonical JSON."""
    return _canonical(_CODEC.encode(version, _no_array))


def version_sha256(version: SignedVersion) -> str:
    """SHA-256 (hex) of the whole of a version: what the next one names as its `previous`."""
    return sha256_of(encode_version(version))


def decode_version(content: bytes) -> SignedVersion:
    """What was encoded.

    Raises:
        StoreDamagedError: It does not have the hashes that it names.
    """
    try:
        found: SignedVersion = _CODEC.decode(json.loads(content), SignedVersion, _no_array)
    except (ContractError, ValueError, TypeError, KeyError) as error:
        raise StoreDamagedError from error
    hashed = _hashed(found)
    if (hashed.text_sha256, hashed.inputs_sha256) != (found.text_sha256, found.inputs_sha256):
        raise StoreDamagedError
    return found


def _hashed(version: SignedVersion) -> SignedVersion:
    """The same with its hashes computed."""
    return replace(
        version,
        text_sha256=sha256_of(text_bytes(version.sections, version.language)),
        inputs_sha256=sha256_of(_canonical(_CODEC.encode(version.inputs, _no_array))),
    )


def _lines(sections: Mapping[Section, str]) -> Iterator[str]:
    for section in Section:
        yield f"[{section}]"
        for paragraph in sections.get(section, "").splitlines():
            yield from filter(None, SENTENCE_END.split(paragraph.strip()))


def _canonical(plain: Any) -> bytes:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _no_array(_: object) -> Any:
    """A signed version holds none."""
    raise ContractError(field="SignedVersion", problem="array")
