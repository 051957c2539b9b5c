# Every target that needs the environment sets it up first. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup preview demo-pr test check lint layout types generated workflows format generate bench engine states conformance clean

STACK ?= dev
VENV := .venv
PY := $(VENV)/bin/python
# A Python to make the environment with, such as `make setup PYTHON=python3.12`; the first that is new enough if empty.
PYTHON ?=
# Compiling all of the Azure SDK would take a minute more; Python compiles the few modules of it that are used as it meets them.
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt
STAMP := $(VENV)/.installed
ACTIONLINT := v1.7.12

help: ## What there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## Make .venv with everything at the versions of constraints.txt

$(STAMP): pyproject.toml constraints.txt
	@set -e; python=; \
	for candidate in $(if $(PYTHON),$(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Cilia needs Python 3.11 or newer; $(if $(PYTHON),$(PYTHON),python3) is" \
	    "$$($(if $(PYTHON),$(PYTHON),python3) --version 2>/dev/null || echo 'not there'). Install one, or name it: make setup PYTHON=python3.12" >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$python --version); takes a minute"; \
	$$python -m venv --clear $(VENV)
	@# setuptools first, so that building the project itself uses the pinned one; pip stays, Pulumi asks it what is installed
	@$(INSTALL) setuptools
	@$(INSTALL) --no-build-isolation -e '.[dev]'
	@touch $@

preview: setup ## What a stack would deploy, without Azure or the Pulumi CLI; STACK=prod picks one, dev if absent
	@$(PY) -m cilia preview $(STACK)

demo-pr: setup ## What reviewers see: five pull requests to one stack, and the comments on them
	@$(PY) -m tools.demo_pr

test: setup ## The fast tests
	$(PY) -m pytest -m "not engine and not conformance"

check: setup ## Lint, format, types, and generated files up to date; `make -k check` says everything at once
	@$(MAKE) --no-print-directory lint layout types generated workflows

lint:
	$(PY) -m ruff check .

layout:
	$(PY) -m ruff format --check .

types:
	$(PY) -m mypy

generated:
	$(PY) -m stacks.schema --check
	$(PY) -m stacks.docs --check

workflows:
	@if ! command -v go >/dev/null; then echo "The workflows are not linted: there is no Go"; \
	elif ! go mod download github.com/rhysd/actionlint@$(ACTIONLINT) 2>/dev/null; then \
	  echo "The workflows are not linted: Go cannot download actionlint"; \
	else go run github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT); fi

format: setup ## Format the code and mend what can be mended by itself
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

generate: setup ## Write the generated files under docs/
	$(PY) -m stacks.schema
	$(PY) -m stacks.docs
	$(PY) -m tools.demo_pr --write

bench: setup ## How fast, as ratios against what cannot be faster
	$(PY) -m tests.bench

engine: setup ## Tests through the Pulumi engine and a simulated Azure; needs `pulumi` on PATH
	$(PY) -m pytest -m engine

states: setup ## Record what this version deploys, once for each release; later ones are held against it
	$(PY) -m tests.engine.record

conformance: setup ## Ask real components: Cilium's and Istio's engines, Helm, an API server; needs Go
	$(PY) conformance/build.py
	$(PY) -m pytest -m conformance

clean: ## Remove the environment and what tools left behind
	rm -rf $(VENV) .conformance .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
