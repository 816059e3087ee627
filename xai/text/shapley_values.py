"""Shapley values of a prompt's descriptors.

Reference: Lundberg S., Lee S.-I. A unified approach to interpreting model predictions, NeurIPS
2017. The players are the prompt's descriptors, the games' values are the log-probabilities of the
report's sentences, and an absent player is one left out of the prompt, not one replaced by other
text.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Score = Callable[[Sequence[frozenset[str]]], NDArray[np.float64]]
MOST_EXACT = 10  # players
DRAWN_SCORES = 64


def shapley_values(
    score: Score, players: Sequence[str], *, most_exact: int = MOST_EXACT, seed: int = 0
) -> NDArray[np.float64]:
    """Share the values of some games of the same players out among them.

    Args:
        score: The games' values `(coalition, game)`, in nats, when the players named by each of
            some sets are left out. It is asked about many sets at once, about none of them twice.
        players: Their names, all different.
        most_exact: With up to so many players all coalitions are played and the values are exact;
            with more, about 64 coalitions are drawn, in antithetic permutations.
        seed: The draw's seed.

    Returns:
        `(player, game)` float64 in nats; over players they sum to the change of the games from
        everybody left out to nobody.
    """
    if not players:
        return np.zeros((0, score([frozenset()]).shape[1]))
    explainers = import_shap().explainers
    count = len(players)
    known: dict[frozenset[str], NDArray[np.float64]] = {}

    def play(coalitions: Sequence[frozenset[str]]) -> None:
        fresh = [one for one in dict.fromkeys(coalitions) if one not in known]
        if fresh:
            known.update(zip(fresh, score(fresh), strict=True))

    def value(present: NDArray[np.float64]) -> NDArray[np.float64]:
        absent = [
            frozenset(player for player, here in zip(players, row, strict=True) if not here)
            for row in present > 0.5
        ]
        play(absent)
        return np.stack([known[one] for one in absent])

    nobody, everybody = np.zeros((1, count)), np.ones((1, count))
    if count <= most_exact:
        play([frozenset(gone) for size in range(count + 1) for gone in combinations(players, size)])
        found = explainers.ExactExplainer(value, nobody)(everybody, silent=True)
    else:
        rounds = max(1, (DRAWN_SCORES - 1) // (2 * count))
        explainer = explainers.PermutationExplainer(value, nobody, seed=seed)
        found = explainer(everybody, max_evals=1 + rounds * 2 * count, silent=True)
    return np.asarray(found.values[0], dtype=np.float64).reshape(count, -1)


def coalitions_played(players: int) -> int:
    """About how many coalitions `shapley_values` plays by its defaults."""
    if players <= MOST_EXACT:
        return int(2**players)
    return 1 + 2 * players * max(1, (DRAWN_SCORES - 1) // (2 * players))


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
