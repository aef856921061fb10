# make run     live the telecom market and write its tables
# make test    everything a change must pass
# make bench   measure speed
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# A stamp is as old as the last installation: nothing is installed twice.
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready

.PHONY: run test lint bench clean

run: $(RUN_READY)
	@$(BIN)/relsim run configs/markets/telecom.yaml --out results/telecom --overwrite

test: lint
	@$(BIN)/python -m pytest -n 2

lint: $(DEV_READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(RUN_READY)
	@$(BIN)/python -m benchmarks

clean:
	@rm -rf $(VENV) build dist .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
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
