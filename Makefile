# Everything runs in .venv. Needed: Python >= 3.11, make, a package index. No Graphviz, no Node.

VENV := .venv
BIN  := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
PIP  := $(BIN)/python -m pip --disable-pip-version-check --quiet

# The first Python on the PATH that is new enough; say `make PYTHON=...` to choose another.
new_enough = -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3 python python3.14 python3.13 python3.12 python3.11; do \
	$$p $(new_enough) 2>/dev/null && echo $$p && break; done)

# Jupyter refuses to run as root (a container, say) unless told.
as_root := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.NOTPARALLEL:  # one environment, one pip at a time
.PHONY: help install lessons test refresh bench lint torch browser clean

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-9s %s\n", $$1, $$2 }'

install: $(VENV)/.has-dev  ## Make .venv with all that development needs

lessons: $(VENV)/.has-lab  ## Open the map of the lessons in JupyterLab (LAB_ARGS="--no-browser --port 8899")
	@$(BIN)/jupyter-trust lessons/*.ipynb >/dev/null  # or the stored pictures stay hidden until a cell is run
	$(BIN)/jupyter-lab --notebook-dir=lessons --LabApp.default_url=/lab/tree/index.ipynb $(as_root) $(LAB_ARGS)

# What a test answers is not kept.
test: export GRADFLOW_ANSWERS = off
test: $(VENV)/.has-dev $(VENV)/.browser  ## Run tests, doctests and every lesson (TEST_ARGS="-k paths")
	@# On all cores, then what drives a browser, which wants the machine for itself. 5: TEST_ARGS left none of them.
	@$(PYTEST) -n auto --dist loadfile -m "not browser" --nbval --nbval-current-env --nbval-cell-timeout=120 $(TEST_ARGS); \
	plain=$$?; $(PYTEST) -m browser $(TEST_ARGS); browser=$$?; \
	case "$$plain $$browser" in "0 0" | "0 5" | "5 0") ;; *) exit 1 ;; esac

refresh: $(VENV)/.has-dev  ## Run all lessons again and store their outputs
	$(BIN)/gradflow-nb lessons lessons

bench: $(VENV)/.has-bench $(VENV)/.browser  ## Time this package beside its peers
	$(BIN)/python -m pytest benchmarks -s $(BENCH_ARGS)

lint: $(VENV)/.has-dev  ## Check the style
	$(BIN)/ruff check .

torch: $(VENV)/.has-torch  ## Add PyTorch, for the tests marked torch

browser: $(VENV)/bin/python  ## Look again for a browser, and install one if there is none
	$(BIN)/python tests/browser/find.py --install

clean:  ## Remove .venv and caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis dist

# A file .has-X says that .venv holds the extra X as pyproject.toml has it now.
$(VENV)/.has-%: pyproject.toml $(VENV)/bin/python
	$(PIP) install --editable '.[$*]'
	@touch $@

# Sought once: a machine that can have no browser is not asked again at every run.
$(VENV)/.browser: tests/browser/find.py $(VENV)/.has-dev
	$(BIN)/python tests/browser/find.py --install
	@touch $@

$(VENV)/bin/python:
	@"$(PYTHON)" $(new_enough) 2>/dev/null || { \
		echo "gradflow_nb needs Python 3.11 or newer; $(if $(PYTHON),$(PYTHON) is not that,none is on the PATH)."; \
		echo "Install one and say where it is: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; } >&2
	"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
