# The same few commands for people and for CI. Every target does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.netwatch-set-up

.PHONY: setup demo test check lab bench clean lock install uninstall

setup: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml hatch_build.py $(wildcard netwatch/locale/*/LC_MESSAGES/*.po)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

demo: setup
	$(BIN)/netwatch demo

test: setup
	tests/install-debian-packages.sh test
	$(BIN)/python -m pytest -m "not lab"

lab: setup
	tests/install-debian-packages.sh lab
	$(BIN)/python -m pytest -m lab

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_docs.py

bench: setup
	$(BIN)/python -m benchmarks $(ONLY)

lock:
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-annotate --no-header --quiet -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --universal --extra dev --generate-hashes --no-annotate --no-header --quiet -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis benchmarks/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find netwatch/locale -name '*.mo' -delete
