# Two commands are enough: `make run` serves, `make test` checks everything. `make help` lists the rest.
# Written for GNU make 3.81 and newer; everything is relative, so the checkout may lie in a folder with spaces.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: run test fuzz crash soak demo bench wheel sbom screenshots lint help lock clean

# Which Python makes .venv; empty: the first one of the usual names that is new enough.
PYTHON ?=
# The port that `make run` serves on.
PORT ?= 8000
# Where `make run` keeps database, keys and promoted models.
DVORNIK_DATA_DIR ?= var
# How many processes share the tests: more than two processors, because many tests wait for a lease or a clock.
JOBS ?= 3
# How many times longer than the tests `make fuzz` searches: 20 takes two or three minutes on two cores.
EFFORT ?= 20
# How often `make crash` kills at each point.
RUNS ?= 20
# How long `make soak` lasts on each store, how many events come in a second, on which store: sqlite, postgres or both.
SOAK_SECONDS ?= 600
SOAK_RATE ?= 1000
SOAK_STORE ?= both
# The program that `make lock` resolves with.
UV ?= uv

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet
CODE := app model training
CHECKED := $(CODE) tests deploy $(wildcard benchmarks)

run: .venv/.run ## set everything up and serve on http://127.0.0.1:8000 (PORT=… for another port)
	@export DVORNIK_DATA_DIR="$(DVORNIK_DATA_DIR)"; $(BIN)/dvornik migrate && echo "dvornik: people answer at http://127.0.0.1:$(PORT)/console" >&2 && exec $(BIN)/dvornik serve --host 127.0.0.1 --port "$(PORT)"

test: lint ## check everything that CI checks: style, types, imports, tests on SQLite and PostgreSQL
	@$(BIN)/python -m pytest --numprocesses "$(JOBS)" --dist loadfile --no-loadscope-reorder

fuzz: .venv/.test ## search long and at random for inputs that break a promise (EFFORT=20: times longer than the tests)
	@FUZZ_EFFORT="$(EFFORT)" $(BIN)/python -m pytest --numprocesses "$(JOBS)" --timeout 0 tests/fuzz

crash: .venv/.test ## kill the service 20 times at each point, on both engines (RUNS=20)
	@CRASH_RUNS="$(RUNS)" $(BIN)/python -m pytest --verbose tests/functional/crash

soak: .venv/.bench ## load the service for 10 minutes on each engine: nothing lost, memory flat (SOAK_SECONDS, SOAK_RATE, SOAK_STORE)
	@$(BIN)/python -m benchmarks.soak --seconds "$(SOAK_SECONDS)" --rate "$(SOAK_RATE)" --store "$(SOAK_STORE)"

demo: .venv/.run ## show the whole way of a comment against a simulated VK, then the table of what was done
	@$(BIN)/python -m tests.simulators.demo

bench: .venv/.bench ## measure callbacks, scoring, a file, the desk and the scaling laws on this machine
	@$(BIN)/python -m benchmarks

wheel: .venv/.run ## build the package with model, presets and templates in it into dist/
	@$(BIN)/python -m hatchling build --target wheel --directory dist

sbom: .venv/.test ## write the bill of materials of what serves (CycloneDX) to build/dvornik.cdx.json
	@$(BIN)/python deploy/sbom.py build/dvornik.cdx.json

screenshots: .venv/.test ## renew the pictures of docs/guide.ru.md with the real program and a simulated VK
	@$(BIN)/python -m tests.simulators.pictures docs/images

lint: .venv/.test ## check style, types and imports only
	@$(BIN)/ruff check --quiet $(CHECKED)
	@$(BIN)/ruff format --check --quiet $(CHECKED) || { echo "dvornik: to format: $(BIN)/ruff format $(CHECKED)" >&2; exit 1; }
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

clean: ## remove the virtual environment and the caches; data in var/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CODE) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------------------- virtual environment

# Says in one line what to do if there is no Python that can build .venv.
define find_python
python=; seen=; bare=; \
for candidate in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python); do \
    command -v "$$candidate" >/dev/null 2>&1 || continue; \
    version=$$("$$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
    seen="$$seen $$candidate is $$version;"; \
    "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || continue; \
    if "$$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then python=$$candidate; break; fi; \
    bare=$${bare:-$$version}; \
done; \
if [ -z "$$python" ] && [ -n "$$bare" ]; then \
    echo "dvornik: Python $$bare lacks the venv module; install it (Debian, Ubuntu: apt install python$$bare-venv) and repeat" >&2; exit 1; \
fi; \
if [ -z "$$python" ]; then \
    echo "dvornik: Python 3.11 or newer is needed (found:$${seen:- none}); install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; \
fi
endef

# The link leads to the Python it was made with: when that one goes away or is renewed, so is .venv or what is in it.
$(BIN)/python:
	@$(find_python); \
	echo "dvornik: making .venv with $$python ($$version)" >&2; \
	rm -rf .venv && "$$python" -m venv .venv

# One file of locked versions for each purpose. They agree with each other, so that sets can be added in any order.
define install
@echo "dvornik: installing requirements/$(1).txt (a minute or two the first time)" >&2
@$(PIP) install --require-hashes --requirement requirements/$(1).txt
@$(PIP) install --no-build-isolation --no-deps --editable .
@touch $@
endef

.venv/.run: requirements/run.txt pyproject.toml $(BIN)/python
	$(call install,run)

.venv/.test: requirements/test.txt pyproject.toml $(BIN)/python
	$(call install,test)

.venv/.bench: requirements/bench.txt pyproject.toml $(BIN)/python
	$(call install,bench)

# ---------------------------------------------------------------------------------------------------------------- lock

# Index hosts stay out of the files: whoever installs uses the index of their own machine.
LOCK := pip compile --quiet --universal --python-version 3.11 --no-annotate --no-emit-index-url \
	--custom-compile-command "make lock" pyproject.toml

lock: ## renew requirements/*.txt from pyproject.toml (needs uv)
	@command -v "$(UV)" >/dev/null 2>&1 || { echo "dvornik: make lock needs uv (pip install uv), or name it: make lock UV=/path/to/uv" >&2; exit 1; }
	@mkdir -p build
	"$(UV)" $(LOCK) --upgrade --all-extras --output-file build/all.txt
	"$(UV)" $(LOCK) --generate-hashes --constraint build/all.txt --extra build --output-file requirements/run.txt
	"$(UV)" $(LOCK) --generate-hashes --constraint build/all.txt --extra build --extra telemetry --output-file requirements/telemetry.txt
	"$(UV)" $(LOCK) --generate-hashes --constraint build/all.txt --extra build --extra train --output-file requirements/train.txt
	"$(UV)" $(LOCK) --generate-hashes --constraint build/all.txt --extra build --extra train --extra telemetry --extra test --output-file requirements/test.txt
	"$(UV)" $(LOCK) --generate-hashes --constraint build/all.txt --extra build --extra bench --output-file requirements/bench.txt
	@rm -f build/all.txt
