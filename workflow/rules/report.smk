# Start page, report and handout: the conclusions, tables and figures of each comparison, in the lecture's order.
#
# needs   results/scorecard.*, every record, and the tables and figures of every comparison
# makes   results/index.html, <comparison>/conclusions.json, page.html; results/provenance.html, handout.pdf
#
# `make report` runs the target `report`, and writes all files marked with `report()` to report.zip.


report: "../report/front.rst"


CONCLUSIONS = expand(results("{comparison}/conclusions.json"), comparison=EXHIBITS)


rule report:
    """All files that the report and the handout show."""
    input:
        # All files of the comparisons, so that the report has the runtime of each step.
        *(getattr(rules, comparison).input for comparison in EXHIBITS),
        results("scorecard.csv"),
        results("provenance.html"),
        results("handout.pdf"),
        expand(results("{comparison}/page.html"), comparison=EXHIBITS),


rule report_start_page:
    """The start page of the results: a figure, what came out, verdicts and links for each topic of the slides."""
    input:
        conclusions=CONCLUSIONS,
        shown=[results(file) for exhibits in EXHIBITS.values() for file in linked_files(exhibits)],
        captions=[file for exhibits in EXHIBITS.values() for file in topic_captions(exhibits)],
        scorecard=multiext(results("scorecard"), ".csv", ".html"),
        runs=results("synced.json"),
        experiments=results("tracking.json"),
        mnist="resources/mnist.json",
        template="workflow/report/start_page.html",
        code=source_files(
            "relecture.report.start_page:start_page", *(f"relecture.{comparison}.exhibits" for comparison in EXHIBITS)
        ),
    output:
        page=results("index.html"),
    log:
        results("logs/report/start_page.log"),
    params:
        results=subpath(output.page, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture report start-page"
        " --results {params.results:q}"
        " --template {input.template:q}"
        " --mnist {input.mnist:q}"
        " --complete"


rule report_conclusions:
    """A comparison's question, and its conclusions with the figures that show them."""
    input:
        tables=lambda w: [results(file) for file in EXHIBITS[w.comparison].conclusions_from],
        code=lambda w: source_files(
            f"relecture.{w.comparison}.conclusions:conclusions", "relecture.report.chapter:write_conclusions"
        ),
    output:
        conclusions=results("{comparison}/conclusions.json"),
    log:
        results("logs/report/{comparison}_conclusions.log"),
    wildcard_constraints:
        comparison="|".join(EXHIBITS),
    params:
        results=subpath(output.conclusions, ancestor=2),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture report conclusions"
        " --comparison {wildcards.comparison}"
        " --results {params.results:q}"
        " --out {output.conclusions:q}"


rule report_page:
    """A comparison on one page: question, conclusions, tables and figures."""
    input:
        conclusions=results("{comparison}/conclusions.json"),
        shown=lambda w: [results(file) for file in shown_files(EXHIBITS[w.comparison])],
        captions=lambda w: caption_files(EXHIBITS[w.comparison]),
        code=lambda w: source_files("relecture.report.html_pages:chapter", f"relecture.{w.comparison}.exhibits"),
    output:
        page=report(
            results("{comparison}/page.html"),
            caption="../report/page.rst",
            category=lambda w: report_category(w.comparison),
            subcategory="1 Conclusions",
            labels={"what": "question, conclusions, tables, figures"},
        ),
    log:
        results("logs/report/{comparison}_page.log"),
    wildcard_constraints:
        comparison="|".join(EXHIBITS),
    params:
        results=subpath(output.page, ancestor=2),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture report page"
        " --comparison {wildcards.comparison}"
        " --results {params.results:q}"
        " --out {output.page:q}"


rule report_provenance:
    """Source, machine, packages, and the configuration, seconds and memory of every fit."""
    input:
        params=expand("{record}/params.json", record=ALL_RECORDS),
        metrics=expand("{record}/metrics.csv", record=ALL_RECORDS),
        scorecard=results("scorecard.csv"),
        code=source_files("relecture.report.provenance_page:provenance"),
    output:
        page=report(
            results("provenance.html"),
            caption="../report/provenance.rst",
            category=PROVENANCE_CATEGORY,
            labels={"what": "configuration, seconds, machine, versions"},
        ),
    log:
        results("logs/report/provenance.log"),
    params:
        records=ALL_RECORDS,
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture report provenance {params.records:q}"
        " --scorecard {input.scorecard:q}"
        " --out {output.page:q}"


rule report_handout:
    """The handout for print."""
    input:
        conclusions=CONCLUSIONS,
        shown=[results(file) for exhibits in EXHIBITS.values() for file in shown_files(exhibits.in_handout())],
        captions=[file for exhibits in EXHIBITS.values() for file in caption_files(exhibits.in_handout())],
        scorecard=results("scorecard.csv"),
        code=source_files(
            "relecture.report.handout:handout", *(f"relecture.{comparison}.exhibits" for comparison in EXHIBITS)
        ),
    output:
        handout=results("handout.pdf"),
    log:
        results("logs/report/handout.log"),
    params:
        results=subpath(output.handout, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture report handout"
        " --results {params.results:q}"
        " --out {output.handout:q}"
