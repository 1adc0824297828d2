# make setup   .venv with everything that runs on a CPU, in tested versions
# make report  the standard preset: about eight minutes, then a page to look at
# make test    tests, linter, types
# make audit   does the harness read the time there is? (quiet machine, five minutes)
#
# TORCH_INDEX=https://download.pytorch.org/whl/cpu takes torch's CPU build (Linux; plain pip brings CUDA, gigabytes)

PYTHON ?= python3
TORCH_INDEX ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: setup report test audit schemas clean

setup: .venv/complete

.venv/complete: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rooflinear needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	$(PIP) --editable '.[dev]'
	@mkdir -p .venv/types/rooflinear && ln -sfn $(CURDIR)/bench $(CURDIR)/kernels $(CURDIR)/reports .venv/types/rooflinear/
	@touch $@

report: setup
	$(BIN)/rooflinear run --preset standard

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/python -m pytest

clean:
	rm -rf .venv results build dist *.egg-info .asv .benchmarks

audit: setup
	$(BIN)/python tests/audit/audit.py

schemas: setup
	$(BIN)/python -c 'import json; from rooflinear.bench.records import schemas; print(json.dumps(schemas(), indent=1))' > docs/schemas.json
