"""What the worklist says of a case, read off its result."""

from pipeline.types import CaseResult, Examination, QualityRating
from records.database.tables import CaseRow
from records.values import CaseStatus


def summarise(row: CaseRow, result: Examination) -> None:
    """Write a result's classification and quality to the case's row."""
    prediction = result.prediction
    withheld = prediction.is_unfamiliar
    row.label = None if withheld else prediction.label
    terms = prediction.terms.get(row.label or "", {})
    row.label_terms = {str(language): term for language, term in terms.items()}
    row.abnormal = None if withheld else prediction.is_abnormal
    row.probability = None if withheld else float(prediction.probability(prediction.label))
    row.uncertain = prediction.is_uncertain or withheld
    row.quality = _worst(result)
    row.urgent = bool(row.abnormal) or row.uncertain
    row.error, row.error_parameters = None, {}
    if not row.signed:
        row.status = CaseStatus.DRAFT


def _worst(result: Examination) -> QualityRating | None:
    if not isinstance(result, CaseResult) or result.quality is None:
        return None
    worst = result.quality.worst
    return None if worst is None else worst.rating
