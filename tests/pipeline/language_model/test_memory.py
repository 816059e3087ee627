"""What a GGUF file would take in memory, and that it is refused where there is not so much."""

from pathlib import Path
from types import SimpleNamespace

import gguf
import numpy as np
import pytest

from pipeline.errors import ReportModelInvalidError, ReportModelTooLargeError
from pipeline.language_model.gguf_model import LanguageModel
from pipeline.language_model.memory import OVERHEAD_BYTES, needed_bytes
from pipeline.types import Language
from pipeline.words import message


def written(file: Path, *, kept_heads: int | list[int]) -> Path:
    writer = gguf.GGUFWriter(str(file), "llama")
    writer.add_block_count(32)
    writer.add_embedding_length(4096)
    writer.add_head_count(32)
    writer.add_head_count_kv(kept_heads)
    writer.add_tensor("token_embd.weight", np.zeros((4, 8), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


@pytest.mark.parametrize("kept_heads", [8, [8] * 32])
def test_keys_and_values_of_an_8b_model_by_hand(
    tmp_path: Path, kept_heads: int | list[int]
) -> None:
    file = written(tmp_path / "m.gguf", kept_heads=kept_heads)
    # keys and values, 32 layers, 8 heads of 128, 2 bytes: 128 KiB a token
    kept = 2048 * 128 * 1024
    assert needed_bytes(file, 2048) == file.stat().st_size + kept + OVERHEAD_BYTES


def test_a_model_larger_than_what_is_free_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "m.gguf", kept_heads=8)
    free = SimpleNamespace(available=300_000_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: free)
    with pytest.raises(ReportModelTooLargeError) as caught:
        LanguageModel(file, context_tokens=2048)
    assert caught.value.parameters == {"file": "m.gguf", "needed_gb": 0.42, "free_gb": 0.3}
    for language in Language:
        assert "m.gguf" in message(caught.value.code, language, **caught.value.parameters)


def test_what_is_no_gguf_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF no more")
    with pytest.raises(ReportModelInvalidError):
        needed_bytes(tmp_path / "m.gguf", 2048)
