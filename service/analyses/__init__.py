"""The analyses that the service holds: in memory alone, each for its time."""

from service.analyses.analyses import Analyses
from service.analyses.analysis import Analysis, State

__all__ = ["Analyses", "Analysis", "State"]
