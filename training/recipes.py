"""The recipes: what can be trained by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.settings import ROOT
from training.datasets.chexpert import Uncertain
from training.datasets.dataset import binary
from training.datasets.find import gathered
from training.datasets.index import Split, data_folder
from training.published import architectures, densenet14, nine_classes, pneumonia_cnn, resnet50_head
from training.published.published import Published, run, shortened, smaller
from training.published.start import IMAGENET

if TYPE_CHECKING:
    from training.classifier.training import ClassifierData

ANATOMY = ROOT / "weights" / "anatomy"
THORAX_SIZE = 160  # rows and columns of the cached pictures; every stage trains at this or less


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the one who trains may choose.

    Attributes:
        runs: Where checkpoints, caches and figures are kept.
        data: Folders of a published recipe's data set; the shipped models have their own.
        weights: What a published recipe starts from, `None` for what was published; for the
            writer a GGUF file of its own, to be taught words that have changed since.
        epochs: Epochs of a published recipe, instead of its own.
        steps: Batches an epoch, instead of its own.
        size: Rows and columns of its pictures, instead of its own.
        uncertain: What becomes of CheXpert's uncertain labels.
    """

    runs: Path
    data: tuple[Path, ...] = ()
    weights: str | None = None
    epochs: int | None = None
    steps: int | None = None
    size: int | None = None
    uncertain: Uncertain = Uncertain.ONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Something that one command trains.

    Attributes:
        name: What the command calls it.
        summary: One line on it.
        run: Trains it and prints its figures.
        needs_data: Whether the data set's folder must be named.
    """

    name: str
    summary: str
    run: Callable[[Options], None]
    needs_data: bool = False


def _anatomy(options: Options) -> None:
    from training.anatomy.stages import STAGES
    from training.anatomy.training import train_anatomy
    from training.publish import publish_anatomy

    start = None
    for number, stage in enumerate(STAGES, 1):
        run_folder = options.runs / "anatomy" / f"stage{number}"
        train_anatomy(run_folder, stage, start=start)
        start = run_folder / "best.pt"
    print(publish_anatomy(run_folder, ANATOMY))


def _gate(options: Options) -> None:
    from training.gate.publish import make_gate
    from training.gate.training import GateSettings

    settings = GateSettings() if options.steps is None else GateSettings(steps=options.steps)
    print(make_gate(options.runs / "gate", ROOT / "weights" / "gate", settings))


def _classifier(options: Options) -> None:
    from segmentation.segmenter import DeepLabSegmenter
    from training.classifier.hospitals.fit import HospitalSettings, teach
    from training.classifier.hospitals.sources import gathered
    from training.publish import publish_classifier

    segmenter = DeepLabSegmenter(ANATOMY, threads=2)
    folder = options.runs / "classifier"
    teach(gathered(data_folder(), segmenter, options.runs / "lungs"), folder, HospitalSettings())
    print(publish_classifier(folder, ROOT / "weights" / "classifier", ANATOMY))


def _cross_dataset(options: Options) -> None:
    from training.classifier.cross_dataset import SETTINGS, cross_dataset, table

    print(
        table(
            cross_dataset(
                *_thorax_radiographs(options.runs), options.runs / "cross_dataset", SETTINGS
            )
        )
    )


def _thorax_radiographs(runs: Path) -> "tuple[ClassifierData, ClassifierData]":
    """Both classified datasets, cut to the thorax: to learn from, and held out."""
    from segmentation.segmenter import DeepLabSegmenter
    from training.classifier.thorax_cache import thorax_set
    from training.classifier.training import ClassifierData

    segmenter = DeepLabSegmenter(ANATOMY, threads=2)
    sets = {
        dataset: thorax_set(data_folder() / dataset, segmenter, THORAX_SIZE, runs / "thorax")
        for dataset in ("paediatric", "adult")
    }
    return ClassifierData.of(sets, Split.TRAIN), ClassifierData.of(sets, Split.VALIDATION)


def _writer(options: Options) -> None:
    from training.writer.training import train_writer

    start = Path(options.weights) if options.weights else None
    train_writer(options.runs / "writer", ROOT / "weights" / "writer", start)


def _published(recipe: Published) -> Recipe:
    def train(options: Options) -> None:
        dataset = gathered(options.data, recipe.prepare, options.uncertain)
        chosen = smaller(shortened(recipe, options.epochs, options.steps), options.size)
        weights = options.weights or recipe.weights
        metrics = run(chosen, dataset, options.runs / recipe.name, weights)
        for name in ("n", "accuracy", "precision", "recall", "f1", "auc", "ece"):
            print(f"{name:10} {metrics[name]}")

    return Recipe(name=recipe.name, summary=recipe.summary, run=train, needs_data=True)


def _architectures(options: Options) -> None:
    rows = architectures.compare(
        gathered(options.data, binary, options.uncertain),
        options.runs / "architectures",
        options.weights or architectures.BINARY_EFFICIENTNET.weights,
        epochs=options.epochs,
        steps=options.steps,
        size=options.size,
    )
    print(architectures.table(rows))


def _pneumonia_study(options: Options) -> None:
    dataset = gathered(options.data, pneumonia_cnn.RECIPE.prepare, options.uncertain)
    rows = pneumonia_cnn.study(dataset, options.runs / "pneumonia_study")
    print(pneumonia_cnn.study_table(rows))


def _densenet14(options: Options) -> None:
    dataset = gathered(options.data, uncertain=options.uncertain)
    weights = options.weights or IMAGENET
    epochs = options.epochs or densenet14.EPOCHS
    print(densenet14.run(dataset, options.runs / "densenet14", weights, epochs))


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="anatomy",
            summary="DeepLabV3: lungs, heart, spine, abdomen, on jsrt, paediatric and shenzhen",
            run=_anatomy,
        ),
        Recipe(
            name="classifier",
            summary="EfficientNet-Lite0: six labels, on the lungs of five hospitals' datasets",
            run=_classifier,
        ),
        Recipe(
            name="cross_dataset",
            summary="the classifier trained on each dataset alone and tested on the other",
            run=_cross_dataset,
        ),
        Recipe(
            name="writer",
            summary="a small Llama in GGUF: descriptors to report, on text made by rules",
            run=_writer,
        ),
        Recipe(
            name="gate",
            summary="a small network: chest, turned, lateral, no chest, photograph",
            run=_gate,
        ),
        _published(architectures.BINARY_EFFICIENTNET),
        Recipe(
            name="architectures",
            summary="six architectures on one split, with what each costs",
            run=_architectures,
            needs_data=True,
        ),
        _published(nine_classes.CNN),
        _published(nine_classes.RESNET),
        _published(pneumonia_cnn.RECIPE),
        Recipe(
            name="pneumonia_study",
            summary="the pneumonia CNN over epochs 5, 10, 20, 25 and steps 100, 200, 326",
            run=_pneumonia_study,
            needs_data=True,
        ),
        Recipe(
            name="densenet14",
            summary="DenseNet121 in torch, frozen, a new last layer for 14 labels",
            run=_densenet14,
            needs_data=True,
        ),
        _published(resnet50_head.RECIPE),
    )
}
