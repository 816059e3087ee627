"""The recipes: what can be trained by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.settings import ROOT
from training.packs import Split, data_folder

THORAX_SIZE = 160  # rows and columns of the cached pictures; every stage trains at this or less


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A model that one command trains and publishes to `weights/`."""

    name: str
    summary: str
    run: Callable[[Path], None]


def _anatomy(runs: Path) -> None:
    from training.anatomy import FINISH, AnatomySettings, train_anatomy
    from training.publish import publish_anatomy

    train_anatomy(runs / "anatomy", AnatomySettings())
    train_anatomy(runs / "anatomy-finish", FINISH, start=runs / "anatomy" / "best.pt")
    print(publish_anatomy(runs / "anatomy-finish", ROOT / "weights" / "anatomy"))


def _classifier(runs: Path) -> None:
    from segmentation.segmenter import DeepLabSegmenter
    from training.classifier import ClassifierData, ClassifierSettings
    from training.classifier_fit import train_classifier
    from training.publish import publish_classifier
    from training.thorax_cache import thorax_set

    anatomy = ROOT / "weights" / "anatomy"
    segmenter = DeepLabSegmenter(anatomy, threads=2)
    settings = ClassifierSettings()
    sets = {
        pack: thorax_set(data_folder() / pack, segmenter, THORAX_SIZE, runs / "thorax")
        for pack in ("paediatric", "adult")
    }
    train_classifier(
        ClassifierData.of(sets, Split.TRAIN),
        ClassifierData.of(sets, Split.VALIDATION).every(4),
        runs / "classifier",
        settings,
    )
    print(publish_classifier(runs / "classifier", ROOT / "weights" / "classifier", anatomy))


def _writer(runs: Path) -> None:
    from training.writer import train_writer

    train_writer(runs / "writer", ROOT / "weights" / "writer")


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="anatomy",
            summary="DeepLabV3: lungs, spine, abdomen, on the packs jsrt and paediatric",
            run=_anatomy,
        ),
        Recipe(
            name="classifier",
            summary="EfficientNetB0: five labels, on the packs paediatric and adult",
            run=_classifier,
        ),
        Recipe(
            name="writer",
            summary="a small Llama in GGUF: descriptors to report, on text made by rules",
            run=_writer,
        ),
    )
}
