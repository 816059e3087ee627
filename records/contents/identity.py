"""Who the patient is, as bytes: a flat table of names and values."""

import json
from collections.abc import Mapping


def encode_identity(identity: Mapping[str, str]) -> bytes:
    """As UTF-8 JSON."""
    return json.dumps(dict(identity), ensure_ascii=False, sort_keys=True).encode()


def decode_identity(content: bytes) -> Mapping[str, str]:
    """What was encoded."""
    found: dict[str, str] = json.loads(content)
    return found
