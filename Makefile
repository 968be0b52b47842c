# The commands of the README are `make demo` and `make test`; everything they need, they install into .venv.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
DEMO_OUT ?= demo
# Two processes of one thread each; the slowest tests are named at the end.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal --durations 25

.PHONY: install demo test test-long test-all torture sbom audit bench bench-quick docs lint clean

install: $(VENV)/.installed

# torch first and alone: the constraint keeps the CPU build, whatever later packages ask for. With `metaimage`, every
# format of the README is read.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	$(PIP) --editable ".[metaimage]"
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) --editable ".[test]"
	touch $@

$(VENV)/.installed-lint: $(VENV)/.installed
	$(PIP) --editable ".[test,lint]"
	touch $@

$(VENV)/.installed-bench: $(VENV)/.installed
	$(PIP) --editable ".[bench]"
	touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(PIP) --editable ".[docs]"
	touch $@

demo: install
	$(BIN)/radiogene demo --out $(DEMO_OUT)

test: $(VENV)/.installed-test
	$(PYTEST) -m "not long"

# What takes longest: the tutorials, the examples, clusters, the whole demonstration from the built wheel.
test-long: $(VENV)/.installed-test
	$(PYTEST) -m long

# Seeded damage of every format, bombs, poisoned batches and mutated model folders: under an hour on two cores.
TORTURE_FILES ?= 700
torture: $(VENV)/.installed-test
	RADIOGENE_TORTURE=$(TORTURE_FILES) $(PYTEST) tests/torture tests/ct/test_bombs.py tests/cohort/store/test_poisoned_batch.py \
	  tests/model/test_mutated_folder.py tests/parallel/test_guarded_child.py tests/cli/test_special_files.py

# Every test, each once.
test-all: test test-long

# Timings want a quiet machine; nothing of them is in the test suite.
bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/bench.py

bench-quick: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/bench.py --quick

# The documentation as a site, in site/; any warning and any dead link is an error.
docs: $(VENV)/.installed-docs
	$(BIN)/python docs/website.py

# Tools that look at the environment from outside, so that they are no part of what they list.
$(VENV)-audit/.installed:
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip --disable-pip-version-check install --quiet "cyclonedx-bom>=7,<8" "pip-audit>=2.7,<3"
	touch $@

# What is installed, as a software bill of materials (CycloneDX).
sbom: install $(VENV)-audit/.installed
	mkdir -p build
	$(VENV)-audit/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.cdx.json

# What is known to be vulnerable of it; asks PyPI.
audit: install $(VENV)-audit/.installed
	$(VENV)-audit/bin/pip-audit --path $$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))") --skip-editable

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

clean:
	rm -rf $(VENV) $(VENV)-audit $(DEMO_OUT) build site .pytest_cache .ruff_cache .mypy_cache
