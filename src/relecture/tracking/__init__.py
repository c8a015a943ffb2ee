"""Mirror records into MLflow: comparison = experiment, method = parent run, member = child run.

Records are the source: a deleted store is rebuilt from them, and no training job needs one.
Only this package talks to MLflow; it imports MLflow when a store is opened. It knows no comparison.

=================== =====================================================================
`address.py`        the address of the store
`store.py`          open the store; one clear message when it cannot be used
`run_content.py`    contents of a record's runs: metrics, curves, params, tags, description
`sync.py`           write these runs once; replace them when the record has changed
`existing_runs.py`  the runs of a record that the store has, and leftovers among them
`supervisor.py`     keep a follower alive while Snakemake runs
`follower.py`       write running fits, and records as soon as they are complete
`progress_files.py` read the progress files of running fits
`live_runs.py`      the runs of a method while it is fitted
`saved_views.py`    the tables of runs that the browser offers
`model_registry.py` register models and download them
`ui.py`             serve the store in a browser
`server_app.py`     MLflow's server, whose pages open on runs
=================== =====================================================================
"""
