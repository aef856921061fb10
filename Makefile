# make run     live the telecom market and write its tables
# make test    everything a change must pass
# make test-newer  the engines on a newer Python, hence a newer Mesa, if there is one
# make bench   measure speed
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# A stamp is as old as the last installation: nothing is installed twice.
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready

.PHONY: run test test-newer lint bench clean newer-engines first

run: $(RUN_READY)
	@$(BIN)/relsim run configs/markets/telecom.yaml --out results/telecom --overwrite

# Type checking takes one processor for a minute: meanwhile another compiles the months of the
# market for those tests that need many of them, and for all that come after. A file's tests stay
# in one process: no month is compiled in both, and the shortest come last.
FIRST := README.md tests/test_golden.py

test: $(DEV_READY)
	@$(MAKE) --no-print-directory -j 2 lint first
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests relsim $(addprefix --ignore=,$(FIRST))

first: $(DEV_READY)
	@$(BIN)/python -m pytest -q $(FIRST)

# Mesa's releases differ by Python: 3.11 resolves to Mesa 3.3, later ones to 3.5 and up.
# Looked for on the path, then among pyenv's.
PYENVS := $(sort $(wildcard $(HOME)/.pyenv/versions/3.1[2-9]*/bin/python))
NEWER = $(firstword $(foreach python,python3.14 python3.13 python3.12 $(PYENVS), \
    $(shell $(python) -c 'print("$(python)")' 2>/dev/null)))

test-newer:
	@if [ -z "$(NEWER)" ]; then echo 'No newer Python found: nothing to test with it'; \
	else $(MAKE) --no-print-directory VENV=.venv-newer PYTHON=$(NEWER) newer-engines; fi

newer-engines: $(DEV_READY)
	@$(BIN)/python -c 'import sys, mesa; print("Python", sys.version.split()[0], "Mesa", mesa.__version__)'
	@$(BIN)/python -m pytest -n 2 tests/test_engines.py tests/test_market.py tests/test_golden.py

lint: $(DEV_READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(RUN_READY)
	@$(BIN)/python -m benchmarks

clean:
	@rm -rf $(VENV) .venv-newer build dist .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'relsim needs Python 3.11 or later, as in: make PYTHON=python3.12' >&2; exit 1; }
	@echo 'Making $(VENV)'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUN_READY): pyproject.toml | $(BIN)/python
	@echo 'Installing relsim into $(VENV) (once, a minute or two)'
	@$(PIP) --editable .
	@touch $@

$(DEV_READY): pyproject.toml | $(BIN)/python
	@echo 'Installing relsim and its tools into $(VENV) (once, a minute or two)'
	@$(PIP) --editable '.[dev]'
	@touch $(RUN_READY) $@
