"""The viewer's figure and its pictures, on the phantom."""

import json
from base64 import b64decode
from dataclasses import replace

import cv2
import numpy as np
import pytest

from app.viewer.figure import Page, PanelImage, figure_height_px, viewer_figure
from app.viewer.panels import ImagePanel, Look, panel_picture, panels_of, saved_picture
from app.viewer.viewport import Viewport
from pipeline.pictures.overlays import encode_jpeg, grey_picture, reduced
from pipeline.pictures.windowing import Window, windowed
from pipeline.pictures.zone_polygons import zone_polygons
from pipeline.types import FUSED, FUSED_METHODS, Method, Zone
from tests.app.fake_workers import PHANTOM, images_only

SHAPE = PHANTOM.pixels.shape  # 192 rows, 160 columns
PLAIN = Look(window=Window(), opacity=0.7, threshold=0.0, raw=False, outlined=False)
WIDE, NARROW = Page(width_px=920, columns=3), Page(width_px=340, columns=1)


@pytest.fixture(scope="module")
def case():
    return images_only()


def figure(case, *, page=WIDE, zones=True, **given):
    picture = reduced(grey_picture(case.radiograph), 96)
    panels = [
        PanelImage(title=panel, jpeg=encode_jpeg(picture), size=picture.shape[:2])
        for panel in panels_of(case)
    ]
    drawn = viewer_figure(
        panels,
        SHAPE,
        view=given.pop("view", Viewport()),
        page=page,
        sides=("R", "L"),
        zones=zone_polygons(case.anatomy.zones_image) if zones else {},
        **given,
    )
    return json.loads(drawn.to_json())


def axes(drawn, letter):
    return {
        name: axis for name, axis in drawn["layout"].items() if name.startswith(f"{letter}axis")
    }


@pytest.mark.parametrize("page", [WIDE, NARROW])
@pytest.mark.parametrize("letter", ["x", "y"])
def test_all_panels_follow_one_pair_of_axes(case, page, letter):
    found = axes(figure(case, page=page), letter)
    assert len(found) == 5
    free = [name for name, axis in found.items() if "matches" not in axis]
    assert len(free) == 1
    leader = free[0].replace("axis", "")
    assert {axis["matches"] for name, axis in found.items() if name not in free} == {leader}
    if letter == "y":  # pixels stay square; the others follow
        assert found[free[0]]["scaleanchor"] == leader.replace("y", "x")


def test_rows_run_downwards_and_the_view_sets_the_ranges(case):
    drawn = figure(case, view=Viewport().enlarged(2).moved(across=0, down=1))
    assert all(axis["range"] == [0, 80] for axis in axes(drawn, "x").values())
    assert all(axis["range"] == [192, 96] for axis in axes(drawn, "y").values())


def test_panels_stand_side_by_side_or_one_below_the_other(case):
    wide, narrow = figure(case), figure(case, page=NARROW)
    starts = {round(axis["domain"][0], 3) for axis in axes(wide, "x").values()}
    assert len(starts) == 3
    assert all(axis["domain"] == [0, 1] for axis in axes(narrow, "x").values())
    lines = sorted(axis["domain"][0] for axis in axes(narrow, "y").values())
    assert len(set(lines)) == 5
    for drawn, page in ((wide, WIDE), (narrow, NARROW)):
        height = drawn["layout"]["height"]
        assert height == figure_height_px(5, SHAPE, page)
        margin = drawn["layout"]["margin"]
        (left, right), (low, high) = (
            drawn["layout"][name]["domain"] for name in ("xaxis", "yaxis")
        )
        width_px = (right - left) * (page.width_px - margin["l"] - margin["r"])
        height_px = (high - low) * (height - margin["t"] - margin["b"])
        assert height_px / width_px == pytest.approx(192 / 160, rel=0.01)  # no room is lost


def test_pictures_go_in_as_files_and_never_as_numbers(case):
    drawn = figure(case)
    assert [trace["type"] for trace in drawn["data"]] == ["image"] * 5
    for trace in drawn["data"]:
        assert "z" not in trace
        kind, data = trace["source"].split(";base64,")
        assert kind == "data:image/jpeg"
        picture = cv2.imdecode(np.frombuffer(b64decode(data), np.uint8), cv2.IMREAD_COLOR)
        rows, cols = picture.shape[:2]
        assert (rows, cols) == (96, 80)
        # a small picture covers the whole radiograph: its first pixel begins at 0, its last ends
        # there
        assert (trace["x0"] - trace["dx"] / 2, trace["y0"] - trace["dy"] / 2) == (0, 0)
        assert (trace["dx"] * cols, trace["dy"] * rows) == (160, 192)


def test_every_panel_is_marked_with_the_sides(case):
    notes = figure(case)["layout"]["annotations"]
    marks = [(note["text"], note["x"]) for note in notes if "domain" in note["xref"]]
    assert marks == [("<b>R</b>", 0), ("<b>L</b>", 1)] * 5
    assert [note["text"] for note in notes[:5]] == list(panels_of(case))


def test_the_lit_zone_is_thick_and_tinted_in_every_panel(case):
    plain = figure(case)["layout"]["shapes"]
    assert {shape["name"] for shape in plain} == {"zones"}
    shapes = figure(case, lit=Zone.LEFT_LOWER)["layout"]["shapes"]
    lit = [shape for shape in shapes if shape["name"] == "left_lower" and "fillcolor" in shape]
    assert [shape["xref"] for shape in lit] == ["x", "x2", "x3", "x4", "x5"]
    assert {shape["line"]["width"] for shape in lit} == {3.5}
    assert {shape["fillcolor"] for shape in lit} == {"rgba(240, 228, 66, 0.12)"}
    corners = np.array([point.split(",") for point in lit[0]["path"].strip("MZ").split("L")], float)
    rows, cols = np.nonzero(PHANTOM.zones[Zone.LEFT_LOWER])
    edges = [cols.min(), rows.min(), cols.max() + 1, rows.max() + 1]
    assert np.abs([*corners.min(axis=0), *corners.max(axis=0)] - np.array(edges)).max() <= 1


def test_a_figure_without_zones_or_dragging_has_neither(case):
    layout = figure(case, zones=False, dragged=False)["layout"]
    assert "shapes" not in layout or layout["shapes"] == []
    assert layout["dragmode"] is False
    assert figure(case)["layout"]["dragmode"] == "zoom"


def test_the_window_lies_under_every_overlay(case):
    look = replace(PLAIN, window=Window(level=0.4, width=0.3))
    grey = grey_picture(windowed(case.radiograph, look.window))
    assert not np.array_equal(grey, grey_picture(case.radiograph))
    outside = ~case.anatomy.lungs_image
    assert np.array_equal(panel_picture(case, ImagePanel.RADIOGRAPH, look), grey)
    for panel in (*FUSED_METHODS, FUSED):
        picture = panel_picture(case, panel, look)
        assert np.array_equal(picture[outside], grey[outside])
        assert not np.array_equal(picture, grey)
    clear = replace(look, opacity=0.0)
    assert np.array_equal(panel_picture(case, Method.GRAD_CAM, clear), grey)


def test_raw_maps_and_thresholds_change_the_methods_alone(case):
    raw, cut = replace(PLAIN, raw=True), replace(PLAIN, threshold=0.5)
    for panel in panels_of(case):
        picture = panel_picture(case, panel, PLAIN)
        assert np.array_equal(picture, panel_picture(case, panel, raw)) == (
            not isinstance(panel, Method)
        )
        assert np.array_equal(picture, panel_picture(case, panel, cut)) == (
            panel in (ImagePanel.RADIOGRAPH, ImagePanel.ANATOMY)
        )
    upper = PHANTOM.zones[Zone.LEFT_UPPER]  # its saliency, 0.3, lies below the threshold
    grey = grey_picture(case.radiograph)
    assert np.array_equal(panel_picture(case, Method.LIME, cut)[upper], grey[upper])


def test_a_saved_picture_has_all_pixels_and_the_zones(case):
    look = replace(PLAIN, outlined=True, lit=Zone.RIGHT_UPPER)
    bare, saved = (
        panel_picture(case, ImagePanel.RADIOGRAPH, PLAIN),
        saved_picture(case, ImagePanel.RADIOGRAPH, look),
    )
    assert saved.shape == (192, 160, 3)
    tinted = np.any(saved != bare, axis=2)
    inside = cv2.erode(PHANTOM.zones[Zone.RIGHT_UPPER].astype(np.uint8), np.ones((9, 9))) > 0
    other = cv2.erode(PHANTOM.zones[Zone.LEFT_UPPER].astype(np.uint8), np.ones((9, 9))) > 0
    assert tinted[inside].all() and not tinted[other].any()
    assert np.array_equal(saved_picture(case, ImagePanel.RADIOGRAPH, PLAIN), bare)
