"""The viewer's figure: panels whose axes are one, so that they are enlarged and moved in step.

Pictures go in as compressed files, never as numbers. Axes count pixels of the working grid, rows
downwards; the pixel `(0, 0)` covers the square from 0 to 1.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.palette import LIGHT, Palette, css
from app.viewer.viewport import Viewport
from pipeline.pictures.overlays import LIT_COLOUR, LIT_FILL
from pipeline.pictures.zone_polygons import Polygon
from pipeline.types import Box, Zone

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, Image

GAP_PX, TITLE_PX, EDGE_PX = 10, 30, 4
BAR_PX = 28  # the figure's own buttons stand above the titles
BLACK = "rgba(0,0,0,0.6)"
LINE = {"color": "rgba(255,255,255,0.75)", "width": 1}
LIT_LINE = {"color": f"rgb{LIT_COLOUR}", "width": 3.5}
FONT = '"Source Sans", sans-serif'


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelImage:
    """One panel.

    Attributes:
        title: What stands above it.
        jpeg: The picture as a JPEG file, of any size and the radiograph's proportions.
        size: `(rows, cols)` of that file.
        close: A closer look at a part, drawn over the picture.
    """

    title: str
    jpeg: bytes
    size: tuple[int, int]
    close: "CloseUp | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseUp:
    """A part of a panel's picture with more pixels.

    Attributes:
        part: Where it lies on the working grid.
        jpeg: The picture as a JPEG file.
        size: `(rows, cols)` of that file.
    """

    part: Box
    jpeg: bytes
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The room that the page gives to the figure.

    Attributes:
        width_px: Its width.
        columns: How many panels stand in a row.
        palette: Its colours.
    """

    width_px: int
    columns: int
    palette: Palette = LIGHT


def viewer_figure(
    panels: Sequence[PanelImage],
    shape: tuple[int, int],
    *,
    view: Viewport,
    page: Page,
    sides: tuple[str, str],
    zones: Mapping[Zone, Sequence[Polygon]],
    lit: Zone | None = None,
    dragged: bool = True,
) -> "Figure":
    """Set the panels side by side.

    Args:
        panels: The panels, row by row.
        shape: `(rows, cols)` of the working grid.
        view: The part of the radiograph to begin with.
        page: The room there is.
        sides: The marks of the patient's right, which is on the left, and of the left.
        zones: The borders of the zones to outline, as `zone_polygons` gives them.
        lit: The zone among them that is drawn thick and tinted.
        dragged: Whether dragging draws a box to enlarge; if not it is left to the page, whose
            reader scrolls it with the same finger.
    """
    figure = _grid(panels, shape, page)
    whole = Box(top=0, bottom=shape[0], left=0, right=shape[1])
    for index, panel in enumerate(panels):
        row, col = divmod(index, page.columns)
        place = {"row": row + 1, "col": col + 1}
        figure.add_trace(_image(panel.jpeg, panel.size, whole), **place)
        if panel.close is not None:
            close = panel.close
            figure.add_trace(_image(close.jpeg, close.size, close.part), **place)
    names = ["" if index == 0 else str(index + 1) for index in range(len(panels))]
    marks = [mark for name in names for mark in _side_marks(name, sides)]
    figure.update_layout(
        annotations=[*figure.layout.annotations, *marks],
        shapes=[shape for name in names for shape in _outlines(name, zones, lit)],
    )
    figure.update_layout(dragmode="zoom" if dragged else False)
    _join_axes(figure, shape, view)
    return figure


def _image(jpeg: bytes, size: tuple[int, int], part: Box) -> "Image":
    """A JPEG file over a part of the working grid."""
    from plotly.graph_objects import Image

    step_row = (part.bottom - part.top) / size[0]
    step_col = (part.right - part.left) / size[1]
    return Image(
        source=f"data:image/jpeg;base64,{b64encode(jpeg).decode()}",
        x0=part.left + step_col / 2,
        dx=step_col,
        y0=part.top + step_row / 2,
        dy=step_row,
        zsmooth="fast",
        hoverinfo="skip",
    )


def figure_height_px(count: int, shape: tuple[int, int], page: Page) -> int:
    """How high the figure is when its panels keep the radiograph's proportions.

    Args:
        count: How many panels.
        shape: `(rows, cols)` of the radiograph.
        page: The room there is.
    """
    lines = -(-count // page.columns)
    inner = page.width_px - 2 * EDGE_PX - GAP_PX * (page.columns - 1)
    panel = inner / page.columns * shape[0] / shape[1]
    return round(BAR_PX + lines * (panel + TITLE_PX) + EDGE_PX)


def _grid(panels: Sequence[PanelImage], shape: tuple[int, int], page: Page) -> "Figure":
    """Empty panels with their titles, all axes matched."""
    from plotly.subplots import make_subplots

    lines = -(-len(panels) // page.columns)
    cells: list[list[dict[str, Any] | None]] = [
        [{} if line * page.columns + place < len(panels) else None for place in range(page.columns)]
        for line in range(lines)
    ]
    height, colours = figure_height_px(len(panels), shape, page), page.palette
    figure = make_subplots(
        rows=lines,
        cols=page.columns,
        specs=cells,
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=GAP_PX / (page.width_px - 2 * EDGE_PX),
        vertical_spacing=TITLE_PX / (height - BAR_PX - TITLE_PX - EDGE_PX),
        subplot_titles=[panel.title for panel in panels],
    )
    figure.update_layout(
        height=height,
        template="none",
        margin={"l": EDGE_PX, "r": EDGE_PX, "t": BAR_PX + TITLE_PX, "b": EDGE_PX},
        plot_bgcolor="black",
        paper_bgcolor=css(colours.paper),
        font={"family": FONT, "size": 14, "color": css(colours.ink)},
        showlegend=False,
        modebar={
            "bgcolor": css(colours.paper),
            "color": css(colours.soft),
            "activecolor": css(colours.brand),
        },
    )
    return figure


def _join_axes(figure: "Figure", shape: tuple[int, int], view: Viewport) -> None:
    """One range for all columns and one for all rows, in the radiograph's proportions."""
    rows, cols = shape
    (left, right), (top, bottom) = view.ranges(shape)
    bare: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "constrain": "domain",
        "minallowed": 0,
    }
    figure.update_xaxes(**bare, range=[left, right], maxallowed=cols)
    figure.update_yaxes(**bare, range=[bottom, top], maxallowed=rows)
    for axis in figure.select_yaxes():
        if axis.matches is None:  # the one that all others follow
            axis.update(scaleanchor=axis.anchor, scaleratio=1)


def _side_marks(name: str, sides: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for text, edge, anchor in ((sides[0], 0, "left"), (sides[1], 1, "right")):
        yield {
            "text": f"<b>{text}</b>",
            "xref": f"x{name} domain",
            "yref": f"y{name} domain",
            "x": edge,
            "y": 1,
            "xanchor": anchor,
            "yanchor": "top",
            "showarrow": False,
            "font": {"color": "white", "size": 14},
            "bgcolor": BLACK,
            "borderpad": 2,
        }


def _outlines(
    name: str, zones: Mapping[Zone, Sequence[Polygon]], lit: Zone | None
) -> Iterator[dict[str, Any]]:
    """The zones of one panel, a light line on a dark one; the highlighted one comes last."""
    plain = [polygon for zone in zones if zone != lit for polygon in zones[zone]]
    yield from _outline(name, "zones", plain, LINE, "rgba(0,0,0,0)")
    if lit is not None:
        fill = f"rgba{(*LIT_COLOUR, LIT_FILL)}"
        yield from _outline(name, str(lit), zones[lit], LIT_LINE, fill)


def _outline(
    name: str, title: str, polygons: Sequence[Polygon], line: Mapping[str, Any], fill: str
) -> Iterator[dict[str, Any]]:
    """Polygons as one path, twice: its dark edge, then the line itself."""
    if not polygons:
        return
    shape = {
        "type": "path",
        "name": title,
        "path": "".join(_path(polygon) for polygon in polygons),
        "xref": f"x{name}",
        "yref": f"y{name}",
    }
    yield {**shape, "line": {"color": BLACK, "width": line["width"] + 2}}
    yield {**shape, "line": line, "fillcolor": fill}


def _path(polygon: Polygon) -> str:
    """A closed path; Plotly wants a letter before every point."""
    return "M" + "L".join(f"{col},{row}" for col, row in polygon) + "Z"
