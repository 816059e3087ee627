"""The codes of others mean what they are used for, and there is one for everything a case says."""

import tomllib

import pytest
from pydicom.sr._concepts_dict import concepts

from exchange import codes
from exchange.codes import FILE, LONGEST_VALUE, Coded
from pipeline.types import (
    ClassificationState,
    Grade,
    Language,
    MeasurementUnit,
    Method,
    Section,
    Structure,
    Zone,
)
from pipeline.words import words_of

# Concepts that PS3.16 does not list: SNOMED CT's own names for diseases, RadLex's for organs.
BESIDE_DICOM = {
    ("SCT", "53084003"): "Bacterial pneumonia",
    ("SCT", "75570004"): "Viral pneumonia",
    ("SCT", "840539006"): "COVID-19",
    ("SCT", "56717001"): "Tuberculosis",
    ("RADLEX", "RID1302"): "right lung",
    ("RADLEX", "RID1326"): "left lung",
    ("RADLEX", "RID1385"): "heart",
    ("UCUM", "cm2"): "cm2",
}


def listed() -> list[Coded]:
    """Every triple of the file."""

    def within(value: object) -> list[Coded]:
        if isinstance(value, dict):
            return [one for item in value.values() for one in within(item)]
        if isinstance(value, list):
            return [Coded(*value)]
        return []

    return within(tomllib.loads(FILE.read_text("utf-8")))


def test_every_code_of_another_scheme_means_what_its_scheme_says() -> None:
    known: dict[tuple[str, str], set[str]] = {}
    for scheme, names in concepts.items():
        for found in names.values():
            for value, (meaning, _) in found.items():
                known.setdefault((scheme, value), set()).add(meaning)
    checked = 0
    for code in listed():
        key = (code.scheme, code.value)
        if key in BESIDE_DICOM:
            assert code.meaning == BESIDE_DICOM[key]
            continue
        assert code.meaning in known[key], code
        checked += 1
    assert checked > 20


@pytest.mark.parametrize("name", Structure)
def test_every_structure_has_a_code(name: Structure) -> None:
    kind, side, _ = codes.structure(name)
    assert kind.scheme == "SCT"
    assert (side is not None) == name.value.startswith(("right_", "left_"))


@pytest.mark.parametrize("name", Zone)
def test_every_zone_has_level_and_side(name: Zone) -> None:
    level, side = codes.zone(name)
    assert level.meaning == f"{name.level.value.capitalize()} zone of lung"
    assert side.meaning.lower() == name.side.value


def test_every_name_of_a_case_is_coded_in_a_scheme() -> None:
    for state in ClassificationState:
        assert codes.coded("states", state.value).scheme == "SCT"
    for unit in MeasurementUnit:
        assert codes.coded("units", unit.value).scheme == "UCUM"
    for section in Section:
        assert codes.coded("sections", section.value).scheme == "DCM"
    for method in Method:
        assert codes.coded("maps", method.value).scheme == "DCM"
    for label in ("normal", "bacterial_pneumonia", "viral_pneumonia", "covid19", "tuberculosis"):
        assert codes.coded("labels", label).scheme == "SCT"


def test_every_measurement_has_a_site_and_no_two_have_one_code() -> None:
    names = words_of(Language.ENGLISH).table["measurements"]["names"]
    found = {name: codes.measurement(name, meaning) for name, meaning in names.items()}
    assert all(site is not None for _, site in found.values())
    assert len({(code, site) for code, site in found.values()}) == len(found)
    assert len({code.value for code, _ in found.values()}) == len(found)


def test_a_name_of_ours_fits_into_dicoms_code_value() -> None:
    names = [
        *words_of(Language.ENGLISH).table["measurements"]["names"],
        *Grade,
        "abnormal_probability",
    ]
    values = {codes.own(name, name).value for name in names}
    assert len(values) == len(names)
    assert max(map(len, values)) <= LONGEST_VALUE
