"""What was found, as FHIR Observations: classification, zones, measurements."""

from collections.abc import Iterator
from typing import Any

from exchange import codes
from exchange.codes import Coded
from exchange.exported_case import ExportedCase
from exchange.fhir.codings import RESEARCH, Json, concept, quantity
from exchange.study import Study, uid_of
from pipeline.types import Language
from pipeline.words import message, words_of

IDENTIFIER = "urn:ietf:rfc:3986"
IMAGING = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "imaging",
    "display": "Imaging",
}


class Observations:
    """The Observations of one case."""

    def __init__(self, case: ExportedCase, study: Study, references: Json, *, final: bool) -> None:
        """Choose the case.

        Args:
            case: The case.
            study: The study that it belongs to.
            references: `subject`, `device` and `derivedFrom` of each.
            final: Whether the conclusion is signed.
        """
        self._case, self._study, self._references, self._final = case, study, references, final
        self._words = words_of(Language.ENGLISH)  # of codes; texts keep their language

    def all(self) -> Iterator[Json]:
        """Every one, the classification first."""
        yield self._classification()
        for descriptor in self._case.result.descriptors:
            yield self._zone(descriptor)
        for measured in self._case.result.measurements:
            yield self._measurement(measured)

    def _classification(self) -> Json:
        """What it came to; of an unfamiliar radiograph that there is none, without a number."""
        found = self._case.result.prediction
        shares: dict[Coded, float] = {}
        component: list[Json] = []
        if found.abnormal_probability is not None:
            name = codes.own("abnormal_probability", "Probability of any abnormality")
            shares[name] = found.abnormal_probability
        for label, share in found.probabilities.items():
            meaning = codes.coded("labels", label).meaning
            shares[codes.own(label, f"Probability: {meaning}")] = share
        if found.label is not None:
            doubt = concept(codes.own("uncertain", "Within the uncertain band"))
            component = [{"code": doubt, "valueBoolean": found.uncertain}]
        named = None if found.label is None else codes.coded("labels", found.label)
        return self._observation(
            "classification",
            concept(codes.own("classification", "Classification")),
            valueCodeableConcept=concept(codes.coded("states", found.state.value), named),
            component=[*_shares(shares), *component],
        )

    def _zone(self, descriptor: Any) -> Json:
        level, side = codes.zone(descriptor.zone)
        name = self._words.table["zones"][descriptor.zone.value]["name"]
        return self._observation(
            f"zone {descriptor.zone.value}",
            concept(codes.own("intensity", "Model attention")),
            bodySite=concept(level, side, text=name),
            valueQuantity=quantity(descriptor.intensity, codes.coded("units", "none")),
            interpretation=[concept(codes.own(descriptor.grade.value, descriptor.grade.value))],
            component=_shares(
                {
                    codes.own("share", "Share of the map in the lungs"): descriptor.share,
                    codes.own("agreement", "Agreement of both maps"): descriptor.agreement,
                }
            ),
        )

    def _measurement(self, one: Any) -> Json:
        text = self._words.table["measurements"]["names"][one.name]
        code, site = codes.measurement(one.name, text)
        side = None if one.side is None else codes.coded("sides", one.side.value)
        unit = codes.coded("units", one.unit.value)
        found: Json = {}
        if one.value is None:
            found["dataAbsentReason"] = {"text": message(str(one.reason), Language.ENGLISH)}
        else:
            found["valueQuantity"] = quantity(one.value, unit)
            found["component"] = [
                {
                    "code": concept(codes.own(name, f"{end} end of the interval of about 95 %")),
                    "valueQuantity": quantity(value, unit),
                }
                for name, end, value in (("low", "Lower", one.low), ("high", "Upper", one.high))
            ]
        if one.threshold is not None:
            end = "high" if one.threshold.above else "low"
            found["referenceRange"] = [
                {end: quantity(one.threshold.value, unit), "text": one.threshold.citation}
            ]
        if site is not None:
            found["bodySite"] = concept(site, side)
        kind = f"measurement {one.name} {'' if one.side is None else one.side.value}".strip()
        return self._observation(kind, concept(code, text=text), **found)

    def _observation(self, kind: str, code: Json, **found: Any) -> Json:
        image = str(self._study.image.SOPInstanceUID)
        identifier = uid_of("observation", image, *self._case.key, kind)
        return {
            "resourceType": "Observation",
            "meta": {"security": [RESEARCH]},
            "identifier": [{"system": IDENTIFIER, "value": f"urn:oid:{identifier}"}],
            "status": "final" if self._final else "preliminary",
            "category": [{"coding": [IMAGING]}],
            "code": code,
            "note": [{"text": self._case.result.disclaimer}],
            **self._references,
            **{name: value for name, value in found.items() if value},
        }


def _shares(shares: dict[Coded, float]) -> list[Json]:
    return [
        {"code": concept(code), "valueQuantity": quantity(share, codes.coded("units", "none"))}
        for code, share in shares.items()
    ]
