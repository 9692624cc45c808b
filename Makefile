# `make run` and `make test` do all set-up themselves; the second time it takes no time.
PYTHON_IN_VENV := .venv/bin/python
# Several processes, each with whole test files; PYTEST_ARGUMENTS="-x -k name" runs them in one.
PYTEST_ARGUMENTS ?= -n auto --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup run check test lint benchmark chaos audience showcase lock clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

setup: ## install what is needed: system packages where allowed, .venv/
	@bash scripts/set_up.sh

run: setup ## start the chat bot: the web chat on http://127.0.0.1:8080, and Discord if DISCORD_TOKEN is set
	@exec $(PYTHON_IN_VENV) -m bot

check: setup ## say whether the bot has all it needs, and what to do where it has not
	@$(PYTHON_IN_VENV) -m bot --check

test: setup lint ## check style and types, then run all tests
	@$(PYTHON_IN_VENV) -m pytest $(PYTEST_ARGUMENTS)

lint: setup ## check style and types
	@$(PYTHON_IN_VENV) -m ruff check
	@$(PYTHON_IN_VENV) -m mypy

benchmark: setup ## measure speed, and with CORPUS=DIR quality too; prints JSON
	@$(PYTHON_IN_VENV) -m benchmarks.render
	@$(PYTHON_IN_VENV) -m benchmarks.compose
	@[ -z "$(CORPUS)" ] || $(PYTHON_IN_VENV) -m benchmarks.int8_against_float32 --corpus "$(CORPUS)"
	@[ -z "$(CORPUS)" ] || $(PYTHON_IN_VENV) -m composer evaluate --corpus "$(CORPUS)" --json

chaos: setup ## a crowd on a fake Discord, and kill -9 of bot and workers among it: about 20 minutes; prints JSON
	@$(PYTHON_IN_VENV) -m benchmarks.discord_load
	@$(PYTHON_IN_VENV) -m benchmarks.discord_kills
	@$(PYTHON_IN_VENV) -m benchmarks.discord_kills --workers

audience: setup ## simulated audiences teach the network, puppets try to, networks change under load: an hour; prints JSON
	@$(PYTHON_IN_VENV) -m benchmarks.retraining
	@$(PYTHON_IN_VENV) -m benchmarks.retraining --random --tastes dense_minor
	@$(PYTHON_IN_VENV) -m benchmarks.retraining --votes 30 100 400 --seeds 1
	@$(PYTHON_IN_VENV) -m benchmarks.sock_puppets
	@$(PYTHON_IN_VENV) -m benchmarks.retraining_load
	@$(PYTHON_IN_VENV) -m benchmarks.model_swaps

showcase: setup ## compose the twelve pieces of docs/showcase anew: MP3, MIDI, picture and page
	@$(PYTHON_IN_VENV) -m scripts.showcase

lock: ## write requirements.lock anew (newer versions: make lock ARGUMENTS=--upgrade)
	@bash scripts/lock.sh $(ARGUMENTS)

clean: ## remove what was made, but not .venv/
	rm -rf build out .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
