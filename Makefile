# relecture: the comparisons of a lecture, again, from raw data. `make` lists what can be made.
#
#   make replicate CORES=4                      how many cores (all, unless said)
#   make replicate CONFIG=my.yaml               settings laid over config/config.yaml
#   make replicate ARGS="--dry-run"             further arguments for Snakemake

PYTHON ?= python3
CORES ?= all
CONFIG ?=
ARGS ?=
PORT ?= 5000

.DEFAULT_GOAL := help
.PHONY: help replicate quick full test check data sync ui report handout screenshots bench clean

BIN := .venv/bin
READY := .venv/.ready
# Starts Snakemake: one run at a time in this folder, and after a killed one the same command goes on.
# The configuration files come before another option, or a target in ARGS would be taken for one of them.
RUN = $(BIN)/relecture run $(if $(strip $(1) $(CONFIG)),--configfile $(1) $(CONFIG)) --cores $(CORES) $(2) $(ARGS)
# Further arguments may ask for something else than everything; then there may be no scorecard, or an old one.
SHOW = $(if $(strip $(ARGS)),,@$(BIN)/relecture scorecard show --scorecard results/scorecard.csv --mnist resources/mnist.json)

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-11s %s\n", $$1, $$2}'

replicate: $(READY) ## set everything up and run all comparisons, then show the scorecard
	@$(call RUN)
	$(SHOW)

quick: $(READY) ## the same with small budgets, in a few minutes
	@$(call RUN,config/quick.yaml)
	$(SHOW)

full: $(READY) ## the same with budgets at the scale of a paper
	@$(call RUN,config/full.yaml)
	$(SHOW)

test: $(READY) ## run the tests
	$(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder $(ARGS)

check: $(READY) ## check format, lint and types, of Python and of the rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/mypy

data: $(READY) ## fetch and check the raw files
	@$(call RUN,,data)

CLASSIFIER = results/tallies/validation/classifier.pt

sync: $(READY) ## mirror all results into MLflow (also after mlflow.db was deleted)
	@$(BIN)/relecture tracking sync
	@test ! -e $(CLASSIFIER) || $(BIN)/relecture tallies register --results results --out $(dir $(CLASSIFIER))registered.json

ui: $(READY) ## look at the runs in MLflow, on 127.0.0.1 (PORT=5000)
	@$(BIN)/relecture tracking ui --port $(PORT)

# Both show the results that are there, whatever the budget they were made with: only what is missing, or older than
# what it is made from, is made. (A flag comes last, or the target would be taken for one more trigger.)
AS_IT_IS = --rerun-triggers mtime --keep-going
REPORT = $(BIN)/snakemake $(if $(strip $(CONFIG)),--configfile $(CONFIG)) --report-stylesheet workflow/report/style.css

report: $(READY) ## put scorecard, answers, tables and figures into results/report.zip, report.html and handout.pdf
	@$(call RUN,,$(AS_IT_IS) report)
	@$(REPORT) --report results/report.zip report
	@$(REPORT) --report results/report.html report

handout: $(READY) ## write the handout for print, results/handout.pdf
	@$(call RUN,,$(AS_IT_IS) results/handout.pdf)

screenshots: $(READY) ## take the documentation's pictures of MLflow, from the runs in mlflow.db
	@$(BIN)/python -m docs.screenshots take $(ARGS)

bench: $(READY) ## measure speed and memory into benchmarks/results/
	$(BIN)/python -m benchmarks --threads 1 epoch
	$(BIN)/python -m benchmarks --threads 2 epoch
	$(BIN)/python -m benchmarks --threads 1 cnn
	$(BIN)/python -m benchmarks --threads 2 cnn
	$(BIN)/python -m benchmarks restarts
	$(BIN)/python -m benchmarks reading
	$(BIN)/python -m benchmarks workflow --budget quick salaries digits
	$(BIN)/python -m benchmarks workflow --budget standard salaries digits
	$(BIN)/python -m benchmarks workflow --budget standard tallies

clean: ## remove results, logs and checkpoints (not the data, not MLflow's runs, not .venv)
	test ! -d results || find results -mindepth 1 ! -name README.md -delete
	rm -rf scratch .snakemake

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("relecture needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make $(MAKECMDGOALS) PYTHON=python3.11")'
	@echo "setting up .venv (once; a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
