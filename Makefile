# Every command a person types. `make` alone does all of it.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := all
MAKEFLAGS += --no-print-directory

# ENV=active uses the environment that is active already (conda, say); otherwise .venv is built and used.
ENV ?=
STUDY ?=
# A dataset of your own: its name, what to import, and options of make deidentify (see CONTRIBUTING.md).
NAME ?=
DATASET ?=
FORMAT ?=
TIE ?=
WAVE ?=
# A network to be: how many people, schools and surveys; CONTACTS and ATTENDANCE yes or no; ANSWERED a share.
MEMBERS ?=
SCHOOLS ?=
WAVES ?=
CONTACTS ?=
ATTENDANCE ?=
ANSWERED ?=
ACTIVITIES ?=
MONTHS ?=
READY ?=
KIND ?=
FILE ?=
ARGS ?=
KEY ?=
DATES ?= month
KEEP_TEXT ?=
KEEP ?=
WORDS ?=
SET ?=
CLAIMS ?=
ARCHIVE ?=
SEAL ?=
# Closures in a large file of contacts: spans in days, or in the unit of its times, and a table to write.
WINDOW ?=
PERSISTENCE ?=
HORIZON ?=
BURN_IN ?=
OUT ?=
# A cluster on this machine, for trying.
WORKERS ?= 2
PORT ?= 8786
# What a person types reaches Python as typed, whatever is in it: neither make nor the shell reads it again.
$(foreach name,STUDY NAME DATASET KIND FILE ARGS KEY DATES KEEP_TEXT KEEP WORDS SET CLAIMS ARCHIVE SEAL \
  FORMAT TIE WAVE MEMBERS SCHOOLS WAVES CONTACTS ATTENDANCE ANSWERED ACTIVITIES MONTHS READY WORKERS PORT \
  WINDOW PERSISTENCE HORIZON BURN_IN OUT,\
  $(eval override export $(name) := $$(value $(name))))
BASE_PYTHON ?= python3
# COMPENDIUM_CLUSTER=tcp://host:8786 sends work to a Dask scheduler; that needs another environment.
CLUSTER_PYTHON := .venv-cluster/bin/python
CLUSTER_STAMP := .venv-cluster/.stamp
ifeq ($(ENV),active)
PYTHON := python
STAMP :=
CLUSTER_PYTHON := python
CLUSTER_STAMP :=
else ifneq ($(COMPENDIUM_CLUSTER),)
PYTHON := $(CLUSTER_PYTHON)
STAMP := $(CLUSTER_STAMP)
else
PYTHON := .venv/bin/python
STAMP := .venv/.stamp
endif
ANALYSIS := PYTHONPATH="$(CURDIR)" $(PYTHON) -m analysis
# Containers like to set this; every kernel would then compile again all that it imports, twice its other work.
unexport PYTHONDONTWRITEBYTECODE
# Work is spread over processes; threads within each would only get in one another's way.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
FOR_STUDY := $(if $(STUDY),--study "$$STUDY")

.PHONY: all test coverage data check why new import check-data deidentify export report plan sweep closures certificate verify expected validate ergm cluster test-cluster browser drill picture lab lint lock clean help

all: $(STAMP)  ## environment, data, every run, verdict and pages (STUDY=name: only that study's runs)
	@$(ANALYSIS) make $(FOR_STUDY)

test: $(STAMP)  ## the tests, with style and type checks
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy
	@$(ONE_THREAD) PYTHONPATH="$(CURDIR)" $(PYTHON) -m pytest -n auto --dist worksteal $(TEST_OPTIONS)

# Counting lines takes nearly as long again as the tests themselves, so that it is asked for.
coverage: TEST_OPTIONS += --cov --cov-report=term:skip-covered --cov-fail-under=90
coverage: test  ## the tests, and how many lines of code they reach (90 % at least)

data: $(STAMP)  ## fetch the raw files and build the checked tables
	@$(ANALYSIS) data $(FOR_STUDY)

check: $(STAMP)  ## fail on an undeclared deviation, or on drift from reports/expected/
	@$(ANALYSIS) check $(FOR_STUDY)

why: $(STAMP)  ## what is stale, and because of what
	@$(ANALYSIS) why $(FOR_STUDY)

new: $(STAMP)  ## begin a dataset of your own (NAME=ours): guide, templates, a filled example; or a study (STUDY=ours)
	@$(ANALYSIS) new "$$NAME" --study "$$STUDY"

import: $(STAMP)  ## your own file into tables (FILE=survey.xlsx says how; KIND=roster FILE=… DATASET=ours ARGS='…' does it; KIND=help)
	@$(ANALYSIS) import $(if $(filter help,$(KIND)),--help,$(if $(KIND),"$$KIND",look) "$$FILE" --options "$$ARGS" --dataset "$$DATASET")

check-data: $(STAMP)  ## check the tables of your own dataset (DATASET=ours), every fault at once
	@$(ANALYSIS) check-data "$$DATASET"

deidentify: $(STAMP)  ## your dataset without names (DATASET=ours KEY=file DATES=day KEEP=organizations,activities KEEP_TEXT=table.column WORDS=grant,music)
	@$(ANALYSIS) deidentify "$$DATASET" --dates "$$DATES" $(if $(KEY),--key "$$KEY") --keep-text "$$KEEP_TEXT" --allow-words "$$WORDS" --keep "$$KEEP"

export: $(STAMP)  ## your network without names for another program (DATASET=ours FORMAT=graphml|gexf|dl|pajek|kumu|polinode TIE=help WAVE=1,2)
	@$(ANALYSIS) export "$$DATASET" --format "$$FORMAT" --tie "$$TIE" --wave "$$WAVE"

report: $(STAMP)  ## every report that a dataset has the tables for (DATASET=ours SET="window=60"; CLAIMS=claims.csv: printed numbers to judge)
	@$(ANALYSIS) report "$$DATASET" --set "$$SET" --claims "$$CLAIMS"

plan: $(STAMP)  ## what to collect and what you can then say (MEMBERS=60 SCHOOLS=8 WAVES=3 CONTACTS=no ANSWERED=0.7 MONTHS=12)
	@$(ANALYSIS) plan --members "$$MEMBERS" --schools "$$SCHOOLS" --waves "$$WAVES" --contacts "$$CONTACTS" \
	  --attendance "$$ATTENDANCE" --answered "$$ANSWERED" --activities "$$ACTIVITIES" --months "$$MONTHS" \
	  --ready "$$READY" --set "$$SET"

sweep: $(STAMP)  ## a run under every combination of the choices in `sweeps:` of study.yml (STUDY=name; see CONTRIBUTING.md)
	@$(ANALYSIS) sweep $(FOR_STUDY)

closures: $(CLUSTER_STAMP)  ## triads that close in millions of contacts (FILE=contacts.parquet WINDOW=14 PERSISTENCE=7 OUT=closures.csv)
	@$(ONE_THREAD) PYTHONPATH="$(CURDIR)" $(CLUSTER_PYTHON) -m analysis closures "$$FILE" --window "$$WINDOW" \
	  --persistence "$$PERSISTENCE" --horizon "$$HORIZON" --burn-in "$$BURN_IN" --out "$$OUT"

certificate: $(STAMP)  ## what an auditor takes away: reports/certificate/, with an archive for a repository (after make)
	@$(ANALYSIS) certificate

verify: $(STAMP)  ## somebody else's archive: hashes, claims, what was altered (ARCHIVE=certificate.zip SEAL=…)
	@$(ANALYSIS) verify "$$ARCHIVE" --seal "$$SEAL"

expected: $(STAMP)  ## take the present numbers as the expected ones (then commit reports/expected/)
	@$(ANALYSIS) expected $(FOR_STUDY)

validate: $(STAMP)  ## do intervals and tests hold what they promise? hundreds of made-up networks (minutes; then commit)
	@for study in $${STUDY:-$(basename $(notdir $(wildcard analysis/validations/[a-z]*.py)))}; do \
	  $(ONE_THREAD) PYTHONPATH="$(CURDIR)" $(PYTHON) -m "analysis.validations.$$study" || exit 1; done

ergm: $(STAMP)  ## refit the p* models by simulation (optional package ergmx, GPL-3; about ten minutes; then commit)
	@$(ANALYSIS) data --study school_leaders
	@test -x .venv-ergm/bin/python || $(PYTHON) -m uv venv --quiet --python $(PYTHON) .venv-ergm
	@$(PYTHON) -m uv pip sync --quiet --python .venv-ergm/bin/python --require-hashes requirements-ergm.lock
	@for pair in table_9_4_models:ergm_mcmc case_study_models:case_study_mcmc; do \
	  PYTHONPATH="$(CURDIR)" .venv-ergm/bin/python -m analysis.tie_models.ergm \
	  --models notebooks/school_leaders/$${pair%:*}.json --out notebooks/school_leaders/results/$${pair#*:}.json || exit 1; done

cluster: $(CLUSTER_STAMP)  ## a scheduler with workers on this machine, for trying (WORKERS=2 PORT=8786; Ctrl-C ends it)
	@env -u COMPENDIUM_CLUSTER $(ONE_THREAD) PYTHONPATH="$(CURDIR)" $(CLUSTER_PYTHON) -m analysis cluster \
	  --workers "$$WORKERS" --port "$$PORT"

# What waits for another process ends, and says where it stood, rather than never.
NO_HANGING := -o faulthandler_timeout=1800 -o faulthandler_exit_on_timeout=true
test-cluster: $(CLUSTER_STAMP)  ## tests of what needs requirements-cluster.lock: a scheduler with two workers, files in batches
	@$(ONE_THREAD) PYTHONPATH="$(CURDIR)" $(CLUSTER_PYTHON) -m pytest -q $(NO_HANGING) tests/test_cluster.py tests/contacts/test_batches.py tests/contacts/test_closures_of_file.py

browser: $(STAMP)  ## the built pages in Chromium: both widths, links, filters, sociograms, contrast (needs chromium and npm)
	@test -x .venv-browser/bin/python || $(PYTHON) -m uv venv --quiet --python $(PYTHON) .venv-browser
	@$(PYTHON) -m uv pip sync --quiet --python .venv-browser/bin/python --require-hashes requirements-browser.lock
	@cd tests/browser && npm ci --silent --ignore-scripts --no-audit --no-fund
	@.venv-browser/bin/python -m pytest -q --confcutdir=tests/browser tests/browser

drill: $(STAMP)  ## the fault drill at length: a build killed at 50 random moments
	@COMPENDIUM_KILLS=50 PYTHONPATH="$(CURDIR)" $(PYTHON) -m pytest -q tests/compendium/test_driver.py -k killed

picture: $(STAMP)  ## the picture of the front page in the README (needs Chromium; after make, then commit front_page.png)
	@PYTHONPATH="$(CURDIR)" $(PYTHON) -m analysis.compendium.picture

lab: $(STAMP)  ## JupyterLab on the notebooks
	@PYTHONPATH="$(CURDIR)" $(PYTHON) -m jupyter lab --notebook-dir=notebooks

lint: $(STAMP)  ## bring the code into the house style
	@$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

lock: $(STAMP)  ## resolve the lock files again
	@$(PYTHON) -m uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock
	@$(PYTHON) -m uv pip compile pyproject.toml --extra cluster --constraint requirements.lock --universal \
	  --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url --no-header --quiet \
	  --output-file requirements-cluster.lock
	@for extra in ergm browser; do $(PYTHON) -m uv pip compile requirements-$$extra.in --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-emit-index-url --no-header --quiet \
	  --output-file requirements-$$extra.lock || exit 1; done

clean:  ## remove what was built; downloads, expected numbers and .venv stay
	@rm -rf .cache .coverage .hypothesis .mypy_cache .ruff_cache
	@find reports data_derived -mindepth 1 -maxdepth 1 ! -name README.md ! -name expected -exec rm -rf {} +
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv-cluster/.stamp: requirements-cluster.lock .venv/.stamp
	@test -x .venv-cluster/bin/python || .venv/bin/python -m uv venv --quiet --python .venv/bin/python .venv-cluster
	@.venv/bin/python -m uv pip sync --quiet --python .venv-cluster/bin/python --require-hashes requirements-cluster.lock
	@touch $@

# The lock's own entry for uv installs uv, hash and all; uv installs the rest in seconds, pip where uv cannot.
# The path file keeps the checkout importable (a sync removes what the lock does not name); the stamp is last.
.venv/.stamp: requirements.lock
	@$(BASE_PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; $(BASE_PYTHON) is $$($(BASE_PYTHON) --version 2>&1). Name another: make BASE_PYTHON=python3.12" >&2; exit 1; }
	@echo "building .venv (about 1 GB, a minute at most)"
	@$(BASE_PYTHON) -m venv --clear .venv
	@awk '/^[^ #]/ { found = /^uv==/ } found' requirements.lock > .venv/uv.txt
	@if .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt && \
	  .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock; then :; else \
	  echo "uv could not; trying pip, which takes minutes"; \
	  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; fi
	@.venv/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "compendium.pth").write_text(str(pathlib.Path.cwd()) + "\n")'
	@.venv/bin/python -m uv pip check --quiet --python .venv/bin/python || \
	  { echo "requirements.lock does not hold all that its packages need: restore it, or make lock" >&2; exit 1; }
	@touch .venv/.stamp
