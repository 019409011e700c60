# Everything a developer types. Python 3.11+ with venv, git and make are all that must be there.
# `make run SOURCE=auto|live|simulator PORT=8000`; PYTHON=python3.12 chooses another Python.

PYTHON ?= $(shell test -x .venv/bin/python && echo .venv/bin/python || echo python3)
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile -q --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock'

.PHONY: help setup setup-dev run test quick check sizes bench soak outage model kills topology threats sbom lock

help: ## these lines
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

setup: ## the virtual environment, what is locked, the page's scripts: idempotent
	@$(PYTHON) -m deploy.setup

setup-dev:
	@$(PYTHON) -m deploy.setup --dev

run: setup ## sets up, then runs it all: http://127.0.0.1:8000
	@exec $(BIN)/python -m deploy.run

# Python keeps what it compiles, whatever the shell says: tests start dozens of programs.
test quick: export PYTHONDONTWRITEBYTECODE =
test: setup-dev ## the whole suite
	@$(BIN)/python -m pytest

quick: setup-dev ## the tests without processes, browsers and long stories, in half a minute
	@$(BIN)/python -m pytest -n 3 -m "not process and not browser and not long"

check: setup-dev ## format, lint, types, imports, migrations: of Python and of the page
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/bandit -q -c pyproject.toml -r .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.npm_tool biome check --error-on-warnings
	$(BIN)/python -m deploy.npm_tool tsc -p tsconfig.json
	$(BIN)/python -m deploy.npm_tool tsc -p tsconfig.worker.json
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check
	PRODUCTION=1 SITE_URL=https://prices.example.com VAR_DIR=var/check $(BIN)/python manage.py check --deploy --fail-level WARNING

sizes: setup-dev ## how long modules and functions are, by folder; BASE=revision: beside those of then
	@$(BIN)/python -m benchmarks.sizes $(BASE)

bench: setup-dev ## the benchmarks, each beside its rival; BENCH="feed page chaos": only these
	@$(BIN)/python manage.py bench $(BENCH)

soak: setup-dev ## politeness and promptness over MINUTES=15 for NODES=3, with two workers and backfills
	@$(BIN)/python -u -m tests.stack.soak --minutes $(or $(MINUTES),15) --nodes $(or $(NODES),3)

outage: setup-dev ## 34 minutes of one outage after the other, and what the screen says at each
	@$(BIN)/python -u -m tests.stack.outage_replay

model: setup-dev ## 20,000 seeds of the feed with faults, and how soon each missing rule is noticed
	@$(BIN)/python -m tests.model.many_seeds

kills: setup-dev ## 200 kills of a worker at every step between a price and its delivery
	@$(BIN)/python -m tests.stack.delivery_kills --runs $(or $(RUNS),200)

threats: setup-dev ## takes each control of docs/security.md out in a copy, and sees its test fail
	@$(BIN)/python -m tests.security.take_out $(WORDS)

sbom: setup-dev ## lists what others wrote of what we ship, as CycloneDX, in var/
	@$(BIN)/python -m deploy.sbom var

topology: setup-dev ## what deploy/compose.yaml describes, as processes: one of each killed, nothing lost
	@$(BIN)/python -m benchmarks.topology --readers $(or $(READERS),300)

lock: setup-dev ## locks what the .in files ask for; --upgrade is LOCK_FLAGS=-U
	$(LOCK) $(LOCK_FLAGS) requirements-dev.in -o requirements-dev.txt
	$(LOCK) $(LOCK_FLAGS) -c requirements-dev.txt requirements.in -o requirements.txt
	$(LOCK) $(LOCK_FLAGS) -c requirements-dev.txt requirements-tracing.in -o requirements-tracing.txt
	$(LOCK) $(LOCK_FLAGS) deploy/requirements-node.in -o deploy/requirements-node.txt
