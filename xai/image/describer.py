"""Descriptors: what the fused map says of each zone, in numbers and in fuzzy grades."""

from collections.abc import Mapping

from pipeline.types import FUSED_METHODS, Anatomy, Descriptor, Descriptors, Explanation, Method
from xai.image.fusion import fuse, read_zones
from xai.image.fuzzy_grades import Grading, load_grading


class ZoneDescriber:
    """Fuses Grad-CAM and LIME inside the lungs and describes each zone.

    The raw maps are read, not the shown ones: the spine that is hidden for show may overlap a
    lung's edge, and a zone should count all of its lung.
    """

    def __init__(self, grading: Grading | None = None) -> None:
        """Keep the membership functions and floors; those of `fuzzy_grades.toml` if `None`."""
        self._grading = grading or load_grading()

    def describe(self, explanations: Mapping[Method, Explanation], anatomy: Anatomy) -> Descriptors:
        """Fuse and describe.

        A zone whose intensity or share lies below its floor gives no descriptor; empty maps give
        none at all.

        Args:
            explanations: Of the same radiograph and label; the two fused methods' are read.
            anatomy: The radiograph's anatomy.
        """
        grading = self._grading
        first, second = (explanations[method].raw_image for method in FUSED_METHODS)
        fusion = fuse(first, second, anatomy.lungs_image)
        items = [
            Descriptor(
                zone=zone,
                intensity=reading.intensity,
                share=reading.share,
                agreement=reading.agreement,
                memberships=grading.memberships(reading.intensity),
            )
            for zone, reading in read_zones(fusion, anatomy).items()
            if reading.intensity >= grading.floor_intensity and reading.share >= grading.floor_share
        ]
        items.sort(key=lambda item: -item.intensity)
        return Descriptors(fused_image=fusion.fused_image, items=tuple(items))
