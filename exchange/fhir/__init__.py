"""A case as FHIR: one Bundle, in R4B or R5, and the server that it is posted to."""

from exchange.fhir.bundle import Version, bundle_of
from exchange.fhir.server import post_bundle

__all__ = ["Version", "bundle_of", "post_bundle"]
