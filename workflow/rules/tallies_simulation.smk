# tallies, simulation: labelled cells and the simulated election.
#
# needs   resources/usps.json, or a user's folder of labelled cells
# makes   results/tallies/data/cells.npz, sheets/, truth.csv, images.csv


rule tallies_cells:
    """Labelled cells: from simulated sheets, or from a user's folder."""
    input:
        handwriting=[] if USER_CELLS else HANDWRITING,
        images=[
            file
            for folder in USER_CELLS
            for file in content_of(list_files(folder), results("tallies/data/images.json"))
        ],
        code=source_files(
            "relecture.tallies.simulation.labelled_cells:simulate_labelled_cells",
            "relecture.tallies.networks.image_folder:load_image_folder",
        ),
    output:
        cells=results("tallies/data/cells.npz"),
    log:
        results("logs/tallies/cells.log"),
    priority: 70
    params:
        config=to_json(TALLIES.labelled_cells_job()),
        source=f"--image-folder {shlex.quote(USER_CELLS[0])}" if USER_CELLS else f"--handwriting {HANDWRITING}",
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies labelled-cells"
        " --config-json {params.config:q}"
        " {params.source}"
        " --out {output.cells:q}"


rule tallies_sheets:
    """The simulated election: a page image per polling station, and the true votes."""
    input:
        handwriting=HANDWRITING,
        code=source_files("relecture.tallies.simulation.simulate:simulate_sheets"),
    output:
        sheets=directory(results("tallies/data/sheets")),
        truth=results("tallies/data/truth.csv"),
        images=results("tallies/data/images.csv"),
    log:
        results("logs/tallies/sheets.log"),
    params:
        config=to_json(TALLIES.simulation),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies simulate"
        " --config-json {params.config:q}"
        " --handwriting {input.handwriting:q}"
        " --out {output.sheets:q}"
        " --truth {output.truth:q}"
        " --images {output.images:q}"
