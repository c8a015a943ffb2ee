# Helpers of the rules; no rules here.
#
# settings     the checked configuration, with a block per comparison
# code         source files behind a function: named as inputs, so that an edit reruns what it touches
# file_there   a file of one's own, if it is there
# files_below  all files of a folder of one's own, so that a change of any of them reruns what reads it
# record       the files of a record
# text         settings as one line, for params
# in_report    where the report shows tables and figures, in the lecture's order

import shlex

from relecture.config import COMPARISONS, load_or_exit
from relecture.workflow import (
    MAKING_IN_REPORT,
    SCORECARD_IN_REPORT,
    chapter,
    chapter_files,
    chapter_in_report,
    code,
    file_there,
    files_below,
    in_report,
    local_store,
    prepare_environment,
    record,
    store_address,
    text,
)

settings = load_or_exit(config, workflow.configfiles, workflow.config_settings.config)

prepare_environment(workflow.configfiles, workflow.config_settings.config)


wildcard_constraints:
    method=r"\w+",
    protocol=r"\w+",
    dataset=r"\w+",
