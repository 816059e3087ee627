"""Shapley values of a prompt's descriptors.

Reference: Lundberg S., Lee S.-I. A unified approach to interpreting model predictions, NeurIPS
2017. The players are the prompt's descriptors, the game's value is the report's log-probability,
and an absent player is one left out of the prompt, not one replaced by other text.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Score = Callable[[frozenset[str]], float]
MOST_SCORES = 64


def shapley_values(
    score: Score,
    players: Sequence[str],
    *,
    most_scores: int = MOST_SCORES,
    seed: int = 0,
    scored: Callable[[float], None] = lambda fraction: None,
) -> tuple[float, ...]:
    """Share a game's value out among its players.

    Args:
        score: The value, in nats, when the players named are left out.
        players: Their names, all different.
        most_scores: Up to so many coalitions are all played and the values are exact; with more,
            about so many are drawn, in antithetic permutations.
        seed: The draw's seed.
        scored: Told the share of coalitions played, in [0, 1].

    Returns:
        Each player's value, in nats; they sum to `score(nobody) - score(everybody)`.
    """
    if not players:
        return ()
    explainers = import_shap().explainers
    count = len(players)
    known: dict[bytes, float] = {}
    exact = 2**count <= most_scores
    rounds = max(1, (most_scores - 1) // (2 * count))
    total = 2**count if exact else 1 + rounds * 2 * count

    def value(present: NDArray[np.float64]) -> NDArray[np.float64]:
        values = np.empty(len(present))
        for index, row in enumerate(present > 0.5):
            key = row.tobytes()
            if key not in known:
                absent = frozenset(p for p, here in zip(players, row, strict=True) if not here)
                known[key] = score(absent)
                scored(min(1.0, len(known) / total))
            values[index] = known[key]
        return values

    nobody, everybody = np.zeros((1, count)), np.ones((1, count))
    if exact:
        found = explainers.ExactExplainer(value, nobody)(everybody)
    else:
        explainer = explainers.PermutationExplainer(value, nobody, seed=seed)
        found = explainer(everybody, max_evals=total, silent=True)
    return tuple(float(v) for v in found.values[0])


def import_shap() -> Any:
    """The shap package, without compiling its loops.

    Its first game otherwise waits several seconds for numba to compile loops over at most 64
    coalitions, which plain Python walks in a millisecond.
    """
    import numba

    config: Any = numba.config
    compiled = config.DISABLE_JIT
    config.DISABLE_JIT = True  # read where the loops are defined, which is at import
    try:
        import shap
    finally:
        config.DISABLE_JIT = compiled
    return shap
