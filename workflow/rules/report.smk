# The report and the handout: each comparison's question, answer, tables and figures, in the lecture's order.
#
# needs   results/scorecard.*, every record, and the tables and figures of every comparison
# makes   results/<comparison>/answer.md, page.html; results/front.html, making.html, handout.pdf
#
# `make report` makes the target `report`, and then puts what is marked for it into results/report.zip and report.html.


report: "../report/front.rst"


# A comparison says in <NAME>_CHAPTER, among its own rules: the files with the numbers in its answer, the tables and
# figures on its page, and those of them in the handout. One without is no part of the report.
FOUND = {name: globals().get(f"{name.upper()}_CHAPTER") for name in COMPARISONS}
CHAPTERS = {name: found for name, found in FOUND.items() if found}
ANSWERS = expand("results/{comparison}/answer.md", comparison=CHAPTERS)


rule report:
    """Everything that the report and the handout show."""
    input:
        # The whole comparisons, so that the report also knows how long each step of them took.
        *(getattr(rules, comparison).input for comparison in CHAPTERS),
        "results/scorecard.csv",
        "results/front.html",
        "results/making.html",
        "results/handout.pdf",
        expand("results/{comparison}/page.html", comparison=CHAPTERS),


rule report_answer:
    """A comparison's question, and its answer in two sentences."""
    input:
        numbers=lambda w: CHAPTERS[w.comparison]["numbers"],
        code=lambda w: source_files(f"relecture.{w.comparison}.conclusions:answer")
        + source_files("relecture.report.chapter:write_answer"),
    output:
        answer="results/{comparison}/answer.md",
    log:
        "results/logs/report/{comparison}_answer.log",
    wildcard_constraints:
        comparison="|".join(CHAPTERS),
    shell:
        "relecture report answer"
        " --comparison {wildcards.comparison}"
        " --results results"
        " --out {output.answer:q}"
        " 2>&1 | tee {log:q}"


rule report_page:
    """A comparison on one page: question, answer, tables and figures."""
    input:
        shown=lambda w: chapter_files(CHAPTERS[w.comparison]["page"]),
        code=source_files("relecture.report.html_pages:chapter"),
    output:
        page=report(
            "results/{comparison}/page.html",
            caption="../report/page.rst",
            category=lambda w: chapter_in_report(w.comparison),
            subcategory="1 Answer",
            labels={"what": "question, answer, tables, figures"},
        ),
    log:
        "results/logs/report/{comparison}_page.log",
    wildcard_constraints:
        comparison="|".join(CHAPTERS),
    params:
        contents=lambda w: to_json(CHAPTERS[w.comparison]["page"]),
    shell:
        "relecture report page" " --contents {params.contents:q}" " --out {output.page:q}" " 2>&1 | tee {log:q}"


rule report_front:
    """The front page: the scorecard in a sentence, and every question with its answer."""
    input:
        answers=ANSWERS,
        scorecard="results/scorecard.csv",
        code=source_files("relecture.report.front_page:front"),
    output:
        front="results/front.html",
    log:
        "results/logs/report/front.log",
    shell:
        "relecture report front {input.answers:q}"
        " --scorecard {input.scorecard:q}"
        " --out {output.front:q}"
        " 2>&1 | tee {log:q}"


rule report_making:
    """How it was made: source, machine, packages, and the settings, seconds and memory of every fit."""
    input:
        params=expand("{record}/params.json", record=RECORDS),
        metrics=expand("{record}/metrics.csv", record=RECORDS),
        scorecard="results/scorecard.md",
        code=source_files("relecture.report.provenance_page:making"),
    output:
        making=report(
            "results/making.html",
            caption="../report/making.rst",
            category=MAKING_IN_REPORT,
            labels={"what": "settings, seconds, machine, versions"},
        ),
    log:
        "results/logs/report/making.log",
    params:
        records=RECORDS,
    shell:
        "relecture report making {params.records:q}"
        " --benchmarks results/benchmarks"
        " --scorecard {input.scorecard:q}"
        " --out {output.making:q}"
        " 2>&1 | tee {log:q}"


rule report_handout:
    """The handout for print."""
    input:
        shown=[file for comparison in CHAPTERS for file in chapter_files(CHAPTERS[comparison]["print"])],
        scorecard=multiext("results/scorecard", ".csv", ".md"),
        code=source_files("relecture.report.handout:handout"),
    output:
        handout="results/handout.pdf",
    log:
        "results/logs/report/handout.log",
    params:
        contents=to_json([CHAPTERS[comparison]["print"] for comparison in CHAPTERS]),
    shell:
        "relecture report handout"
        " --contents {params.contents:q}"
        " --scorecard results/scorecard"
        " --out {output.handout:q}"
        " 2>&1 | tee {log:q}"
