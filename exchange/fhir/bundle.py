"""One Bundle a case: DiagnosticReport, Observations, ImagingStudy, pictures; in R4B or R5."""

import base64
import uuid
from collections.abc import Mapping
from typing import Any, Literal

from exchange.codes import Coded
from exchange.errors import ExchangePackageError
from exchange.exported_case import ExportedCase
from exchange.fhir.codings import DICOM_UID, RESEARCH, Json, coding, concept
from exchange.fhir.observations import IDENTIFIER, Observations
from exchange.objects.identity import MAKER, RESEARCH_USE, equipment
from exchange.objects.secondary_capture import labelled
from exchange.signature import Signature
from exchange.study import NAMESPACE, Study, uid_of

Version = Literal["r4b", "r5"]

REPORT_CODE = Coded("LN", "18748-4", "Diagnostic imaging study")
RADIOLOGY = {"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "RAD"}
IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
GENDERS = {"M": "male", "F": "female", "O": "other"}
OF_THE_SERVER = ("Patient", "ImagingStudy", "Practitioner")
LONGEST_PICTURE_PX = 768


def bundle_of(
    case: ExportedCase, study: Study, signature: Signature | None, version: Version
) -> bytes:
    """The case as a transaction, UTF-8 JSON; posted twice, it makes nothing twice.

    Args:
        case: The case.
        study: The study that it belongs to.
        signature: Who signed the conclusion; the report is preliminary without one.
        version: Of FHIR.

    Raises:
        ExchangePackageError: fhir.resources is not installed.
    """
    made = _Made(case, study, signature, version)
    entries = [_entry(name, resource) for name, resource in made.resources().items()]
    content = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    text: str = _bundle_class(version).model_validate(content).model_dump_json()
    return text.encode()


def _bundle_class(version: Version) -> Any:
    try:
        if version == "r4b":
            from fhir.resources.R4B.bundle import Bundle
        else:
            from fhir.resources.bundle import Bundle
    except ImportError as error:
        raise ExchangePackageError(package="fhir.resources") from error
    return Bundle


def _entry(name: str, resource: Json) -> Json:
    """An entry that makes the resource, or finds the one with its identifier.

    What is ours is brought up to date there, so that a preliminary report becomes the final one;
    patient, study and reader are left as the server has them.
    """
    kind, found = resource["resourceType"], resource["identifier"][0]
    search = f"identifier={found['system']}|{found['value']}"
    if kind in OF_THE_SERVER:
        request = {"method": "POST", "url": kind, "ifNoneExist": search}
    else:
        request = {"method": "PUT", "url": f"{kind}?{search}"}
    return {"fullUrl": name, "resource": resource, "request": request}


class _Made:
    """The resources of one case, by the names that they call one another by."""

    def __init__(
        self, case: ExportedCase, study: Study, signature: Signature | None, version: Version
    ) -> None:
        self._case, self._study, self._image = case, study, study.image
        self._signature, self._version = signature, version
        self._key = (str(study.image.SOPInstanceUID), *case.key)

    def resources(self) -> Mapping[str, Json]:
        """Everything, what is referred to first."""
        found = {
            self._name("patient"): self._patient(),
            self._name("device"): self._device(),
            self._name("study"): self._imaging_study(),
        }
        if self._signature is not None:
            found[self._name("practitioner")] = self._practitioner(self._signature)
        references = {
            "subject": self._to("patient"),
            "device": self._to("device"),
            "derivedFrom": [self._to("study")],
        }
        observations = Observations(
            self._case, self._study, references, final=self._signature is not None
        )
        results = {
            self._name(f"observation {number}"): one
            for number, one in enumerate(observations.all())
        }
        pictures = {self._name(name): self._picture(name) for name in sorted(self._case.pictures)}
        report = self._report(list(results), list(pictures))
        return {**found, **results, **pictures, self._name("report"): report}

    def _name(self, what: str) -> str:
        return f"urn:uuid:{uuid.uuid5(NAMESPACE, '|'.join((*self._key, what)))}"

    def _to(self, what: str) -> Json:
        return {"reference": self._name(what)}

    def _resource(self, kind: str, identifier: Json, **values: Any) -> Json:
        return {
            "resourceType": kind,
            "meta": {"security": [RESEARCH]},
            "identifier": [identifier],
            **{name: value for name, value in values.items() if value not in (None, "", [], {})},
        }

    def _own(self, what: str) -> Json:
        return {"system": IDENTIFIER, "value": f"urn:oid:{uid_of(what, *self._key)}"}

    def _patient(self) -> Json:
        image = self._image
        date = str(image.PatientBirthDate)
        number, issuer = str(image.PatientID), str(image.get("IssuerOfPatientID", ""))
        # found again by an identifier of ours: a hospital's number alone may be another's, too
        ours = {"system": IDENTIFIER, "value": f"urn:oid:{uid_of('patient', number, issuer)}"}
        made = self._resource(
            "Patient",
            ours if number else self._own("patient"),
            name=[_human_name(str(image.PatientName))] if image.PatientName else [],
            birthDate=f"{date[:4]}-{date[4:6]}-{date[6:]}" if date else None,
            gender=GENDERS.get(str(image.PatientSex)),
        )
        if number and not self._study.is_new:
            kind = {"system": IDENTIFIER_TYPES, "code": "MR"}
            record: Json = {"type": {"coding": [kind]}, "value": number}
            made["identifier"].append(record | _assigned(issuer))
        return made

    def _device(self) -> Json:
        of = equipment(self._case)
        name = {"value": MAKER, "type": "user-friendly-name"}
        if self._version == "r4b":
            name = {"name": MAKER, "type": "user-friendly-name"}
        return self._resource(
            "Device",
            {"system": IDENTIFIER, "value": f"urn:oid:{uid_of('device', of['software_versions'])}"},
            manufacturer=of["manufacturer"],
            modelNumber=of["manufacturer_model_name"],
            version=[{"value": of["software_versions"]}],
            note=[{"text": RESEARCH_USE}],
            **{"deviceName" if self._version == "r4b" else "name": [name]},
        )

    def _practitioner(self, signature: Signature) -> Json:
        uid = uid_of("practitioner", signature.observer, signature.organization)
        identifier = {"system": IDENTIFIER, "value": f"urn:oid:{uid}"}
        return self._resource("Practitioner", identifier, name=[_human_name(signature.observer)])

    def _imaging_study(self) -> Json:
        image = self._image
        modality = coding(Coded("DCM", str(image.Modality), str(image.Modality)))
        as_listed = modality if self._version == "r4b" else {"coding": [modality]}
        accession = str(image.AccessionNumber)
        study = self._resource(
            "ImagingStudy",
            {"system": DICOM_UID, "value": f"urn:oid:{image.StudyInstanceUID}"},
            status="available",
            modality=[as_listed],
            subject=self._to("patient"),
            started=_moment(str(image.StudyDate)),
            numberOfSeries=1,
            numberOfInstances=1,
            series=[
                {
                    "uid": str(image.SeriesInstanceUID),
                    "modality": as_listed,
                    "instance": [
                        {
                            "uid": str(image.SOPInstanceUID),
                            "sopClass": {
                                "system": IDENTIFIER,
                                "code": f"urn:oid:{image.SOPClassUID}",
                            },
                        }
                    ],
                }
            ],
        )
        if accession:
            kind = {"system": IDENTIFIER_TYPES, "code": "ACSN"}
            study["identifier"].append({"type": {"coding": [kind]}, "value": accession})
        return study

    def _picture(self, name: str) -> Json:
        """A picture as the page shows it: Media in R4B, DocumentReference in R5."""
        title = name.removesuffix(".png")
        content = {
            "contentType": "image/png",
            "title": f"{MAKER} {title}. {RESEARCH_USE}",
            "data": base64.b64encode(_png(self._case.pictures[name])).decode(),
        }
        identifier = self._own(f"picture {name}")
        subject = self._to("patient")
        if self._version == "r4b":
            return self._resource(
                "Media",
                identifier,
                status="completed",
                subject=subject,
                content=content,
                device=self._to("device"),
            )
        return self._resource(
            "DocumentReference",
            identifier,
            status="current",
            docStatus=self._status,
            subject=subject,
            content=[{"attachment": content}],
        )

    @property
    def _status(self) -> str:
        return "preliminary" if self._signature is None else "final"

    def _report(self, results: list[str], pictures: list[str]) -> Json:
        case, text = self._case, self._case.text
        moment = case.made_at if self._signature is None else self._signature.signed_at
        said = [text.get(name, "") for name in ("findings", "interpretation", "recommendations")]
        paragraphs = [one for one in (*said, case.result.disclaimer) if one]
        signer = [] if self._signature is None else [self._to("practitioner")]
        return self._resource(
            "DiagnosticReport",
            self._own("report"),
            status=self._status,
            category=[{"coding": [RADIOLOGY]}],
            code=concept(REPORT_CODE),
            subject=self._to("patient"),
            effectiveDateTime=_moment(str(self._image.StudyDate)),
            issued=moment.isoformat(timespec="seconds"),
            language=case.language,
            performer=[self._to("device")] if not signer and self._version == "r5" else signer,
            resultsInterpreter=signer,
            result=[{"reference": name} for name in results],
            media=[{"link": {"reference": name}} for name in pictures],
            conclusion="\n\n".join(paragraphs),
            presentedForm=[
                {
                    "contentType": "application/pdf",
                    "language": case.language,
                    "title": f"{MAKER} conclusion. {RESEARCH_USE}",
                    "data": base64.b64encode(case.report).decode(),
                }
            ],
            **{"imagingStudy" if self._version == "r4b" else "study": [self._to("study")]},
        )


def _human_name(person: str) -> Json:
    """A DICOM person name; only its first group, as FHIR has one name in one script."""
    parts = [*person.split("=", maxsplit=1)[0].split("^"), "", ""]
    name: Json = {"text": " ".join(part for part in parts if part)}
    if parts[0] and parts[1]:
        name |= {"family": parts[0], "given": [part for part in parts[1:3] if part]}
    return name


def _assigned(issuer: str) -> Json:
    return {"assigner": {"display": issuer}} if issuer else {}


def _moment(date: str) -> str | None:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if date else None


def _png(picture: Any) -> bytes:
    from pipeline.pictures.overlays import encode_png, reduced

    return encode_png(labelled(reduced(picture, LONGEST_PICTURE_PX)))
