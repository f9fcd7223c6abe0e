# The same few commands for people and for CI. Every target does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.netwatch-set-up
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
BUILD_REQUIRES := "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\n')"
# Tests that need no laboratory share nothing: as many at once as there are processors, but no more than memory carries.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist worksteal
# Each file of the laboratory makes a world of its own and mostly waits; more than two would disturb each other's times.
TWO_WORLDS := -n auto --maxprocesses 2 --dist loadfile
CATALOGUES := $(wildcard netwatch/locale/*/LC_MESSAGES/*.po)

.PHONY: help setup demo test check lab fuzz bench pictures clean lock install uninstall offline-bundle

help:
	@echo "make demo            show a province in a box: agencies, lines, faults and recoveries"
	@echo "make test            the tests that need no laboratory"
	@echo "make check           lint, formats, types, import contracts, budgets"
	@echo "make lab             the tests against real servers and in namespaces"
	@echo "make fuzz            feed damaged messages to every decoder (FUZZ_SECONDS=300)"
	@echo "make bench           measure (ONLY=name for one)"
	@echo "make pictures        take the pictures of README.md from a running demo"
	@echo "make install         install as a service (root); uninstall, offline-bundle: docs/operations.md"
	@echo "make lock            resolve requirements/*.txt anew"
	@echo "make clean           remove everything that was made here"

setup: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml hatch_build.py $(CATALOGUES)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "netwatch needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || tests/install-debian-packages.sh setup
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || echo "Setting up $(VENV) (a minute or two, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

demo: setup
	@$(BIN)/netwatch demo

test: setup
	@tests/install-debian-packages.sh test
	$(BIN)/python -m pytest -m "not lab" $(SIDE_BY_SIDE)

lab: setup
	@tests/install-debian-packages.sh lab
	$(BIN)/python -m pytest -m lab $(TWO_WORLDS) --durations=30 --durations-min=5

# Every part runs, so that one call shows all there is to mend.
check: setup
	@failed=; \
	part() { echo "-- $$*"; "$$@" || failed="$$failed\n  $$*"; }; \
	part $(BIN)/ruff check --quiet .; \
	part $(BIN)/ruff format --check --quiet .; \
	part $(BIN)/mypy --no-error-summary; \
	part $(BIN)/lint-imports --no-logo; \
	part $(BIN)/python -m pytest -q tests/test_architecture.py tests/test_docs.py; \
	if [ -n "$$failed" ]; then printf "check failed in:$$failed\n"; exit 1; fi; \
	echo "check: all good"

FUZZ_SECONDS ?= 300

# What is found stays in tests/probes/fuzz/corpus, where every run of the tests repeats it.
fuzz: setup
	@FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m pytest -q -s --timeout 0 tests/probes/fuzz

bench: setup
	@tests/install-debian-packages.sh bench
	@$(BIN)/python -m benchmarks $(ONLY)

pictures: setup
	@tests/install-debian-packages.sh lab
	@$(BIN)/python docs/pictures/take.py

lock: setup
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-annotate --no-header --quiet -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --universal --extra dev --generate-hashes --no-annotate --no-header --quiet -o requirements/dev.txt
	$(BIN)/python -c $(BUILD_REQUIRES) | $(BIN)/uv pip compile - --universal -c requirements/dev.txt --generate-hashes --no-annotate --no-header --quiet -o requirements/build.txt

# The service wants an interpreter it may read: python3 of the shell may be a private one.
install uninstall offline-bundle: export PYTHON := $(if $(filter file,$(origin PYTHON)),,$(PYTHON))
install uninstall offline-bundle:
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' UNITDIR='$(UNITDIR)' WHEELS='$(WHEELS)' PURGE='$(PURGE)' OUT='$(OUT)' packaging/install.sh $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache benchmarks/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find netwatch/locale -name '*.mo' -delete
