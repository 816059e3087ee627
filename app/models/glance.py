"""The first screen: the pictures that there are to choose from, and what each is called."""

from pipeline.pictures.overlays import Picture, anatomy_overlay, grey_picture, saliency_overlay
from pipeline.types import FUSED, CaseResult, Method
from pipeline.words import Words

ANATOMY, RADIOGRAPH = "anatomy", "radiograph"
OPACITY = 0.7


def pictures(result: CaseResult) -> tuple[str, ...]:
    """What can be shown; where there is no classification, no map stands for one."""
    maps = () if result.prediction.is_unfamiliar else (FUSED, *map(str, result.explanations))
    return (*maps, ANATOMY, RADIOGRAPH)


def picture_name(words: Words, shown: str) -> str:
    """What a picture is called."""
    return Method(shown).spec.name if shown in set(Method) else words(f"glance.{shown}")


def picture_caption(words: Words, result: CaseResult, shown: str) -> str:
    """What stands under a picture."""
    label = words.label(result.prediction, result.explained_label)
    if shown in set(Method):
        return words("saliency.caption", method=Method(shown).spec.name, label=label)
    return words(f"glance.{shown}_caption", label=label)


def drawn_picture(result: CaseResult, shown: str) -> Picture:
    """The picture itself."""
    radiograph, anatomy = result.radiograph, result.anatomy
    if shown == RADIOGRAPH:
        return grey_picture(radiograph)
    if shown == ANATOMY:
        return anatomy_overlay(radiograph, anatomy, opacity=0)
    descriptors = result.descriptors
    is_fused = shown == FUSED
    image = descriptors.fused_image if is_fused else result.explanations[Method(shown)].map_image
    return saliency_overlay(radiograph, image, OPACITY, outlines=anatomy.zones_image)
