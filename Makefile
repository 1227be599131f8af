# One screen of commands; `make help` lists them. Everything installs into .venv and nothing outside the tree.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
READY := $(VENV)/.ready
LOCK_FLAGS := --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header --quiet
export CLAIMDESK_ENV ?= development

.DEFAULT_GOAL := help
.PHONY: help setup demo test check unit contract schemas stale lock format bench stack-up stack-down stack-demo clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## install everything the project needs into .venv

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Claimdesk needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/claimdesk models build
	@touch $@

lock: ## compile the hashed lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --override overrides.txt $(LOCK_FLAGS) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --override overrides.txt --constraint requirements.lock $(LOCK_FLAGS) -o requirements-dev.lock
