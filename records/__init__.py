"""The case store: cases, drafts and signed conclusions, who did what when, and for how long.

```python
from records import Arrival, CaseContent, open_store

with open_store(settings) as store:
    case = store.receive(Arrival(origin="dicom", data=data, source=sop_instance_uid), actor="pacs")
    store.save(case, CaseContent(result=result), finished=True, actor="pacs")
    store.conclusions.sign(case, conclusion, signer="Dr Ada Byron", actor="byron")
    page = store.worklist.page(CaseQuery(search="tuberculosis"))
```

`store` is the front of it; `conclusions`, `worklist` and `retention` are its parts,
`audit/` what they all write to, `contents/` how values become sealed bytes, `database/` the tables.
Nothing of SQLAlchemy or cryptography is imported before a store is opened.
"""

from typing import TYPE_CHECKING

from records.errors import (
    AlreadySignedError,
    CaseMissingError,
    CaseOutdatedError,
    CaseUnfinishedError,
    NotSignedError,
    SignatureIncompleteError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreUnreachableError,
)
from records.query import CaseQuery, Order, WorklistPage
from records.values import (
    Action,
    Arrival,
    AuditEntry,
    CaseContent,
    CaseLine,
    CaseStatus,
    Draft,
    SignedInputs,
    SignedVersion,
)

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from records.store import Store

__all__ = [
    "Action",
    "AlreadySignedError",
    "Arrival",
    "AuditEntry",
    "CaseContent",
    "CaseLine",
    "CaseMissingError",
    "CaseOutdatedError",
    "CaseQuery",
    "CaseStatus",
    "CaseUnfinishedError",
    "Draft",
    "NotSignedError",
    "Order",
    "SignatureIncompleteError",
    "SignedInputs",
    "SignedVersion",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "StoreUnreachableError",
    "WorklistPage",
    "open_store",
]


def open_store(settings: "Settings") -> "Store":
    """Open the store that the settings name; it is made if it is not there.

    Raises:
        StoreError: It cannot be opened.
    """
    from records.store import Store

    return Store(settings)
