# Linghang 领航. `make` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
LINGHANG := .venv/bin/linghang

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## make .venv with the locked versions and the command .venv/bin/linghang
	@scripts/setup.sh dev

.PHONY: run
run: setup ## the main job on the reference plant: build it if absent, run it live, listen, assess, show the ladder
	@mkdir -p out
	@$(LINGHANG) plant run out/plant

.PHONY: test
test: setup lint ## lint, types, walls and the tests (SLOW=1: the slow ones too, as CI runs them)
	@set -a; [ ! -e .services.env ] || . ./.services.env; set +a; $(PY) -m pytest -n auto --dist worksteal $(if $(SLOW),,-m "not slow")

.PHONY: services
services: ## install and start what the tests talk to (PostgreSQL, mosquitto, LibreOffice, fonts, from Debian)
	@scripts/services.sh

.PHONY: lint
lint: setup ## ruff, mypy --strict and the walls of the house
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache | tail -n 4
	@$(LINGHANG) packs check
	@$(PY) scripts/messages.py --check

.PHONY: bench
bench: ## time the work beside its peer, in one run, and print the ratios
	@scripts/setup.sh bench
	@$(PY) -m bench

.PHONY: mutants
mutants: setup ## change every rule of the packs in turn: some test must fail each time
	@$(PY) scripts/mutants.py

.PHONY: messages
messages: setup ## collect the texts a person reads and compile the catalogue
	@$(PY) scripts/messages.py

.PHONY: docs
docs: setup ## write the reference pages from the code and the packs
	@$(PY) scripts/reference.py

.PHONY: lock
lock: ## resolve the versions again (needs uv)
	@scripts/lock.sh

.PHONY: clean
clean: ## remove what make made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache out
