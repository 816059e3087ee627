"""The case as a Structured Report: TID 1500, Measurement Report, with the reader's conclusion."""

from typing import TYPE_CHECKING, Any

from exchange import codes
from exchange.codes import Coded
from exchange.exported_case import ExportedCase
from exchange.objects.identity import (
    DEVICE_UID,
    MAKER,
    RESEARCH_USE,
    SERIES,
    coding_schemes,
    concept,
    equipment,
    finish,
    made_at,
    uids,
)
from exchange.objects.measurement_groups import Groups
from exchange.signature import Signature
from exchange.study import Study
from pipeline.types import Language
from pipeline.words import message, words_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

QUALITATIVE_EVALUATIONS = Coded("UMLS", "C0034375", "Qualitative Evaluations")
COMMENT = Coded("DCM", "121106", "Comment")
LANGUAGES = {  # RFC 5646
    "en": Coded("RFC5646", "en", "English"),
    "ru": Coded("RFC5646", "ru", "Russian"),
    "uk": Coded("RFC5646", "uk", "Ukrainian"),
}


def structured_report(case: ExportedCase, study: Study, signature: Signature | None) -> "Dataset":
    """The case as Comprehensive 3D SR.

    Args:
        case: The case.
        study: The study that it belongs to.
        signature: Who signed the conclusion; unverified without one.

    Returns:
        The SR: classification, zones and measurements as groups of TID 1501, the text and quality
        notes as qualitative evaluations.
    """
    from highdicom.sr import Comprehensive3DSR

    made = Comprehensive3DSR(
        evidence=[study.image],
        content=_content(case, study, signature)[0],
        **uids(case, study, "report", signature),
        series_number=SERIES["report"],
        instance_number=1,
        is_complete=True,
        is_final=signature is not None,
        is_verified=signature is not None,
        verifying_observer_name=None if signature is None else signature.observer,
        verifying_organization=None if signature is None else signature.organization,
        coding_schemes=coding_schemes(),
        **equipment(case),
    )
    if signature is not None:
        moment = made_at(case, signature).strftime("%Y%m%d%H%M%S%z")
        made.VerifyingObserverSequence[0].VerificationDateTime = moment
    finish(made, case, study, signature)
    return made


def _content(case: ExportedCase, study: Study, signature: Signature | None) -> Any:
    from highdicom.sr import (
        LanguageOfContentItemAndDescendants,
        MeasurementReport,
        ObservationContext,
        ObserverContext,
    )
    from pydicom.sr.codedict import codes as dicom_codes

    language = LANGUAGES.get(case.language, Coded("RFC5646", case.language, case.language))
    context = ObservationContext(observer_device_context=_device(case))
    if signature is not None:
        from highdicom.sr import PersonObserverIdentifyingAttributes

        context = ObservationContext(
            observer_person_context=ObserverContext(
                observer_type=dicom_codes.DCM.Person,
                observer_identifying_attributes=PersonObserverIdentifyingAttributes(
                    name=signature.observer,
                    organization_name=signature.organization or None,
                ),
            ),
            observer_device_context=_device(case),
        )
    report = MeasurementReport(
        observation_context=context,
        procedure_reported=dicom_codes.SCT.PlainRadiography,
        imaging_measurements=list(Groups(case, study).all()),
        title=dicom_codes.DCM.ImagingMeasurementReport,
        language_of_content_item_and_descendants=LanguageOfContentItemAndDescendants(
            concept(language)
        ),
    )
    report[0].ContentSequence.append(_evaluations(case))
    return report


def _device(case: ExportedCase) -> Any:
    from highdicom.sr import DeviceObserverIdentifyingAttributes, ObserverContext
    from pydicom.sr.codedict import codes as dicom_codes

    of = equipment(case)
    return ObserverContext(
        observer_type=dicom_codes.DCM.Device,
        observer_identifying_attributes=DeviceObserverIdentifyingAttributes(
            uid=DEVICE_UID,
            name=MAKER,
            manufacturer_name=of["manufacturer"],
            model_name=of["manufacturer_model_name"],
            serial_number=of["device_serial_number"],
        ),
    )


def _evaluations(case: ExportedCase) -> Any:
    """Conclusion, quality notes, what could not be measured, and what the objects are for."""
    from highdicom.sr import ContainerContentItem, RelationshipTypeValues, TextContentItem
    from highdicom.sr.value_types import ContentSequence

    container = ContainerContentItem(
        name=concept(QUALITATIVE_EVALUATIONS),
        relationship_type=RelationshipTypeValues.CONTAINS,
    )
    said = [(codes.coded("sections", section), text) for section, text in case.text.items() if text]
    said += [(COMMENT, note) for note in notes(case)]
    container.ContentSequence = ContentSequence(
        [
            TextContentItem(
                name=concept(name), value=text, relationship_type=RelationshipTypeValues.CONTAINS
            )
            for name, text in said
        ]
    )
    return container


def notes(case: ExportedCase) -> list[str]:
    """What a reader must know of the result, in the language of its text."""
    language = Language(case.language) if case.language in list(Language) else Language.ENGLISH
    words = words_of(language)
    names = words.table["measurements"]["names"]
    result = case.result
    found = [RESEARCH_USE, result.disclaimer]
    if result.prediction.unfamiliar:
        found += [words("classification.unfamiliar"), words("classification.unfamiliar_why")]
    if result.quality is not None:
        if result.quality.worst is not None:
            worst = result.quality.worst
            found.append(f"{worst.map}: {message(worst.code, language)}")
        if result.quality.shortcut_alarm:
            found.append(words("quality.alarm"))
    found += [message(str(note), language) for note in result.image.notes]
    found += [message(warning, language) for warning in result.anatomy.warnings]
    for one in result.measurements:
        if one.reason is not None:
            found.append(f"{names[one.name]}: {message(str(one.reason), language)}")
    return list(dict.fromkeys(found))
