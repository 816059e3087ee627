"""All pictures of a radiograph side by side, enlarged and moved in step, through one window."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from app.markup import draw, heading, lead, legend
from app.palette import palette
from app.pictures import jpeg
from app.state.case import Case
from app.viewer import bridge as viewer_bridge
from app.viewer import controls as viewer_controls
from app.viewer.figure import CloseUp, Page, PanelImage, figure_height_px, viewer_figure
from app.viewer.panels import ImagePanel, Look, Panel, panel_picture, panels_of, saved_picture
from app.viewer.viewport import Viewport
from app.views.evidence_image import zone_value
from app.views.maps import map_controls
from pipeline.pictures.magnified import magnified, magnified_shape, part_around
from pipeline.pictures.overlays import STRUCTURE_COLOURS, encode_png, reduced, reduced_shape
from pipeline.pictures.zone_polygons import zone_polygons
from pipeline.presentation import sides_note
from pipeline.types import Box, CaseResult, Method, Zone
from pipeline.words import Words

LONGEST_PX = 768  # of a picture on the page; what is saved has all pixels of the working grid
CLOSEST_PX = 1024  # of the part that is looked at closely
BUTTONS = [["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"], ["toImage"]]


def show(words: Words, case: Case) -> None:
    """Draw label and panels to choose and, once the label's maps are there, the rest."""
    result = case.result
    if result is None:
        return
    draw(heading(words("viewer.title")) + lead(words("viewer.lead")))
    left, right = st.columns([1, 1], gap="medium", vertical_alignment="bottom")
    with left:
        label = map_controls.label(words, case, result)
    found = case.explained.get(label)
    if found is None:
        map_controls.pending(words, case, label)
        return
    with right:
        panels = _panels(words, found)
    st.fragment(_viewer)(words, case, found, panels)


def _viewer(words: Words, case: Case, found: CaseResult, panels: Sequence[Panel]) -> None:
    """What is drawn anew, and nothing else, when a control of the viewer is used."""
    with st.container(key="viewer"):
        controls, layer_map = st.columns([5, 16], gap="medium")
        with controls:
            view = viewer_controls.view(words, case)
            lit = viewer_controls.lit_zone(words, case, found)
            look = viewer_controls.look(words, case, found, lit)
        with layer_map, st.container(key="viewer_stage"):
            viewer_bridge.mount(case, found.radiograph.shape)
            _figure(words, case, found, panels, look)
            _in_words(words, found, lit, view)
            draw(
                legend(
                    (words.capital(f"structures.{s}"), STRUCTURE_COLOURS[s], "")
                    for s in found.anatomy.masks_image
                )
            )
            map_controls.colour_scale(words)
    _save(words, found, panels, look)


def _panels(words: Words, found: CaseResult) -> tuple[Panel, ...]:
    """The panels to show, in their own order; all of them if none is chosen."""
    panels = panels_of(found)
    chosen = st.pills(
        words("viewer.panels"),
        panels,
        selection_mode="multi",
        default=panels,
        format_func=lambda panel: _name(words, panel),
        key="panels",
        persist_state="session",
    )
    return tuple(panel for panel in panels if panel in chosen) or panels


def _name(words: Words, panel: Panel) -> str:
    if isinstance(panel, Method):
        return panel.spec.name
    is_radiograph = panel is ImagePanel.RADIOGRAPH
    return words("saliency.radiograph" if is_radiograph else f"viewer.{panel}")


def _title(words: Words, panel: Panel, look: Look) -> str:
    name = _name(words, panel)
    return words("viewer.raw", name=name) if look.raw and isinstance(panel, Method) else name


def _figure(
    words: Words, case: Case, found: CaseResult, panels: Sequence[Panel], look: Look
) -> None:
    shape, narrow = found.radiograph.shape, viewer_bridge.is_narrow()
    columns = 1 if narrow else _columns(len(panels))
    page = Page(width_px=viewer_bridge.width_px(), columns=columns, palette=palette())
    polygons = zone_polygons(found.anatomy.zones_image)
    shown = [zone for zone in Zone if look.outlined or zone is look.lit]
    label = found.explained_label
    look = replace(look, part=_part(case, shape))
    drawn = (label, tuple(panels), look, page, words.language)  # no radiograph: it may be removed
    figure = viewer_figure(
        [_image(words, case, found, panel, look) for panel in panels],
        shape,
        view=viewer_bridge.view_to_draw(case, drawn),
        page=page,
        sides=(words("radiograph.right_mark"), words("radiograph.left_mark")),
        zones={zone: polygons[zone] for zone in shown},
        lit=look.lit,
        dragged=not narrow,
    )
    st.plotly_chart(
        figure,
        width="stretch",
        height=figure_height_px(len(panels), shape, page),
        theme=None,
        config=_config(words, found),
        alt=_alt(words, found, panels, look),
        key="viewer_figure",
    )


def _columns(count: int) -> int:
    return 2 if count == 4 else min(count, 3)


def _part(case: Case, shape: tuple[int, int]) -> Box | None:
    """What is looked at closely; `None` for the whole radiograph."""
    seen = viewer_bridge.view(case)
    return None if seen.is_whole else part_around(*seen.ranges(shape), shape)


def _image(words: Words, case: Case, found: CaseResult, panel: Panel, look: Look) -> PanelImage:
    data = jpeg(
        case,
        _key(found, panel, replace(look, part=None)),
        lambda: reduced(panel_picture(found, panel, look), LONGEST_PX),
    )
    return PanelImage(
        title=escape(_title(words, panel, look)),
        jpeg=data,
        size=reduced_shape(found.radiograph.shape, LONGEST_PX),
        close=_close_up(case, found, panel, look),
    )


def _close_up(case: Case, found: CaseResult, panel: Panel, look: Look) -> CloseUp | None:
    """The part that is looked at, with all pixels that the file has there."""
    part = look.part
    if part is None or case.result is None:
        return None
    near = replace(found, radiograph=case.result.radiograph)  # which has them for every label
    data = jpeg(
        case,
        _key(found, panel, look),
        lambda: panel_picture(magnified(near, part, CLOSEST_PX), panel, look),
    )
    return CloseUp(part=part, jpeg=data, size=magnified_shape(near, part, CLOSEST_PX))


def _key(found: CaseResult, panel: Panel, look: Look) -> tuple[object, ...]:
    """All that a panel's picture depends on; zones are drawn by the figure."""
    drawn = (look.window, look.opacity, look.threshold, look.raw, look.part)
    return ("viewer", panel, found.explained_label, *drawn)


def _config(words: Words, found: CaseResult) -> dict[str, object]:
    """The figure's own buttons, in the page's language."""
    said = {
        "Zoom": words("viewer.bar_zoom"),
        "Pan": words("viewer.bar_pan"),
        "Zoom in": words("viewer.bar_in"),
        "Zoom out": words("viewer.bar_out"),
        "Reset axes": words("viewer.bar_reset"),
        "Download plot as a PNG": words("viewer.bar_save"),
    }
    return {
        "modeBarButtons": BUTTONS,
        "displayModeBar": True,
        "displayNotifier": False,
        "showTips": False,
        "doubleClick": "autosize",
        "locale": words.language.value,
        "locales": {words.language.value: {"dictionary": said}},
        "toImageButtonOptions": {"filename": f"{_stem(found)}-viewer", "scale": 2},
    }


def _alt(words: Words, found: CaseResult, panels: Sequence[Panel], look: Look) -> str:
    label = found.explained_label
    names = ", ".join(_title(words, panel, look) for panel in panels)
    said = words("viewer.alt", names=names, label=words.label(found.prediction, label))
    if look.lit is None:
        return said
    return f"{said} {words('viewer.lit', zone=words.capital(f'zones.{look.lit}.name'))}."


def _in_words(words: Words, found: CaseResult, lit: Zone | None, view: Viewport) -> None:
    """Say under the pictures what they show, for readers of the screen too."""
    part = words("viewer.whole")
    if not view.is_whole:
        part = words(
            "viewer.part",
            zoom=words.percent(view.zoom),
            across=words.percent(view.across),
            down=words.percent(view.down),
        )
    if lit is not None:
        items = {item.zone: item for item in found.descriptors.items}
        value = zone_value(words, items.get(lit))
        part += f" {words('viewer.lit', zone=words.capital(f'zones.{lit}.name'))}: {value}."
    said = f"{part} {sides_note(words, found.radiograph)}"
    draw(f'<p class="cxr-caption" role="status">{escape(said)}</p>')


def _save(words: Words, found: CaseResult, panels: Sequence[Panel], look: Look) -> None:
    """A button for each picture, which is made when it is pressed."""
    draw(heading(words("viewer.save"), 3) + lead(words("viewer.save_lead")))
    with st.container(key="viewer_files", horizontal=True):
        for panel in panels:
            st.download_button(
                words("viewer.save_panel", name=_title(words, panel, look)),
                partial(_png, found, panel, look),
                file_name=f"{_stem(found)}-viewer-{panel}.png",
                mime="image/png",
                key=f"save_{panel}",
                on_click="ignore",
                icon=":material/download:",
            )
    draw(f'<p class="cxr-caption">{escape(words("download.privacy"))}</p>')


def _png(found: CaseResult, panel: Panel, look: Look) -> bytes:
    return encode_png(saved_picture(found, panel, look))


def _stem(found: CaseResult) -> str:
    return f"explaincxr-{found.radiograph.sha256[:8]}"
