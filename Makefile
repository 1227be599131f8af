# One screen of commands; `make help` lists them. Everything installs into .venv; servers into .stack.
SHELL := /bin/bash -o pipefail
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
STACK := $(BIN)/python deploy/stack/stack.py
LOCK := $(BIN)/uv pip compile pyproject.toml --override overrides.txt --generate-hashes --universal \
        --python-version 3.11 --no-emit-index-url --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format schemas reference lock bench bench-large train-models evaluate-seed \
        stack-install stack-up stack-down stack-demo clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## install everything into .venv and build the sentence encoder

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Claimdesk needs Python 3.11 or newer, and $(PYTHON) is older: make PYTHON=python3.12" >&2; exit 2; }
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install -q --disable-pip-version-check 'uv>=0.9'; }
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/claimdesk models build
	@touch $@

demo: $(READY) ## articles in, tasks out, the reviewers' page served (ARGS=--once ends after the table)
	$(BIN)/claimdesk demo $(ARGS)

test: $(READY) check ## all checks and tests; what the machine lacks is skipped by name
	$(BIN)/python -m pytest -m "not docs" $(ARGS)

check: $(READY) ## lint, format, types, import rules, generated files, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --strict deploy tests/deploy
	$(BIN)/lint-imports
	$(BIN)/python -m schemas.generate --check
	$(BIN)/python -m pytest -q -m docs

format: $(READY) ## write the code as the formatter wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(READY) ## write JSON Schemas, sample events and the AsyncAPI document of today's version
	$(BIN)/python -m schemas.generate

bench: $(READY) ## measure, as ratios in one run (on the real stack as well when it is up)
	$(BIN)/python -m tests.bench $(ARGS)

bench-large: $(READY) ## measure searching from 10,000 to a million items: make bench-large ARGS="--sizes 10000,100000"
	$(BIN)/python -m tests.bench.retrieval $(ARGS)

train-models: $(READY) ## fit the models again: make train-models DATA=folder
	$(BIN)/python -m services.extract.train $(DATA)
	$(BIN)/claimdesk train reranker

reference: $(READY) ## write the reference pages of commands and settings
	$(BIN)/python -m services.cli.reference

lock: ## compile the hashed lock files from pyproject.toml
	$(LOCK) -o requirements.lock > /dev/null
	$(LOCK) --all-extras --constraint requirements.lock -o requirements-dev.lock > /dev/null

stack-install: $(READY) ## fetch Kafka, Elasticsearch and PostgreSQL into .stack
	$(STACK) install

stack-up: stack-install ## start them on this machine, without Docker
	$(STACK) up

stack-down: $(READY) ## stop them
	$(STACK) down

stack-demo: stack-up ## the demo on the real stack
	eval "$$($(STACK) env)" && $(BIN)/claimdesk demo $(ARGS)

clean: ## remove what was installed and built
	-test ! -d .stack || $(STACK) down
	rm -rf $(VENV) .stack .claimdesk
