# tallies, segmentation: from page images to the crops of their cells.
#
# needs   results/tallies/data/sheets/, or a user's folder of sheets
# makes   results/tallies/data/cell_crops.npz, results/tallies/data/files.csv


rule tallies_segment:
    """The cells of all sheets, from the rectified tables of each page, and what became of every file."""
    input:
        sheets=PAGES,
        code=source_files("relecture.tallies.segmentation.sheet_folder:segment_folder"),
    output:
        cell_crops=CROPS,
        files=results("tallies/data/files.csv"),
    log:
        results("logs/tallies/segment.log"),
    threads: 1
    params:
        sheets=lambda w: SHEETS,
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} segment"
        " --sheets {params.sheets:q}"
        " --out {output.cell_crops:q}"
