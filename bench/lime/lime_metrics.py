"""What the LIME bench gave, as a table and as one JSON line."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

SPEEDUP = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiographMetrics:
    """Ours and stock LIME on one radiograph, or the medians over several.

    Of stock LIME, `_stock` is the library with 1,000 samples on our superpixels, hidden as ours
    are, so that both are asked the same; `_quickshift` is it on its own superpixels.

    Attributes:
        speedup: `seconds_stock` over `seconds_ours`.
        seconds_ours: One warm explanation, from radiograph to map, in s.
        seconds_stock: Stock LIME with its own quickshift and Keras' `predict`, in s.
        superpixels_ours: Superpixels in what the network sees.
        superpixels_quickshift: Superpixels of stock LIME's own, over the whole picture.
        r2_ours: Weighted share of the probability's variance that our linear model explains in
            1,000 fresh fair-coin samples.
        r2_stock: The same of stock LIME.
        r2_quickshift: The same of stock LIME on its own superpixels, in fresh samples of them.
        fit_r2_ours: R2 in the samples the model was fitted to, which is what the library reports;
            it flatters the model with fewer samples.
        fit_r2_stock: The same of stock LIME.
        rank_correlation: Spearman's, over the superpixels, of our weights with those of stock LIME
            with 5,000 samples.
        rank_correlation_stock: The same of stock LIME with 1,000 samples.
        rank_correlation_quickshift: Spearman's over what the network sees, pixel by pixel, of our
            weights with those of stock LIME with 5,000 samples on its own superpixels.
        rank_correlation_stock_quickshift: The same of stock LIME with 1,000 samples on these.
    """

    speedup: float
    seconds_ours: float
    seconds_stock: float
    superpixels_ours: float
    superpixels_quickshift: float
    r2_ours: float
    r2_stock: float
    r2_quickshift: float
    fit_r2_ours: float
    fit_r2_stock: float
    rank_correlation: float
    rank_correlation_stock: float
    rank_correlation_quickshift: float
    rank_correlation_stock_quickshift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimeMetrics:
    """LIME against stock LIME.

    Attributes:
        radiographs: How many radiographs.
        source: Where they came from.
        samples: Our samples an explanation.
        medians: Times and speedup are medians over the radiographs, the others means.
    """

    radiographs: int
    source: str
    samples: int
    medians: RadiographMetrics

    @property
    def targets(self) -> Mapping[str, str]:
        """What a metric should reach, by its name; fidelity is compared with stock LIME's."""
        found = self.medians
        return {
            "speedup": f">= {SPEEDUP:.0f}",
            "r2_ours": f">= {found.r2_stock:.4f}",
            "rank_correlation": f">= {found.rank_correlation_stock:.4f}",
        }

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        measured = {name: round(value, 4) for name, value in asdict(self.medians).items()}
        return json.dumps(
            {
                **measured,
                "radiographs": self.radiographs,
                "samples": self.samples,
                "source": self.source,
            }
        )

    def table(self) -> str:
        """The metrics beside their targets."""
        lines = [
            f"{self.radiographs} radiographs: {self.source}; "
            f"ours with {self.samples} samples, stock with 1000",
            f"{'figure':<36}{'measured':>10}{'target':>12}",
        ]
        for name, value in asdict(self.medians).items():
            lines.append(f"{name:<36}{value:>10.4f}{self.targets.get(name, '-'):>12}")
        return "\n".join(lines)
