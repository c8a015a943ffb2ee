# Helpers of the rules; no rules here.
#
# run_config    the checked configuration, with a block per comparison
# results       a path in the folder of results of this run (`run.name`)
# RECORDS       the records of each comparison; its rules file adds them
# EXHIBIT_JOBS  the commands that make a comparison's tables and figures; its rules file adds them
# EXHIBITS      the tables and figures of each comparison, from its registry (src/relecture/<comparison>/exhibits.py)
#
# All other helpers: src/relecture/workflow.py

import re
import shlex
from pathlib import Path

from relecture.changed_files import list_files
from relecture.config import COMPARISONS, load_or_exit
from relecture.exhibit import TABLE_SUFFIXES
from relecture.tracking.address import experiment_prefix, redact, run_owner, tracking_uri
from relecture.tracking.supervisor import follow_in_background
from relecture.workflow import (
    PROVENANCE_CATEGORY,
    SCORECARD_CATEGORY,
    ExhibitJob,
    all_exhibits,
    announce_time,
    caption_files,
    content_of,
    exhibit_files,
    exhibit_inputs,
    exhibit_sources,
    forget_lost_store,
    if_exists,
    linked_files,
    mark_changed,
    prepare_environment,
    record_files,
    remove_outdated_page,
    report_category,
    report_file,
    report_options,
    scorecard_config,
    shown_files,
    source_files,
    template_pages,
    to_json,
    topic_captions,
)

run_config = load_or_exit(config, workflow.configfiles, workflow.config_settings.config)
results = run_config.run.path

CHANGED = mark_changed(workflow, run_config)
prepare_environment(workflow.configfiles, workflow.config_settings.config, run_config.data.mirrors, run_config.tracking)

PUBLISHED = "config/published.yaml"
EXHIBITS = all_exhibits()
RECORDS, EXHIBIT_JOBS = {}, {}


wildcard_constraints:
    method=r"\w+",
    protocol=r"\w+",
    dataset=r"\w+",
