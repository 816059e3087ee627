"""A language model's folder as transformers saves one, and what may be loaded from it."""

import contextlib
import hashlib
import io
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.errors import (
    ReportModelInvalidError,
    ReportModelMissingError,
    ReportModelTooLargeError,
)

GB = 1e9
CONFIG = "config.json"
WEIGHTS, PICKLES = "*.safetensors", ("*.bin", "*.pt", "*.pth", "*.ckpt")


class ModelFolder:
    """A folder with `config.json` and safetensors; nothing in it is ever run.

    Args:
        folder: The folder.

    Raises:
        ReportModelMissingError: There is no such folder.
        ReportModelInvalidError: It holds no model, or one that cannot be loaded safely; its
            `reason` is `config` (absent or malformed), `pickle` (weights as pickles alone, which
            can run code when read) or `weights` (none).
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise ReportModelMissingError(file=folder.name)
        self.path = folder.resolve()
        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self.invalid("config") from error
        if not isinstance(config, dict):
            raise self.invalid("config")
        self.sees = "vision_config" in config
        """Whether the model takes pictures."""
        self._weights = sorted(folder.glob(WEIGHTS))
        if not self._weights:
            pickled = any(True for kind in PICKLES for _ in folder.glob(kind))
            raise self.invalid("pickle" if pickled else "weights")

    @property
    def name(self) -> str:
        """The folder's own name, which names the model."""
        return self.path.name

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the safetensors files, one after the other by name."""
        digest = hashlib.sha256()
        for file in self._weights:
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()

    def network(self, kind: Any) -> Any:
        """The network, for use and not for training, in the number format it was saved in.

        Args:
            kind: One of transformers' automatic classes.

        Raises:
            ReportModelTooLargeError: The weights need more memory than is free.
            ReportModelInvalidError: transformers cannot load it (`reason` is `network`), or the
                files lack weights, which transformers would draw at random (`weights`).
        """
        self._check_memory()
        network, report = self._read(
            kind, "network", use_safetensors=True, dtype="auto", output_loading_info=True
        )
        if report["missing_keys"] or report["mismatched_keys"]:
            raise self.invalid("weights")
        return network.eval().requires_grad_(False)

    def tokenizer(self, kind: Any) -> Any:
        """The tokenizer, or the processor that holds one.

        Raises:
            ReportModelInvalidError: transformers cannot load it; `reason` is `tokenizer`, or the
                package that it needs where one is not installed, as `needs_sacremoses`.
        """
        return self._read(kind, "tokenizer")

    def check_vocabulary(self, network: Any, tokenizer: Any) -> None:
        """Refuse a tokenizer that knows no word, or more tokens than the network.

        Raises:
            ReportModelInvalidError: The two do not belong together; `reason` is `tokenizer`.
        """
        # without its files transformers makes an empty tokenizer of the architecture's kind
        ids = set(tokenizer("lung", add_special_tokens=False).input_ids)
        known = ids - set(tokenizer.all_special_ids)
        if not known or len(tokenizer) > network.get_input_embeddings().num_embeddings:
            raise self.invalid("tokenizer")

    def invalid(self, reason: str) -> ReportModelInvalidError:
        """The error that says why this folder cannot be used."""
        return ReportModelInvalidError(file=self.name, reason=reason)

    def _check_memory(self) -> None:
        import psutil

        needed = sum(file.stat().st_size for file in self._weights)
        free = psutil.virtual_memory().available
        if needed > free:
            raise ReportModelTooLargeError(
                file=self.name, needed_gb=round(needed / GB, 2), free_gb=round(free / GB, 2)
            )

    def _read(self, kind: Any, part: str, **options: Any) -> Any:
        try:
            with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
                return kind.from_pretrained(
                    str(self.path), local_files_only=True, trust_remote_code=False, **options
                )
        except ImportError as error:
            named = re.search(r"install (\w+)", str(error))
            raise self.invalid(f"needs_{named[1]}" if named else part) from error
        except Exception as error:  # its parts raise whatever their libraries do
            raise self.invalid(part) from error


def context_of(network: Any, wanted: int) -> int:
    """The context length in tokens: as wanted, or the network's own where that is shorter."""
    own = getattr(network.config.get_text_config(), "max_position_embeddings", None)
    return min(wanted, own) if own else wanted
