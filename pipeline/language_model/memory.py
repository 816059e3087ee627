"""Whether a GGUF file fits into the memory that is free, before llama.cpp is asked to load it."""

from pathlib import Path
from typing import Any

from pipeline.errors import ReportModelInvalidError, ReportModelTooLargeError

GB = 1e9
OVERHEAD_BYTES = 150_000_000  # llama.cpp's buffers and the library itself
_HALF_BYTES = 2  # keys and values are kept in half precision


def check_memory(file: Path, context_tokens: int) -> None:
    """Refuse a model that would drive the computer to its disk.

    Args:
        file: The GGUF file.
        context_tokens: The context length that it is to be loaded with.

    Raises:
        ReportModelTooLargeError: It needs more than is free.
        ReportModelInvalidError: It is no GGUF file.
    """
    import psutil

    needed, free = needed_bytes(file, context_tokens), psutil.virtual_memory().available
    if needed > free:
        raise ReportModelTooLargeError(
            file=file.name, needed_gb=round(needed / GB, 2), free_gb=round(free / GB, 2)
        )


def needed_bytes(file: Path, context_tokens: int) -> int:
    """What a loaded model takes: its weights, the keys and values of its context, and buffers.

    Raises:
        ReportModelInvalidError: It is no GGUF file.
    """
    from gguf import GGUFReader

    try:
        reader = GGUFReader(file)
    except (ValueError, OSError, IndexError) as error:
        raise ReportModelInvalidError(file=file.name) from error
    kind = _value(reader, "general.architecture", "")
    layers = _value(reader, f"{kind}.block_count", 0)
    width = _value(reader, f"{kind}.embedding_length", 0)
    heads = _value(reader, f"{kind}.attention.head_count", 1)
    heads_kept = _value(reader, f"{kind}.attention.head_count_kv", heads)
    if isinstance(heads_kept, list):  # some architectures give one number a layer
        heads_kept = max(heads_kept)
    if isinstance(heads, list):
        heads = max(heads)
    kept = 2 * context_tokens * layers * width * heads_kept // max(heads, 1) * _HALF_BYTES
    return int(file.stat().st_size + kept + OVERHEAD_BYTES)


def _value(reader: Any, key: str, otherwise: Any) -> Any:
    field = reader.get_field(key)
    return otherwise if field is None else field.contents()
