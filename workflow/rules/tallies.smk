# tallies: can a CNN trained on MNIST count votes in other handwriting?
#
# needs   resources/mnist.json, resources/usps.json (or a user's folders: tallies.cells_dir, tallies.sheets_dir)
# makes   results/tallies/data/   labelled cells, sheets, the true votes, the cells of the sheets
#         results/tallies/{search,base/<architecture>,transfer/<variant>,label_curve/<variant>,final}/   records
#         results/tallies/validation/, count/{pretrained,transferred,prior_corrected}/, tables, quantities.csv, figures/
#
# The search is in tallies_search.smk, tables and figures are in tallies_summary.smk, both included at the end.

from pathlib import Path

from relecture import tallies
from relecture.tallies.config import SIMULATED

TALLIES_RECORDS = [
    "results/tallies/search",
    *expand("results/tallies/base/{architecture}", architecture=tallies.BASES),
    *expand("results/tallies/transfer/{method}", method=tallies.TRANSFERS),
    *expand("results/tallies/label_curve/{method}", method=tallies.LABEL_CURVES),
    "results/tallies/final",
]
OWN_CELLS, OWN_SHEETS = (
    [] if path == SIMULATED else [path] for path in (run_config.tallies.cells_dir, run_config.tallies.sheets_dir)
)
SHEETS = OWN_SHEETS[0] if OWN_SHEETS else "results/tallies/data/sheets"
# All files of a user's sheets except the true votes, which are no input of the segmentation.
PAGES = [file for file in list_files(SHEETS) if Path(file).name != "truth.csv"] if OWN_SHEETS else [SHEETS]
HANDWRITING = "resources/usps.json"


rule tallies_cells:
    """Labelled cells: from simulated sheets, or from a user's folder."""
    input:
        handwriting=[] if OWN_CELLS else HANDWRITING,
        # Every image: the time of a folder does not change with that of a file in it.
        images=[file for folder in OWN_CELLS for file in list_files(folder)],
        code=source_files("relecture.tallies.simulation.labelled_cells:simulate_labelled_cells")
        + source_files("relecture.tallies.networks.image_folder:load_image_folder"),
    output:
        cells="results/tallies/data/cells.npz",
    log:
        "results/logs/tallies/cells.log",
    priority: 70
    params:
        config=to_json(run_config.tallies.labelled_cells_job()),
        source=f"--image-folder {shlex.quote(OWN_CELLS[0])}" if OWN_CELLS else f"--handwriting {HANDWRITING}",
    shell:
        "relecture tallies labelled-cells"
        " --config-json {params.config:q}"
        " {params.source}"
        " --out {output.cells:q}"
        " 2>&1 | tee {log:q}"


rule tallies_sheets:
    """The simulated election: a page image per polling station, and the true votes."""
    input:
        handwriting=HANDWRITING,
        code=source_files("relecture.tallies.simulation.simulate:simulate_sheets"),
    output:
        sheets=directory("results/tallies/data/sheets"),
        truth="results/tallies/data/truth.csv",
    log:
        "results/logs/tallies/sheets.log",
    params:
        config=to_json(run_config.tallies.simulation),
    shell:
        "relecture tallies simulate"
        " --config-json {params.config:q}"
        " --handwriting {input.handwriting:q}"
        " --out {output.sheets:q}"
        " --truth {output.truth:q}"
        " 2>&1 | tee {log:q}"


rule tallies_cut:
    """The cells of all sheets, from the rectified frame of each page."""
    input:
        sheets=PAGES,
        code=source_files("relecture.tallies.segmentation.sheet_folder:segment_folder"),
    output:
        cell_crops="results/tallies/data/cell_crops.npz",
    log:
        "results/logs/tallies/cut.log",
    threads: 1
    params:
        sheets=lambda w: SHEETS,
    shell:
        "relecture tallies --threads {threads} segment"
        " --sheets {params.sheets:q}"
        " --out {output.cell_crops:q}"
        " 2>&1 | tee {log:q}"


rule tallies_base:
    """The base models of one architecture, trained on MNIST alone."""
    input:
        mnist="resources/mnist.json",
        cells="results/tallies/data/cells.npz",
        selected=lambda w: "results/tallies/search/selected.json" if w.architecture == "selected" else [],
        code=lambda w: source_files(tallies.BASES[w.architecture]),
    output:
        **record_files("results/tallies/base/{architecture}"),
        model=directory("results/tallies/base/{architecture}/model"),
    log:
        "results/logs/tallies/base_{architecture}.log",
    benchmark:
        "results/benchmarks/tallies/base_{architecture}.tsv"
    wildcard_constraints:
        architecture="|".join(tallies.BASES),
    priority: 50
    threads: 1
    params:
        config=to_json(run_config.tallies.pretraining_settings()),
        network=lambda w, input: (
            f"--selected {input.selected}"
            if w.architecture == "selected"
            else f"--network {shlex.quote(to_json(run_config.tallies.default_network()))}"
        ),
    shell:
        "relecture tallies --threads {threads} pretrain"
        " --architecture {wildcards.architecture}"
        " --config-json {params.config:q}"
        " {params.network}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " --checkpoint-dir scratch/tallies/base/{wildcards.architecture}"
        " --out results/tallies/base/{wildcards.architecture}"
        " --rule tallies_base"
        " 2>&1 | tee {log:q}"


rule tallies_transfer:
    """The selected base, fine-tuned on the target's cells in one variant."""
    input:
        cells="results/tallies/data/cells.npz",
        base="results/tallies/base/selected/model",
        record="results/tallies/base/selected/params.json",
        code=lambda w: source_files(tallies.TRANSFERS[w.method]),
    output:
        **record_files("results/tallies/transfer/{method}"),
        model=directory("results/tallies/transfer/{method}/model"),
    log:
        "results/logs/tallies/transfer_{method}.log",
    benchmark:
        "results/benchmarks/tallies/transfer_{method}.tsv"
    wildcard_constraints:
        method="|".join(tallies.TRANSFERS),
    priority: 30
    threads: 1
    params:
        config=lambda w: to_json(run_config.tallies.transfer_job(w.method)),
        name=lambda w: f"transfer/{w.method}",
        rule="tallies_transfer",
    shell:
        "relecture tallies --threads {threads} transfer"
        " --method {params.name}"
        " --config-json {params.config:q}"
        " --cells {input.cells:q}"
        " --base {input.base:q}"
        " --checkpoint-dir scratch/tallies/{params.name}"
        " --out results/tallies/{params.name}"
        " --rule {params.rule}"
        " 2>&1 | tee {log:q}"


use rule tallies_transfer as tallies_label_curve with:
    input:
        cells="results/tallies/data/cells.npz",
        base="results/tallies/base/selected/model",
        record="results/tallies/base/selected/params.json",
        code=lambda w: source_files(tallies.LABEL_CURVES[w.method]),
    output:
        **record_files("results/tallies/label_curve/{method}"),
        model=directory("results/tallies/label_curve/{method}/model"),
    log:
        "results/logs/tallies/label_curve_{method}.log",
    benchmark:
        "results/benchmarks/tallies/label_curve_{method}.tsv"
    wildcard_constraints:
        method="|".join(tallies.LABEL_CURVES),
    priority: 40
    params:
        config=lambda w: to_json(run_config.tallies.label_curve_job(w.method)),
        name=lambda w: f"label_curve/{w.method}",
        rule="tallies_label_curve",


use rule tallies_transfer as tallies_final with:
    input:
        cells="results/tallies/data/cells.npz",
        base="results/tallies/base/selected/model",
        record="results/tallies/base/selected/params.json",
        code=source_files(tallies.FINAL["final"]),
    output:
        **record_files("results/tallies/final"),
        model=directory("results/tallies/final/model"),
    log:
        "results/logs/tallies/final.log",
    benchmark:
        "results/benchmarks/tallies/final.tsv"
    priority: 45
    params:
        config=to_json(run_config.tallies.final_job()),
        name="final",
        rule="tallies_final",


include: "tallies_search.smk"
include: "tallies_summary.smk"
