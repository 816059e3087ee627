"""One browser and one served page for all browser tests."""

import pytest

from tests.browser.browser import BrowserMissingError, chromium
from tests.browser.served import served
from tests.pipeline.classification.unlimited import unlimited_classifier


@pytest.fixture(scope="session")
def browser():
    try:
        with chromium() as opened:
            yield opened
    except BrowserMissingError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def address(browser, tmp_path_factory):  # the browser first: without one nothing is served
    classifier = unlimited_classifier(tmp_path_factory.mktemp("weights"))
    with served({"EXPLAINCXR_CLASSIFIER": str(classifier)}) as url:
        yield url


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.goto(address)
    opened.get_by_role("heading", name="ExplainCXR").wait_for()
    yield opened
    context.close()
