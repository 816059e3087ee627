"""Shapley values of a prompt's descriptors.

Reference: Lundberg S., Lee S.-I. A unified approach to interpreting model predictions, NeurIPS
2017. The players are the prompt's descriptors, the games' values are the log-probabilities of the
report's sentences, and an absent player is one left out of the prompt, not one replaced by other
text.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Score = Callable[[frozenset[str]], NDArray[np.float64]]
MOST_EXACT = 10  # players
DRAWN_SCORES = 64


def shapley_values(
    score: Score,
    players: Sequence[str],
    *,
    most_exact: int = MOST_EXACT,
    seed: int = 0,
    scored: Callable[[float], None] = lambda fraction: None,
) -> NDArray[np.float64]:
    """Share the values of some games of the same players out among them.

    Args:
        score: The games' values `(game,)`, in nats, when the players named are left out.
        players: Their names, all different.
        most_exact: With up to so many players all coalitions are played and the values are exact;
            with more, about 64 coalitions are drawn, in antithetic permutations.
        seed: The draw's seed.
        scored: Told the share of coalitions played, in [0, 1].

    Returns:
        `(player, game)` float64 in nats; over players they sum to
        `score(nobody) - score(everybody)`.
    """
    if not players:
        return np.zeros((0, len(score(frozenset()))))
    explainers = import_shap().explainers
    count = len(players)
    known: dict[bytes, NDArray[np.float64]] = {}
    exact = count <= most_exact
    rounds = max(1, (DRAWN_SCORES - 1) // (2 * count))
    total = 2**count if exact else 1 + rounds * 2 * count

    def value(present: NDArray[np.float64]) -> NDArray[np.float64]:
        values = []
        for row in present > 0.5:
            key = row.tobytes()
            if key not in known:
                absent = frozenset(p for p, here in zip(players, row, strict=True) if not here)
                known[key] = score(absent)
                scored(min(1.0, len(known) / total))
            values.append(known[key])
        return np.stack(values)

    nobody, everybody = np.zeros((1, count)), np.ones((1, count))
    if exact:
        found = explainers.ExactExplainer(value, nobody)(everybody, silent=True)
    else:
        explainer = explainers.PermutationExplainer(value, nobody, seed=seed)
        found = explainer(everybody, max_evals=total, silent=True)
    return np.asarray(found.values[0], dtype=np.float64).reshape(count, -1)


def import_shap() -> Any:
    """The shap package, without compiling its loops.

    Its first game otherwise waits several seconds for numba to compile loops over at most
    1024 coalitions, which plain Python walks in milliseconds.
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
