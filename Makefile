# make setup   .venv with everything that runs on a CPU, in tested versions
# make report  the standard preset: 9 to 13 minutes, then a page to look at
# make check   linters, types, and the quick tests, which start no command, framework or browser: two to three minutes
# make test    linters, types, all tests: twenty to thirty minutes
# make calibrate  error rates and power of the gate (quiet machine, three hours; adds to CALIBRATION)
# make repeat  how well the reports of several runs agree (quiet machine, nine minutes a run; adds to REPEATED)
# make goals   the goals of the kernels, and what is reached here (quiet machine, tens of minutes)
# make guests  known changes of other projects, and their suites against themselves (quiet machine, two hours; needs PyPI);
#              packaging's suite is in its repository: make guests CHECKOUTS=packaging=FOLDER
# make bisects how often bisect names the right commit of made histories (quiet machine, two hours)
# make histories  what history confirms of a made history of 100 commits (quiet machine, an hour), and of simulated ones
# make picture the README's picture of the newest run's page (Chromium)
# make course  the pictures of docs/course.md, of the newest run's page (Chromium)
# make dist    wheel and source distribution from HEAD in dist/, reproducible and checked (needs a package index)
# make site    the documentation as a site in build/site, links checked, in an environment of its own (.venv/site)
# make audit   checks the harness's times against known durations (quiet machine, a quarter of an hour)
#
# TORCH_INDEX=https://download.pytorch.org/whl/cpu takes torch's CPU build (Linux; plain pip brings CUDA, gigabytes)

PYTHON ?= python3
CALIBRATION ?= results/calibration.jsonl
REPEATED ?= results/report-calibration.jsonl
TORCH_INDEX ?=
BIN := .venv/bin
SITE = $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# pip compiles on one core: a minute longer.
PIP := $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt

.PHONY: setup report lint types style check bytecode quick test others calibrate repeat goals guests bisects histories picture course dist site audit schemas clean

setup: .venv/complete

.venv/complete: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rooflinear needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	$(PIP) --editable '.[dev]'
	@$(BIN)/python -m compileall -q -j 0 -x '/tests?/' $(SITE) >/dev/null || true  # some files are for a newer Python
	@touch $@

report: setup
	$(BIN)/rooflinear run --preset standard

# .venv may also be made without frameworks: pip install -e '.[test]'
$(BIN)/pytest:
	$(MAKE) setup

lint: | $(BIN)/pytest
	$(MAKE) --no-print-directory --jobs types style

types:
	@mkdir -p .venv/types/rooflinear && ln -sfn $(CURDIR)/bench $(CURDIR)/kernels $(CURDIR)/reports $(CURDIR)/bench/public/*.py .venv/types/rooflinear/
	@files=$$($(BIN)/python -m tests.typed) && echo pyright && $(BIN)/pyright $$files

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings reports
	$(BIN)/oxfmt --check 'reports/**/*.js'

check: | $(BIN)/pytest
	$(MAKE) --no-print-directory --jobs types style quick

# Tests start hundreds of processes, which would each compile bench/ anew; test processes also keep what pytest rewrites.
bytecode: | $(BIN)/pytest
	@$(BIN)/python -m compileall -q bench kernels reports tests/adversaries

quick test others: export PYTHONDONTWRITEBYTECODE =

quick: bytecode
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m 'not slow'

# Verdicts of the gate depend on timing: the tests of them run alone, then all others beside the linters.
test: setup bytecode
	$(BIN)/python -m pytest -q -m alone
	$(MAKE) --no-print-directory --jobs types style others

# Most wait for commands that they start, so that two processes would leave two cores idle half of the time.
others: bytecode
	$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m 'not alone'

clean:
	rm -rf .venv results build dist *.egg-info .asv .benchmarks

CASES := --operation predict,gradient --m 100,1000,10000,100000 --n 2,10,50 --output $(CALIBRATION)
BOTH := --implementation numpy,numba
FEW := --operation gradient --m 1000,10000 --n 10 --output $(CALIBRATION)

calibrate: setup
	$(BIN)/rooflinear calibrate $(CASES) $(BOTH) --margin 2% --runs 10 --effect 5%,10% --peers
	$(BIN)/rooflinear calibrate $(CASES) --implementation numpy --margin 2% --runs 1
	$(BIN)/rooflinear calibrate $(CASES) $(BOTH) --margin 0.5% --time-budget 15m --runs 0 --effect 2%
	$(BIN)/rooflinear calibrate $(CASES) $(BOTH) --margin 2% --runs 1 --load 1
	$(BIN)/rooflinear calibrate $(FEW) --implementation torch,tensorflow,jax,python --margin 2% --runs 0 --effect 5%,10%
	$(BIN)/rooflinear calibrate --output $(CALIBRATION) --runs 0 --simulate 2000

repeat: setup
	$(BIN)/rooflinear calibrate --report --runs 5 --seed 1 --output $(REPEATED)
	$(BIN)/rooflinear calibrate --report --runs 1 --load 1 --seed 11 --output $(REPEATED)
	$(BIN)/rooflinear calibrate --report --runs 1 --load 1 --nice 19 --seed 21 --output $(REPEATED)

goals: setup
	$(BIN)/rooflinear run --preset goals

guests: setup
	$(BIN)/python tests/audit/known_changes.py
	$(BIN)/python tests/audit/suites_of_others.py $(foreach each,$(CHECKOUTS),--checkout $(each))

bisects: setup
	$(BIN)/python tests/audit/bisects.py

histories: setup
	$(BIN)/python tests/audit/histories.py --simulate 1000
	$(BIN)/python tests/audit/histories.py

picture: setup
	$(BIN)/python docs/picture.py $(PAGE)

course: setup
	$(BIN)/python docs/course_pictures.py $(PAGE)

dist:
	.ci/dist

.venv/site/complete: pyproject.toml
	$(PYTHON) -m venv .venv/site
	.venv/site/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

# The packages' folders as Python sees them: what reads docstrings does not follow an editable install.
site: .venv/site/complete
	@mkdir -p build/packages/rooflinear && ln -sfn $(CURDIR)/bench $(CURDIR)/kernels $(CURDIR)/reports build/packages/rooflinear/
	NO_MKDOCS_2_WARNING=1 .venv/site/bin/mkdocs build --quiet

audit: setup
	$(BIN)/python tests/audit/audit.py

schemas: setup
	$(BIN)/python -c 'import json; from rooflinear.bench.commands.schemas import schemas; print(json.dumps(schemas(), indent=1))' > docs/schemas.json
