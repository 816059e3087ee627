"""What the faithfulness bench gave, as a table and as one JSON line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.types import SALIENCY_MAPS, MaskingCurves, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodMetrics:
    """One method's means over radiographs.

    Attributes:
        radiographs: How many radiographs.
        deletion_auc: Area under the deletion curve, in [0, 1]; smaller is better.
        insertion_auc: Area under the insertion curve, in [0, 1]; larger is better.
        stability: Rank correlation of its maps under two seeds, over what the network sees, in
            [-1, 1]; 1 of a method that draws nothing.
        thorax_share: Share of its raw map inside the thorax, in [0, 1].
        ms: Median time of one map, in ms; `None` if none was timed.
        timed_radiographs: On how many radiographs.
        deletion_gain: How far the deletion area lies below that of random maps of the same
            radiographs.
        deletion_gain_ci95: Its 95 % interval, by bootstrap over patients.
        insertion_gain: How far the insertion area lies above that of random maps.
        insertion_gain_ci95: Its 95 % interval.
    """

    radiographs: int
    deletion_auc: float
    insertion_auc: float
    stability: float
    thorax_share: float
    ms: float | None
    timed_radiographs: int
    deletion_gain: float
    deletion_gain_ci95: tuple[float, float]
    insertion_gain: float
    insertion_gain_ci95: tuple[float, float]


STOCK = "stock_lime"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaithfulnessMetrics:
    """All methods.

    Attributes:
        methods: Means over the radiographs, the same for all.
        curves: Mean curves, of all radiographs.
        random_maps: How many random maps a radiograph the gains are taken against.
    """

    methods: Mapping[str, MethodMetrics]
    curves: Mapping[str, MaskingCurves]
    random_maps: int

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        content: dict[str, Any] = {
            name: _rounded(asdict(metrics)) for name, metrics in self.methods.items()
        }
        content["curves"] = {name: _rounded(asdict(curve)) for name, curve in self.curves.items()}
        return json.dumps(content)

    def table(self) -> str:
        """The metrics as a table."""
        head = f"{'method':<13}{'radiographs':>6}{'deletion':>10}{'insertion':>11}{'stability':>11}"
        lines = [head + f"{'in thorax':>11}{'ms':>9}  {'deletion gain':<26}insertion gain"]
        for name, found in self.methods.items():
            ms = "-" if found.ms is None else f"{found.ms:.1f}"
            lines.append(
                f"{name:<13}{found.radiographs:>6}{found.deletion_auc:>10.3f}{found.insertion_auc:>11.3f}"
                f"{found.stability:>11.3f}{found.thorax_share:>11.3f}{ms:>9}  "
                f"{_gain(found.deletion_gain, found.deletion_gain_ci95):<26}"
                f"{_gain(found.insertion_gain, found.insertion_gain_ci95)}"
            )
        lines += [
            "",
            f"gains are against {self.random_maps} random maps a radiograph, with 95 % intervals",
        ]
        lines += [
            f"{name} was timed on {found.timed_radiographs} of them"
            for name, found in self.methods.items()
            if found.timed_radiographs < found.radiographs
        ]
        return "\n".join([*lines, "", *self._targets()])

    def _targets(self) -> Iterator[str]:
        """What our maps should reach: better than random, and LIME than the library's own."""
        for name in SALIENCY_MAPS:
            if name not in self.methods:
                continue
            found = self.methods[name]
            beats = min(found.deletion_gain_ci95[0], found.insertion_gain_ci95[0]) > 0
            yield f"target, {name} beats chance by deletion and insertion: {_said(beats)}"
        if {Method.LIME, STOCK} <= self.methods.keys():
            lime, stock = self.methods[Method.LIME], self.methods[STOCK]
            beats = (
                lime.deletion_auc <= stock.deletion_auc
                and lime.insertion_auc >= stock.insertion_auc
            )
            yield f"target, lime is as faithful as stock LIME: {_said(beats)}"


def _said(holds: bool) -> str:
    return "yes" if holds else "NO"


def _gain(value: float, interval: tuple[float, float]) -> str:
    return f"{value:+.3f} ({interval[0]:+.3f} to {interval[1]:+.3f})"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value
