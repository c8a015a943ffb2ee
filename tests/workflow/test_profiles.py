"""The profile for a cluster replaces the default one, so it repeats all of its settings."""

from pathlib import Path

import pytest
import yaml

PROFILES = Path(__file__).parents[2] / "profiles"


def profile(name: str) -> dict:
    return yaml.safe_load((PROFILES / name / "profile.yaml").read_text())


def test_the_profile_for_slurm_repeats_the_settings_of_the_default_one():
    default, slurm = profile("default"), profile("slurm")
    assert {key: value for key, value in default.items() if key != "cores"} == {
        key: slurm[key] for key in default if key != "cores"
    }


def test_a_job_requests_memory_and_time_and_its_state_needs_no_accounts():
    slurm = profile("slurm")
    assert slurm["executor"] == "slurm"
    assert {"mem_mb", "runtime"} <= set(slurm["default-resources"])
    assert slurm["slurm-status-command"] == "squeue"


def test_every_setting_is_one_that_the_plug_in_has():
    plugin = pytest.importorskip("snakemake_executor_plugin_slurm", reason="needs the extra `slurm`: docs/cluster.md")
    from dataclasses import fields

    known = {f"slurm-{field.name.replace('_', '-')}" for field in fields(plugin.ExecutorSettings)}
    assert {key for key in profile("slurm") if key.startswith("slurm-")} <= known
