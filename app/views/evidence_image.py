"""The radiograph beside the report: the zones of the sentence that is pointed at light up on it.

Which zone lights for which sentence is left to the style sheet: a sentence's item carries
`cxr-names-<zone>`, and all that shows a zone carries `cxr-zone-<zone>`.
"""

from base64 import b64encode
from collections.abc import Iterable
from html import escape

from app.markup import draw_svg
from app.pictures import jpeg, marked
from app.state.case import Case
from pipeline.pictures.overlays import grey_picture, reduced
from pipeline.pictures.zone_polygons import Polygon, zone_polygons
from pipeline.types import CaseResult, Descriptor, Zone
from pipeline.words import Words

LONGEST_PX = 512  # the page carries the picture in its own text


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the radiograph with its zones outlined, and what was measured in each."""
    radiograph = result.radiograph
    rows, cols = radiograph.shape
    data = jpeg(
        case,
        ("small", words.language),
        lambda: marked(words, radiograph, reduced(grey_picture(radiograph), LONGEST_PX)),
    )
    found = {item.zone: item for item in result.descriptors.items}
    polygons = zone_polygons(result.anatomy.zones_image)
    outlines = "".join(
        f'<path class="cxr-zone cxr-zone-{zone}{"" if zone in found else " cxr-unfound"}" '
        f'd="{path(polygons[zone])}"></path>'
        for zone in Zone
    )
    values = "".join(
        f'<li class="cxr-zone-{zone}"><b>{escape(words.capital(f"zones.{zone}.name"))}</b> '
        f"<span>{escape(zone_value(words, found.get(zone)))}</span></li>"
        for zone in Zone
    )
    draw_svg(
        f'<figure class="cxr-evidence" style="--aspect:{cols / rows:.4f}">'
        f'<div class="cxr-radiograph">'
        f'<img src="data:image/jpeg;base64,{b64encode(data).decode()}" '
        f'alt="{escape(words("report.radiograph_alt"))}">'
        f'<svg viewBox="0 0 {cols} {rows}" preserveAspectRatio="none" aria-hidden="true">'
        f"{outlines}</svg></div><figcaption>{escape(words('report.zones'))}</figcaption>"
        f'<ul class="cxr-zones">{values}</ul></figure>'
    )


def path(polygons: Iterable[Polygon]) -> str:
    """A zone's polygons as the `d` of an SVG path, in pixels of the radiograph."""
    return "".join(
        "M" + " ".join(f"{col},{row}" for col, row in polygon) + "Z" for polygon in polygons
    )


def zone_value(words: Words, item: Descriptor | None) -> str:
    """What was measured in a zone, in a few words."""
    if item is None:
        return words("evidence.absent")
    return words(
        "report.zone_value",
        intensity=words.number(item.intensity),
        grade=words(f"grades.{item.grade}"),
        agreement=words.number(item.agreement),
    )
