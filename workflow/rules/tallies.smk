# tallies: votes on tally sheets, counted by a CNN that is trained on MNIST and transferred to other handwriting
#
# needs   resources/mnist.json, resources/usps.json (or a user's folders: tallies.cells_dir, tallies.sheets_dir)
# makes   results/tallies/
#
# A file per stage: tallies_simulation.smk, tallies_segmentation.smk, tallies_networks.smk, tallies_counting.smk.
# Tables and figures: exhibits.smk.

from relecture import tallies
from relecture.tallies.config import SIMULATED
from relecture.tallies.networks.hyperband import SearchPlan

TALLIES = run_config.tallies
USER_CELLS, USER_SHEETS = ([] if path == SIMULATED else [path] for path in (TALLIES.cells_dir, TALLIES.sheets_dir))
SHEETS = USER_SHEETS[0] if USER_SHEETS else results("tallies/data/sheets")
# The content of all files of a user's sheets except the true votes, which the segmentation does not read.
PAGES = [file for file in list_files(SHEETS) if Path(file).name != "truth.csv"] if USER_SHEETS else [SHEETS]
if USER_SHEETS:
    PAGES = content_of([*PAGES, *template_pages(PAGES)], results("tallies/data/pages.json"))
# The true votes: simulated, or the file truth.csv of the user's sheets if it exists.
TRUTH = if_exists(f"{SHEETS}/truth.csv") if USER_SHEETS else [results("tallies/data/truth.csv")]
HANDWRITING = "resources/usps.json"
CLASSIFIER = results("tallies/validation/classifier.pt")
# The networks that count the votes together, each alone.
SEED_CLASSIFIERS = expand(results("tallies/validation/seeds/seed-{seed:02d}.pt"), seed=range(TALLIES.final.n_seeds))
MEMBER_VOTES = results("tallies/count/members.parquet")
# The classifier of each variant of the count.
CLASSIFIERS = {
    "pretrained": results("tallies/base/selected/model"),
    "transferred": CLASSIFIER,
    "prior_corrected": CLASSIFIER,
    "sum_constrained": CLASSIFIER,
}

RECORDS["tallies"] = [
    *expand(results("tallies/{record}"), record=tallies.SEARCH),
    *expand(results("tallies/base/{architecture}"), architecture=tallies.BASES),
    *expand(results("tallies/transfer/{method}"), method=tallies.TRANSFERS),
    *expand(results("tallies/label_curve/{method}"), method=tallies.LABEL_CURVES),
    results("tallies/final"),
]
COUNTS = expand(results("tallies/count/{variant}/digits.parquet"), variant=CLASSIFIERS)
CROPS = results("tallies/data/cell_crops.npz")
AUDIT = {
    "quality-threshold": TALLIES.counting.quality_threshold,
    "n-permutations": TALLIES.counting.n_permutations,
}
TRUE_VOTES = {"truth": TRUTH[0]} if TRUTH else {}
# Which image of the handwriting is in each box of the simulated sheets.
IMAGES = {} if USER_SHEETS else {"images": results("tallies/data/images.csv")}
EXHIBIT_JOBS["tallies"] = {
    "tables": ExhibitJob(
        records=RECORDS["tallies"],
        files={"selected": results("tallies/finalists/selected.json"), "published": PUBLISHED},
        params={"quality-threshold": TALLIES.counting.quality_threshold},
    ),
    "vote_tables": ExhibitJob(
        files={"cell-crops": CROPS, **TRUE_VOTES},
        params={"counts": results("tallies/count"), **AUDIT},
        inputs=COUNTS,
    ),
    "seed_tables": ExhibitJob(files={"votes": MEMBER_VOTES, "cell-crops": CROPS, **TRUE_VOTES, **IMAGES}),
    "figures": ExhibitJob(
        files={"mnist": "resources/mnist.json", **TRUE_VOTES},
        params={"results": results("tallies"), "sheets": SHEETS, **AUDIT},
        inputs=[
            *expand("{record}/metrics.csv", record=RECORDS["tallies"]),
            *multiext(results("tallies/validation/"), "classifier.pt", "reliability.csv", "temperature.json"),
            results("tallies/finalists/selected.json"),
            results("tallies/data/cells.npz"),
            CROPS,
            *COUNTS,
            *PAGES,
        ],
    ),
}


rule tallies:
    """The whole comparison."""
    input:
        exhibit_inputs(EXHIBIT_JOBS["tallies"]),
        [results(report_file(EXHIBITS["tallies"], one)) for one in EXHIBITS["tallies"].tables],
        [results(report_file(EXHIBITS["tallies"], one)) for one in EXHIBITS["tallies"].figures],
        expand("{record}/overview.png", record=RECORDS["tallies"]),
        results("tallies/conclusions.json"),


rule tallies_user:
    """The vote count alone, as for a user's sheets, without the comparison of networks and variants of transfer."""
    input:
        EXHIBIT_JOBS["tallies"]["vote_tables"].all_inputs,
        [results(report_file(EXHIBITS["tallies"], one)) for one in EXHIBITS["tallies"].of_job("vote_tables")],


include: "tallies_simulation.smk"
include: "tallies_segmentation.smk"
include: "tallies_networks.smk"
include: "tallies_counting.smk"
