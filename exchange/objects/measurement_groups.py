"""What was measured and found, as measurement groups of a Structured Report (TID 1501)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from exchange import codes
from exchange.codes import Coded
from exchange.exported_case import ExportedCase
from exchange.objects.identity import MAKER, concept, weights_version
from exchange.study import Study, uid_of
from pipeline.types import Language, MeasurementUnit
from pipeline.words import Words, words_of

if TYPE_CHECKING:
    from highdicom.sr import MeasurementsAndQualitativeEvaluations as Group
    from highdicom.sr.templates import AlgorithmIdentification

UNCERTAINTIES = ("371886008", "371885007")  # SNOMED CT: the ranges above and below a value
DIGITS = 6  # of a number, as in `result.json`


class Groups:
    """The groups of one case: classification, zones, measurements."""

    def __init__(self, case: ExportedCase, study: Study) -> None:
        """Choose the case, and the image that all groups are about."""
        self._case, self._result, self._study = case, case.result, study
        self._words: Words = words_of(Language.ENGLISH)  # of codes; texts keep their language

    def all(self) -> "Iterator[Group]":
        """Every group, the root result first."""
        yield self._classification()
        for descriptor in self._result.descriptors:
            yield self._zone(descriptor)
        measured = [one for one in self._result.measurements if one.value is not None]
        if measured:
            yield self._measurements(measured)

    def _classification(self) -> "Group":
        """The root result; of an unfamiliar radiograph that there is none, without a number."""
        found = self._result.prediction
        status = codes.coded("states", found.state.value)
        measurements = [
            self._share(codes.own(label, f"Probability: {_named(label)}"), share)
            for label, share in found.probabilities.items()
        ]
        evaluations = [(codes.own("classification", "Classification"), status)]
        if found.abnormal_probability is not None:
            name = codes.own("abnormal_probability", "Probability of any abnormality")
            measurements.insert(0, self._share(name, found.abnormal_probability))
        if found.label is not None:
            label = codes.coded("labels", found.label)
            answer = codes.coded("answers", "yes" if found.uncertain else "no")
            evaluations += [
                (codes.own("label", "Most likely label"), label),
                (codes.own("uncertain", "Within the uncertain band"), answer),
            ]
        return self._group(
            "classification",
            self._algorithm("classifier"),
            finding_type=status,
            measurements=measurements,
            evaluations=evaluations,
        )

    def _zone(self, descriptor: Any) -> "Group":
        from highdicom.sr import FindingSite

        level, side = codes.zone(descriptor.zone)
        return self._group(
            f"zone {descriptor.zone.value}",
            self._algorithm("classifier"),
            finding_sites=[FindingSite(concept(level), laterality=concept(side))],
            measurements=[
                self._share(codes.own("intensity", "Model attention"), descriptor.intensity),
                self._share(codes.own("share", "Share of the map in the lungs"), descriptor.share),
                self._share(codes.own("agreement", "Agreement of both maps"), descriptor.agreement),
            ],
            evaluations=[
                (
                    codes.own("grade", "Grade of the model attention"),
                    codes.own(descriptor.grade.value, descriptor.grade.value),
                )
            ],
        )

    def _measurements(self, measured: list[Any]) -> "Group":
        return self._group(
            "measurements",
            self._algorithm("anatomy"),
            measurements=[self._measurement(one) for one in measured],
        )

    def _measurement(self, one: Any) -> Any:
        from highdicom.sr import FindingSite, Measurement, MeasurementProperties

        names = self._words.table["measurements"]["names"]
        name, site = codes.measurement(one.name, names[one.name])
        side = None if one.side is None else concept(codes.coded("sides", one.side.value))
        unit = concept(codes.coded("units", one.unit.value))
        made = Measurement(
            name=concept(name),
            value=round(one.value, DIGITS),
            unit=unit,
            finding_sites=None if site is None else [FindingSite(concept(site), laterality=side)],
            properties=MeasurementProperties(
                normal_range_properties=_normal_range(one),
                upper_measurement_uncertainty=round(one.high - one.value, DIGITS),
                lower_measurement_uncertainty=round(one.value - one.low, DIGITS),
            ),
        )
        for item in made[0].ContentSequence:  # the library gives them no unit
            if item.ConceptNameCodeSequence[0].CodeValue in UNCERTAINTIES:
                item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [unit]
        return made

    def _share(self, name: Coded, value: float) -> Any:
        from highdicom.sr import Measurement

        return Measurement(
            name=concept(name),
            value=round(value, DIGITS),
            unit=concept(codes.coded("units", "none")),
        )

    def _algorithm(self, model: str) -> "AlgorithmIdentification":
        from highdicom.sr.templates import AlgorithmIdentification
        from pydicom.sr.codedict import codes as dicom_codes

        return AlgorithmIdentification(
            name=f"{MAKER} {model}",
            version=weights_version(self._case, model),
            family=dicom_codes.DCM.ArtificialIntelligence,
            manufacturer=MAKER,
        )

    def _group(
        self,
        name: str,
        algorithm: "AlgorithmIdentification",
        *,
        measurements: list[Any],
        evaluations: list[tuple[Coded, Coded]] | None = None,
        finding_type: Coded | None = None,
        finding_sites: list[Any] | None = None,
    ) -> "Group":
        from highdicom.sr import (
            MeasurementsAndQualitativeEvaluations,
            QualitativeEvaluation,
            SourceImageForMeasurementGroup,
            TrackingIdentifier,
        )

        image = self._study.image
        return MeasurementsAndQualitativeEvaluations(
            tracking_identifier=TrackingIdentifier(
                uid=uid_of("tracking", str(image.SOPInstanceUID), *self._case.key, name),
                identifier=f"{MAKER} {name}",
            ),
            algorithm_id=algorithm,
            finding_type=None if finding_type is None else concept(finding_type),
            finding_sites=finding_sites,
            measurements=measurements,
            qualitative_evaluations=[
                QualitativeEvaluation(concept(question), concept(answer))
                for question, answer in evaluations or []
            ],
            source_images=[
                SourceImageForMeasurementGroup(
                    referenced_sop_class_uid=image.SOPClassUID,
                    referenced_sop_instance_uid=image.SOPInstanceUID,
                )
            ],
        )


def _named(label: str) -> str:
    return codes.coded("labels", label).meaning


def _normal_range(one: Any) -> Any:
    """The published threshold as the end of the normal range, with its source."""
    from highdicom.sr import NumContentItem, RelationshipTypeValues
    from highdicom.sr.templates import NormalRangeProperties
    from pydicom.sr.codedict import codes as dicom_codes

    if one.threshold is None:
        return None
    end = (
        dicom_codes.SCT.NormalRangeUpperLimit
        if one.threshold.above
        else dicom_codes.SCT.NormalRangeLowerLimit
    )
    return NormalRangeProperties(
        values=[
            NumContentItem(
                name=end,
                value=one.threshold.value,
                unit=concept(codes.coded("units", MeasurementUnit(one.unit).value)),
                relationship_type=RelationshipTypeValues.HAS_PROPERTIES,
            )
        ],
        authority=one.threshold.citation,
    )
