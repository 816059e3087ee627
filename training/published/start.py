"""What a network starts from: ImageNet, a file, or random weights."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

IMAGENET, NONE = "imagenet", "none"
_REFUSED = re.compile(r"URL fetch failure on (\S+):\s")


class StartWeightsError(Exception):
    """The starting weights cannot be had."""


def started(build: "Callable[..., keras.Model]", weights: str, **options: object) -> "keras.Model":
    """Build a network of `keras.applications` with its starting weights.

    Args:
        build: Such as `keras.applications.EfficientNetB0`.
        weights: `imagenet`, `none`, or the path of a weights file.
        options: Passed on to `build`.

    Raises:
        StartWeightsError: ImageNet weights are neither on this computer nor to be fetched, or the
            file named does not exist or does not fit; the text says which file to bring and where.
    """
    if weights == NONE:
        return build(weights=None, **options)
    if weights == IMAGENET:
        try:
            return build(weights=IMAGENET, **options)
        except Exception as error:  # Keras raises a bare one
            found = _REFUSED.search(str(error))
            if found is None:
                raise
            name, home = found.group(1).rpartition("/")[2], Path("~/.keras/models")
            raise StartWeightsError(
                f"the ImageNet weights cannot be fetched; put {name} into {home}, "
                f"or name a file or 'none' with --weights"
            ) from error
    _there(weights)
    try:
        return build(weights=weights, **options)
    except (ValueError, OSError) as error:
        raise StartWeightsError(f"{weights} does not fit this network: {error}") from error


def load(model: "keras.Model", weights: str) -> None:
    """Give a network of a recipe's own its starting weights: `none`, or a file's.

    Raises:
        StartWeightsError: It is `imagenet`, on which no such network was trained, or the file
            named does not exist or does not fit.
    """
    if weights == NONE:
        return
    if weights == IMAGENET:
        raise StartWeightsError(f"there are no ImageNet weights of {model.name}")
    _there(weights)
    try:
        model.load_weights(weights)
    except (ValueError, OSError) as error:
        raise StartWeightsError(f"{weights} does not fit {model.name}: {error}") from error


def _there(weights: str) -> None:
    if not Path(weights).is_file():
        raise StartWeightsError(f"there is no weights file {weights}")
