# make run: set up and open the app.  make test: set up and run all tests.  make check: lint, types.
# make test-fast: all tests but those in a browser, of training and of whole models.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test test-fast check clean

setup: .venv/.ready

run: setup
	$(BIN)/python -m app

test: .venv/.ready-dev
	$(BIN)/python -m pytest

test-fast: .venv/.ready-dev
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not browser"

check: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy app pipeline segmentation xai report records exchange service training bench

clean:
	rm -rf .venv

.venv/.ready: requirements.txt setup.sh
	sh setup.sh "$(PYTHON)" requirements.txt
	touch $@

.venv/.ready-dev: requirements.txt requirements-exchange.txt requirements-postgresql.txt requirements-service.txt \
		requirements-login.txt requirements-dev.txt setup.sh
	sh setup.sh "$(PYTHON)" requirements-dev.txt
	touch .venv/.ready $@
