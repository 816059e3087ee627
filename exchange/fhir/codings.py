"""Codes as FHIR says them: the same concepts as in DICOM, by the addresses of their systems."""

from typing import Any

from exchange.codes import Coded, own_scheme

SYSTEMS = {  # HL7's and DICOM's names of the schemes
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "UCUM": "http://unitsofmeasure.org",
    "RADLEX": "http://radlex.org",
    "LN": "http://loinc.org",
    own_scheme()[0]: "urn:explaincxr:result",
}
DICOM_UID = "urn:dicom:uid"
RESEARCH = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HRESCH",
    "display": "healthcare research",
}

Json = dict[str, Any]


def coding(code: Coded) -> Json:
    """One code."""
    return {"system": SYSTEMS[code.scheme], "code": code.value, "display": code.meaning}


def concept(*codes: Coded | None, text: str = "") -> Json:
    """A concept in one or several codes."""
    found: Json = {"coding": [coding(code) for code in codes if code is not None]}
    return found | ({"text": text} if text else {})


def quantity(value: float, unit: Coded) -> Json:
    """A number with its UCUM unit."""
    return {
        "value": value,
        "unit": unit.meaning,
        "system": SYSTEMS[unit.scheme],
        "code": unit.value,
    }
