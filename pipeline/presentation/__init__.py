"""What is said of a case, once for page, PDF and Markdown, so that no file says more than the page.

Each view holds finished sentences and cells in one language; page and documents set them and add
none of their own.
"""

from pipeline.presentation.claims import (
    ClaimMark,
    RemovedSentences,
    SectionView,
    claim_mark,
    section_view,
)
from pipeline.presentation.classification import ClassificationView, LabelRow, classification_view
from pipeline.presentation.descriptors import (
    DescriptorTable,
    attribution_name,
    descriptor_table,
    no_zones,
    zone_name,
)
from pipeline.presentation.draft import draft_notes, draft_origin, draft_summary
from pipeline.presentation.glance import GlanceView, glance_view, impression, not_stated
from pipeline.presentation.measurements import MeasurementsView, measurements_view, part_name
from pipeline.presentation.notes import NotesView, notes_view, radiograph_facts, sides_note
from pipeline.presentation.quality import (
    QualityRow,
    lowest_rating,
    map_name,
    quality_notes,
    quality_row,
)

__all__ = [
    "ClaimMark",
    "ClassificationView",
    "DescriptorTable",
    "GlanceView",
    "LabelRow",
    "MeasurementsView",
    "NotesView",
    "QualityRow",
    "RemovedSentences",
    "SectionView",
    "attribution_name",
    "claim_mark",
    "classification_view",
    "descriptor_table",
    "draft_notes",
    "draft_origin",
    "draft_summary",
    "glance_view",
    "impression",
    "lowest_rating",
    "map_name",
    "measurements_view",
    "no_zones",
    "not_stated",
    "notes_view",
    "part_name",
    "quality_notes",
    "quality_row",
    "radiograph_facts",
    "section_view",
    "sides_note",
    "zone_name",
]
