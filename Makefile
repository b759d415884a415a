# make run     install what is missing and start Waymark on http://localhost:8501
# make test    everything that tests need, Chromium too, then every test (under 20 minutes)
# make check   style, types, floors and the quick tests (under 2 minutes)
# make words   messages that have no Chinese yet
# make pins    write constraints.txt anew after a change of requirements
#
# The environment is .venv here; it is installed into again only when a requirements file changes.

PYTHON ?= $(firstword $(foreach each,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(if $(shell $(each) -c 'import sys; print("yes" if sys.version_info >= (3, 11) else "")' 2>/dev/null),$(each))))
BIN := .venv/bin
ADDRESS ?= 127.0.0.1
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := run
.PHONY: run test check style words pins clean

run: .venv/installed
	$(BIN)/python -m streamlit run streamlit_app.py --server.address $(ADDRESS)

test: .venv/installed-dev .venv/chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile --timeout 600

check: .venv/installed-dev style
	$(BIN)/python -m pytest -n 2 --dist loadfile --timeout 60 -m "not slow and not browser"

style: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

words: .venv/installed
	$(BIN)/python -m kpi.language

pins: .venv/installed-dev
	echo '# Every package of a complete environment, so that today'"'"'s installation is tomorrow'"'"'s. Written by `make pins`.' \
		> constraints.new
	$(PIP) freeze --exclude setuptools | LC_ALL=C sort -f >> constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "Waymark needs Python 3.11 or newer." >&2; exit 1; fi
	@$(PYTHON) -m venv --clear .venv || { echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

.venv/installed: requirements.txt constraints.txt | .venv/bin/python
	@echo "Installing what Waymark needs (once; some minutes on a slow line) …"
	$(PIP) install -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(PIP) install -r requirements-dev.txt
	@touch $@

.venv/chromium: .venv/installed-dev .ci/chromium
	.ci/chromium
	@touch $@
