# Everything a developer does, one word each. Tools go into .venv, once.
PORT ?= 8000
VENV := .venv
BIN  := $(VENV)/bin
PYTHON3 ?= python3

.PHONY: run test test-fast lint fix bench docs reconcile clean

run: $(VENV)/run.ok
	$(BIN)/stillage run --demo --port $(PORT)

test: $(VENV)/dev.ok
	$(BIN)/python server/tests/run_all.py

test-fast: $(VENV)/dev.ok
	$(BIN)/python -m pytest server/tests client/tests -n 2 -m "not browser" -x

lint: $(VENV)/dev.ok
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python server/manage.py makemigrations --check --dry-run
	$(BIN)/python server/write_docs.py --check
	$(BIN)/python deploy/lint.py

fix: $(VENV)/dev.ok
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.ok
	$(BIN)/python load/bench.py

docs: $(VENV)/dev.ok
	$(BIN)/python server/write_docs.py

reconcile: $(VENV)/run.ok
	$(BIN)/stillage reconcile

clean:
	rm -rf $(VENV) .artefacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/uv: requirements/uv.txt
	$(PYTHON3) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $(BIN)/uv

$(VENV)/run.ok: $(BIN)/uv requirements/run.txt pyproject.toml
	$(BIN)/uv pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.ok: $(BIN)/uv requirements/dev.txt pyproject.toml
	$(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/run.ok
