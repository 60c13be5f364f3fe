# Everything starts here: each target first makes .venv from the committed lock files, with nothing
# but python3 (3.11 or later). uv is used where it is installed; the second time is instant.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench screens lock build clean

# Without compiled bytecode every start is 3 to 5 times slower.
unexport PYTHONDONTWRITEBYTECODE
# A virtual environment that happens to be active is not the one meant.
unexport VIRTUAL_ENV

VENV := .venv
PYTHON := $(VENV)/bin/python
RUNTIME := $(VENV)/.kpix-runtime
DEVELOPMENT := $(VENV)/.kpix-development
ARGS ?=
PICTURE := screens/overview-120x40-dark-en.svg

help: ## Say what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Open kpix on a demonstration organisation made of real public data
	@$(PYTHON) -m kpix_tui demo $(ARGS)

test: $(DEVELOPMENT) ## Run every test
	$(PYTHON) -m pytest -n auto $(ARGS)

check: $(DEVELOPMENT) ## All that a commit needs: format, lint, types, import rules, tests with coverage
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports
	@# A file of its own: a second measurement in this folder takes what the child processes of the
	@# first have left, and what only they reach would read as never run.
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && COVERAGE_FILE="$$folder/coverage" \
	  $(MAKE) --no-print-directory test ARGS="--cov --cov-report=json:.coverage.json --cov-report="
	$(PYTHON) -m tests.support.coverage_gate .coverage.json

bench: $(DEVELOPMENT) ## Measure speed and size, as ratios within one run and as JSON in bench-results/
	$(PYTHON) -m tests.benchmarks $(ARGS)

screens: $(DEVELOPMENT) ## Render every screen to a picture in screens/
	$(PYTHON) -m tests.support.screens screens $(ARGS)
	@# The picture of the README is one of them, without the address that its fonts come from.
	@if [ -e $(PICTURE) ]; then sed '/@font-face/,/}/d' $(PICTURE) > docs/screenshot.svg; fi

build: $(DEVELOPMENT) ## Build the wheel in dist/
	$(PYTHON) -m hatchling build --target wheel

lock: ## Resolve the versions again and write both lock files (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 2; }
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock

# No address of a registry or of this machine may end up in a lock file.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --quiet --universal \
	--generate-hashes --python-version 3.11 --no-strip-extras --no-annotate --no-emit-index-url --no-emit-find-links

clean: ## Remove what was built; keeps your data, which is not in here
	rm -rf $(VENV) dist build screens bench-results htmlcov .coverage .coverage.* coverage.xml
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find kpix_tui migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is touched only when the whole installation worked.

$(PYTHON):
	@python=; for name in python3 python3.13 python3.12 python3.11; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "kpix needs Python 3.11 or later; none was found on the PATH." >&2; exit 2; \
	fi; \
	if command -v uv >/dev/null 2>&1; then uv venv --quiet --allow-existing --python "$$python" $(VENV); \
	else "$$python" -m venv $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "$$python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; \
	  exit 2; }; \
	fi

$(RUNTIME): requirements.lock | $(PYTHON)
	@echo "Installing what kpix needs ..."
	@$(call install,--require-hashes -r requirements.lock)
	@$(PYTHON) -m compileall -q kpix_tui
	@$(launcher)
	@touch $@

$(DEVELOPMENT): requirements-dev.lock pyproject.toml | $(PYTHON)
	@echo "Installing what kpix and its development need ..."
	@$(call install,--require-hashes -r requirements-dev.lock)
	@$(call install,--no-deps --no-build-isolation -e .)
	@$(PYTHON) -m compileall -q kpix_tui
	@touch $(RUNTIME) $@

# The command of this checkout, without a build. -P: nothing in the current folder is imported.
define launcher
site=$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))') && \
printf '%s\n' "$(CURDIR)" > "$$site/kpix-checkout.pth" && \
printf '#!/bin/sh\nexec "%s" -P -m kpix_tui "$$@"\n' "$(CURDIR)/$(PYTHON)" > $(VENV)/bin/kpix && \
chmod +x $(VENV)/bin/kpix
endef

# An environment that uv made has no pip of its own.
define install
if command -v uv >/dev/null 2>&1; then \
  uv pip install --quiet --compile-bytecode --python $(PYTHON) $(1); \
else \
  { $(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m ensurepip >/dev/null; } && \
  $(PYTHON) -m pip install --quiet --disable-pip-version-check $(1); \
fi
endef
