# Helpers of the rules; no rules here.
#
# run_config      the checked configuration, with a block per comparison
# source_files    source files behind a function: named as inputs, so that an edit reruns what depends on it
# if_exists       a user's file, if it exists
# list_files      all files of a user's folder, so that a change of any of them reruns what reads it
# record_files    the files of a record
# to_json         configuration as one line, for params
# report_options  where the report shows tables and figures, in the lecture's order

import shlex

from relecture.config import COMPARISONS, load_or_exit
from relecture.workflow import (
    MAKING_IN_REPORT,
    SCORECARD_IN_REPORT,
    chapter_spec,
    chapter_files,
    chapter_in_report,
    source_files,
    if_exists,
    list_files,
    report_options,
    local_store,
    prepare_environment,
    record_files,
    store_address,
    to_json,
)

run_config = load_or_exit(config, workflow.configfiles, workflow.config_settings.config)

prepare_environment(workflow.configfiles, workflow.config_settings.config, run_config.data.mirrors)


wildcard_constraints:
    method=r"\w+",
    protocol=r"\w+",
    dataset=r"\w+",
