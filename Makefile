# Two commands are enough: `make run` and `make test`. Everything else is a thin cover of `mrf`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
# What runs, and what tries it: a machine that only runs has no test tools.
STAMP  := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The extra « spark » (434 MB), for the tests that compare both engines.
SPARK  := $(VENV)/.installed-spark
# The site of the guides has an environment of its own: its tools neither run nor try anything.
SITE   := $(VENV)/docs/.installed
PIN    := $(VENV)/pin/bin/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
	--no-strip-extras --no-header --no-annotate pyproject.toml
# The tests of a file share runs, and stay with one process.
SIDE_BY_SIDE := -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help run test test-all check check-types check-sql check-code ui portal new-source generate docs requirements licences audit bench clean

help: ## Liste des commandes / list of commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Reinstalled only when the pinned list or the project file changes.
$(STAMP): requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	$(BIN)/mrf generate --parse
	@touch $@

$(DEV): requirements-dev.txt $(STAMP)
	$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(SPARK): requirements-spark.txt $(DEV)
	$(INSTALL) --require-hashes -r requirements-spark.txt
	@touch $@

$(SITE): pyproject.toml
	$(PYTHON) -m venv $(VENV)/docs
	$(VENV)/docs/bin/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['docs'], sep='\n')" > $(VENV)/docs/requirements.txt
	$(VENV)/docs/bin/pip install --quiet --disable-pip-version-check -r $(VENV)/docs/requirements.txt
	@touch $@

run: $(STAMP) ## Toute la chaîne, puis publication / the whole pipeline, then publication (ARGS="--landing DIR")
	$(BIN)/mrf run $(ARGS)

ui: $(STAMP) ## Interface Dagster sur http://127.0.0.1:3000
	$(BIN)/mrf ui

portal: $(STAMP) ## Portail de la publication en place sur http://127.0.0.1:8000
	$(BIN)/mrf portal

new-source: $(STAMP) ## Propose une source d’un fichier (FILE=… ID=editeur_produit_iso3), ou copie le modèle (ID seul)
	$(BIN)/mrf new-source $(if $(FILE),"$(FILE)" $(if $(ID),--id $(ID)),$(ID)) $(ARGS)

check: $(DEV) ## ruff, mypy --strict, import-linter, sqlfluff, déclarations complètes / declarations complete
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-types check-sql check-code

check-types: $(DEV)
	$(BIN)/mypy

check-sql: $(DEV)
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests

check-code: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/mrf generate --check

test: check ## Contrôles du code, puis la suite (moins de 10 min) / code checks, then the suite
	$(BIN)/pytest -m "not long" $(SIDE_BY_SIDE) $(ARGS)

test-all: check $(SPARK) ## La suite entière, avec les essais longs / the whole suite, long ones too
	$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

generate: $(DEV) ## Régénère ce qui découle des formes / regenerates what derives from the shapes
	$(BIN)/mrf generate

docs: $(SITE) ## Site des guides, sans réseau : site/index.html / the guides as a site
	$(VENV)/docs/bin/mkdocs build --strict --quiet

bench: $(DEV) ## Mesures : leur liste, ou NAME=runs (NAME=paired BASE=commit : deux commits, en alternance) / measures
	@$(if $(NAME),$(BIN)/python benchmarks/$(NAME).py $(if $(BASE),--base $(BASE)) $(ARGS),\
		grep -m1 '^"""' benchmarks/*.py | sed -E 's#benchmarks/(.*)\.py:"""#\1\t#; s#"""##' | expand -t 20)

requirements: ## Recalcule requirements.txt et requirements-dev.txt (avec hachages, sans adresse d’index)
	$(PYTHON) -m venv $(VENV)/pin && $(VENV)/pin/bin/pip install --quiet uv
	$(PIN) -o requirements.txt
	$(PIN) --extra dev -c requirements.txt -o requirements-dev.txt
	$(PIN) --extra spark -c requirements-dev.txt -o requirements-spark.txt

licences: $(DEV) ## Refait docs/licences.md, les licences de ce qui tourne
	$(BIN)/python -m security.licences

audit: $(STAMP) ## Faiblesses connues de ce qui tourne (MRF_ADVISORIES=all.zip d’OSV) / known weaknesses
	$(BIN)/python -m security.advisories

clean: ## Efface l’environnement et le site, jamais les données / removes the environment, never the data
	rm -rf $(VENV) site .mypy_cache .ruff_cache .pytest_cache
