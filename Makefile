# Every target sets up what it needs, on a machine that has Python >= 3.11, a C compiler and make. `make` alone lists them.
# Another interpreter: make PYTHON=python3.13 test (after `rm -rf .venv`).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REQUIRES := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo day test test-pure octt lint types bench bench-check sanitize scalar fuzz refleak neon soak wheel clean extension

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.with-run extension ## an evening of charging, in about 20 seconds: a station and a back end on a real WebSocket
	$(BIN)/ocppcore demo

DAY ?=
day: $(VENV)/.with-test extension ## a whole day of charging in a second, drawn as text; DAY="7 random": another one, with random faults
	@cd tests && $(CURDIR)/$(BIN)/python -m scenarios.chart $(DAY)

test: $(VENV)/.with-test extension ## the tests, with the compiled modules
	OCPPCORE_BUILD=compiled $(BIN)/pytest

test-pure: $(VENV)/.with-test build/tree ## the same tests, without any compiled module
	OCPPCORE_BUILD=pure PYTHONPATH=$(CURDIR)/build/tree PYTHONSAFEPATH=1 $(BIN)/pytest

octt: $(VENV)/.with-test extension ## the certification cases of OCPP 1.6, and how many of them hold, by profile
	$(BIN)/pytest --quiet tests/station/octt

lint: $(VENV)/.with-lint ## ruff
	$(BIN)/ruff check .

types: $(VENV)/.with-run $(VENV)/.with-lint build/tree ## mypy --strict and pyright, on the package as it is installed
	cd build/tree && $(CURDIR)/$(BIN)/mypy --cache-dir $(CURDIR)/.mypy_cache
	cd build/tree && $(CURDIR)/$(BIN)/pyright --pythonpath $(CURDIR)/$(BIN)/python

bench: $(VENV)/.with-bench extension ## how fast it is, beside its peers in the same run; writes benchmarks/RESULTS.md; 5 minutes
	$(BIN)/python -m benchmarks

bench-check: $(VENV)/.with-bench extension ## fails if a ratio has fallen by more than a quarter against benchmarks/results.json
	$(BIN)/python -m benchmarks --check

sanitize: $(VENV)/.with-test ## tests with ASAN and UBSAN (gcc) in the compiled modules, after a planted bug was seen
	$(BIN)/python tests/sanitize/sanitize.py

scalar: $(VENV)/.with-test ## the tests of reading and writing, compiled without SSE2 and NEON, as for a processor that has neither
	OCPPCORE_SCALAR=1 $(BIN)/python setup.py --quiet build_py --build-lib build/scalar/lib \
		build_ext --parallel 2 --build-lib build/scalar/lib --build-temp build/scalar/temp
	OCPPCORE_BUILD=compiled PYTHONPATH=$(CURDIR)/build/scalar/lib PYTHONSAFEPATH=1 \
		$(BIN)/pytest tests/wire tests/hostile tests/differential

SOAK_FRAMES ?= 1000000
SOAK_SEED ?= 16
SOAK_DAYS ?= 1000
SOAK_SECONDS ?= 1800
soak: $(VENV)/.with-test extension ## the fast path against the plain twin on SOAK_FRAMES=1000000 frames; SOAK_DAYS=1000 days with faults
	$(BIN)/python tests/differential/differential.py $(SOAK_FRAMES) $(SOAK_SEED)
	cd tests && $(CURDIR)/$(BIN)/python -m scenarios.soak $(SOAK_DAYS) $(SOAK_SECONDS)

fuzz: $(VENV)/.with-fuzz ## atheris with ASAN and UBSAN (clang-14), FUZZ_SECONDS=60 for each target
	$(BIN)/python tests/fuzz/fuzz.py

refleak: $(VENV)/.created ## counts references around every call of the compiled modules, in a debug interpreter
	$(BIN)/python tests/refleak/debug.py

neon: $(VENV)/.created ## the scanning of bytes for aarch64, compiled and run under an emulator, beside SSE2 and scalar
	$(BIN)/python tests/neon/neon.py

wheel: $(VENV)/.with-release ## source distribution and wheels into dist/; then the tests against the installed wheel
	.ci/wheel $(BIN)/python

clean: ## remove all that was built; .venv stays
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find ocppcore bindings \( -name '*.c' -o -name '*.so' \) -delete
	find ocppcore bindings tests -name __pycache__ -prune -exec rm -rf {} +

# The environment. Each step is a stamp, so that a second run installs nothing.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit("too old, ocppcore needs 3.11: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# Cython does not see that its directives in setup.py have changed, hence no C file is kept.
$(VENV)/.build: setup.py pyproject.toml | $(VENV)/.created
	find ocppcore bindings -name '*.c' -delete
	$(BIN)/python -c '$(REQUIRES)' | $(PIP) -r /dev/stdin
	@touch $@

# The package, editable, with one of the extras of pyproject.toml. It is compiled by the next rule only.
$(VENV)/.with-%: $(VENV)/.build
	OCPPCORE_PURE=1 $(PIP) --no-build-isolation -e '.[$*]'
	@touch $@

# Always, since a stale compiled module would win over its edited source. Compiles only what has changed.
extension: $(VENV)/.build
	$(BIN)/python setup.py --quiet build_ext --inplace --parallel 2

# The package with bindings/ in its place and nothing compiled. Always anew, so that no deleted file lives on.
.PHONY: build/tree
build/tree: $(VENV)/.build
	@rm -rf $@
	OCPPCORE_PURE=1 $(BIN)/python setup.py --quiet build_py --build-lib $@
	@cp pyproject.toml $@
