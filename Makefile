# relecture: rerun the comparisons of a lecture from raw data. `make` lists the commands.
#
#   make replicate CORES=4                      number of cores (all by default)
#   make replicate CONFIG=my.yaml               configuration laid over config/config.yaml
#   make replicate ARGS="--dry-run"             further arguments for Snakemake
#   make replicate VERBOSE=1                    all that Snakemake and the jobs print, not a line per fit

PYTHON ?= python3
CORES ?= all
CONFIG ?=
ARGS ?=
PORT ?= 5000

.DEFAULT_GOAL := help
.PHONY: help replicate quick full verify test test-fast check data sync ui report handout screenshots bench faults clean

BIN := .venv/bin
READY := .venv/.ready
# Starts Snakemake: one run at a time in this folder; after a killed run the same command resumes.
# The configuration files come before another option, or a target in ARGS would be taken for one of them.
RUN = $(BIN)/relecture run $(if $(strip $(1) $(CONFIG)),--configfile $(1) $(CONFIG)) --cores $(CORES) $(2) $(ARGS)
# The folder that the run of these configuration files writes to.
RESULTS = $$($(BIN)/relecture config folder $(1) $(CONFIG))
# The command with the configuration of the tracking, which Snakemake gives to its jobs.
TRACKING = env $$($(BIN)/relecture config environment $(CONFIG)) $(BIN)/relecture
# The start page of what there is: of a run that failed, or with further arguments, which may name another target.
PAGE = $(if $(filter -n% --dry-run --dryrun,$(ARGS)),:,folder="$(call RESULTS,$(1))"; test ! -d "$$folder" || \
	RELECTURE_RUN_CONFIG="$(if $(strip $(1) $(CONFIG)),--configfile $(strip $(1) $(CONFIG)))" \
	$(BIN)/relecture report start-page --results "$$folder")
RUN_AND_SHOW = @$(call RUN,$(1)) || { status=$$?; $(call PAGE,$(1)); exit $$status; }; \
	$(if $(strip $(ARGS)),$(call PAGE,$(1)),$(BIN)/relecture scorecard show --results "$(call RESULTS,$(1))")

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-11s %s\n", $$1, $$2}'

replicate: $(READY) ## set up, run all comparisons, show the scorecard
	$(call RUN_AND_SHOW)

quick: $(READY) ## the same with few seeds and epochs, in results/quick/
	$(call RUN_AND_SHOW,config/quick.yaml)

full: $(READY) ## the same at the scale of a paper, in results/full/
	$(call RUN_AND_SHOW,config/full.yaml)

verify: $(READY) ## compare the results with the reference of their preset and of the nearest processor
	@$(BIN)/relecture compare verify "$(call RESULTS)" $(ARGS)

PYTEST = $(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder

test: $(READY) ## run all tests
	$(PYTEST) $(ARGS)

test-fast: $(READY) ## run the tests that start no workflow, server or training run
	$(PYTEST) -m "not slow" $(ARGS)

check: $(READY) ## check format, lint, types and spelling, of Python and of the rules
	$(BIN)/mypy & types=$$!; \
	$(BIN)/ruff format --check . && \
	$(BIN)/ruff check . && \
	$(BIN)/codespell README.md docs src tests config workflow examples benchmarks results/README.md && \
	$(BIN)/snakefmt --check Snakefile workflow && \
	$(BIN)/snakemake --lint && \
	wait $$types

data: $(READY) ## download and verify the raw files
	@$(call RUN,,data)

sync: $(READY) ## copy all records to MLflow (also after mlflow.db was deleted)
	@$(TRACKING) tracking sync --results "$(call RESULTS)"
	@test ! -e "$(call RESULTS)/tallies/validation/classifier.pt" || $(TRACKING) tallies register --results "$(call RESULTS)"

ui: $(READY) ## open the runs in MLflow, on 127.0.0.1 (PORT=5000)
	@$(BIN)/relecture tracking ui --port $(PORT)

# Both show the existing results, whatever the configuration of their run: only what is missing or older than its inputs
# is made. (A flag comes last, or the target would be taken for one more trigger.)
AS_IT_IS = --rerun-triggers mtime --keep-going
REPORT = $(BIN)/snakemake $(if $(strip $(CONFIG)),--configfile $(CONFIG)) --report-stylesheet workflow/report/style.css

report: $(READY) ## write report.zip, the provenance of every file, and handout.pdf into the folder of results
	@$(call RUN,,$(AS_IT_IS) report)
	@$(REPORT) --report "$(call RESULTS)/report.zip" report

handout: $(READY) ## write the handout for print, handout.pdf
	@$(call RUN,,$(AS_IT_IS) "$(call RESULTS)/handout.pdf")

screenshots: $(READY) ## take the documentation's pictures of MLflow from the runs in mlflow.db
	@$(BIN)/python -m docs.screenshots take $(ARGS)

bench: $(READY) ## measure speed and memory into benchmarks/results/
	$(BIN)/python -m benchmarks --threads 1 epoch
	$(BIN)/python -m benchmarks --threads 2 epoch
	$(BIN)/python -m benchmarks --threads 1 cnn
	$(BIN)/python -m benchmarks --threads 2 cnn
	$(BIN)/python -m benchmarks restarts
	$(BIN)/python -m benchmarks counting
	$(BIN)/python -m benchmarks workflow --preset quick salaries digits
	$(BIN)/python -m benchmarks workflow --preset standard salaries digits
	$(BIN)/python -m benchmarks workflow --preset standard tallies
	$(BIN)/python -m benchmarks tables clusters --rows 100000 --columns 20
	$(BIN)/python -m benchmarks tables clusters --rows 1000000 --columns 20
	$(BIN)/python -m benchmarks tables salaries --rows 200000 --columns 50

faults: $(READY) ## kill runs, fill a disk, cut files, in a few minutes
	$(BIN)/python -m benchmarks.faults $(ARGS)

clean: ## remove results, logs and checkpoints (not the data, MLflow's runs or .venv)
	test ! -d results || find results -mindepth 1 ! -name README.md -delete
	rm -rf .snakemake

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("relecture needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make $(MAKECMDGOALS) PYTHON=python3.11")'
	@echo "setting up .venv (once; a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# What is imported is compiled then; to compile everything now takes a minute more.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable '.[dev]'
	@touch $@
