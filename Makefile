# The few verbs of this project. `make help` lists them.

SHELL := /bin/sh
PYTHON ?= python3
PACKAGES := edge hub provisioning shared
BIN := .venv/bin
READY := .venv/.ready
SEEDS ?= 1000-1199

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env demo test lint format prove bench soak lock clean system-packages

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r verb text; do \
		printf '%-14s %s\n' "$$verb" "$$text"; done

env: $(READY) ## make .venv/ with the karaula command in it (git, make, python3 and ca-certificates suffice)

$(READY): pyproject.toml uv.lock .ci/bootstrap.py
	@$(PYTHON) .ci/bootstrap.py
	@touch $@

demo: env ## an authority, a hub and three posts on this machine, with synthetic people; Ctrl-C stops it
	@$(BIN)/karaula demo

test: env system-packages lint ## lint, types, structure, tests (at most 15 minutes on two cores)
	@$(BIN)/pytest -n 2 --dist worksteal --durations 10

lint: env ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(PACKAGES)

format: env ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

prove: env system-packages ## the long proofs: every fault, kill, bit and mutant (at most 45 minutes)
	@$(BIN)/pytest -n 2 --dist worksteal --durations 10 -m prove
	@$(BIN)/python -m tests.mutants

bench: env ## measure, print the table, write bench.json; ONLY=wire selects
	@ONLY="$(ONLY)" $(BIN)/python -m tests.bench

soak: env ## the simulator over a range of seeds: make soak SEEDS=1000-1199 WORLD="--posts 6 --steps 400" FUZZ=10000000
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(WORLD)
	@$(if $(FUZZ),$(BIN)/python -m tests.fuzz --count $(FUZZ))

lock: ## bring uv.lock up to date with pyproject.toml; UPGRADE=1 looks for newer packages too
	@$(PYTHON) .ci/bootstrap.py uv lock $(if $(UPGRADE),--upgrade)

system-packages:
	@.ci/system-packages

clean: ## remove the environment and everything made beside it
	rm -rf .venv .uv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist bench.json
	find $(PACKAGES) tests .ci -name __pycache__ -type d -prune -exec rm -rf {} +
