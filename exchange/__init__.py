"""The exchange: a case as DICOM objects and FHIR, and studies from a PACS.

```python
from exchange import ExportedCase, Signature, destination, objects_of, study_of

case = ExportedCase.of_folder(Path("results/chest"))
study = study_of(case, Path("chest.dcm").read_bytes())
signature = Signature(observer="Byron^Ada", organization="", signed_at=datetime.now(UTC))
destination("PACS", settings).send(objects_of(case, study, signature))
```

Without a signature every object says that it is unverified. `ExportedCase.of_files` takes what
`pipeline.build.exporter` makes of a case and its conclusion in memory. highdicom, pynetdicom and
fhir.resources (`requirements-exchange.txt`) are imported when they are needed.
"""

from exchange.destinations import PACS, Destination, destination
from exchange.errors import (
    CaseFolderError,
    DestinationMissingError,
    DestinationRefusedError,
    DestinationUnreachableError,
    ExchangeError,
    ExchangePackageError,
    SourceInvalidError,
    SourceMismatchError,
)
from exchange.exported_case import ExportedCase
from exchange.fhir import bundle_of, post_bundle
from exchange.objects import dicom_bytes, objects_of, report_of
from exchange.signature import Signature
from exchange.study import Study, study_of

__all__ = [
    "PACS",
    "CaseFolderError",
    "Destination",
    "DestinationMissingError",
    "DestinationRefusedError",
    "DestinationUnreachableError",
    "ExchangeError",
    "ExchangePackageError",
    "ExportedCase",
    "Signature",
    "SourceInvalidError",
    "SourceMismatchError",
    "Study",
    "bundle_of",
    "destination",
    "dicom_bytes",
    "objects_of",
    "post_bundle",
    "report_of",
    "study_of",
]
