"""A service with fake models, for all tests of its doors."""

from collections.abc import Iterator

import httpx2
import pytest
from PIL import Image

from pipeline.settings import Settings
from tests.pipeline.reading.crafted import picture, ramp
from tests.service.served import Served, served

RADIOGRAPH = picture(Image.fromarray(ramp(128)))


@pytest.fixture
def radiograph() -> bytes:
    return RADIOGRAPH


@pytest.fixture
def service() -> Iterator[Served]:
    with served(Settings(max_file_mb=1, service_analyses=5)) as running:
        yield running


@pytest.fixture
def http(service: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.address, timeout=30) as client:
        yield client
