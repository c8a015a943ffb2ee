"""The jobs have the fields that their results depend on, and old keys are errors that name the new ones."""

import pytest
from pydantic import ValidationError

from relecture.config.error_messages import describe
from relecture.tallies import BASES, LABEL_CURVES, TRANSFERS
from relecture.tallies.config import TRANSFER_VARIANTS, LabelCurveConfig, TalliesConfig


@pytest.fixture
def config(standard) -> TalliesConfig:
    return standard.tallies


def changed(config: TalliesConfig, **changes) -> TalliesConfig:
    """Return the configuration with other values, validated."""
    return TalliesConfig.model_validate(config.model_dump() | changes)


def test_every_method_of_transfer_has_a_variant():
    assert set(TRANSFERS) == set(TRANSFER_VARIANTS)
    assert set(LABEL_CURVES) <= set(TRANSFER_VARIANTS)
    assert set(BASES) == {"default", "default_selected_rate", "selected"}


def test_only_simulated_cells_depend_on_how_sheets_look(config):
    election = config.simulation.model_copy(update={"seed": 9, "severity": 2.0})
    job = changed(config, simulation=election.model_dump()).labelled_cells_job()
    assert (job.seed, job.severity) == (config.labelled_cells.seed, 2.0)
    user = changed(config, cells_dir="mine").labelled_cells_job()
    assert user.as_dict() == config.labelled_cells.as_dict()


def test_the_label_curve_has_the_learning_rate_of_transfer_and_its_own_counts(config):
    job = config.label_curve_job("scratch")
    assert (job.n_labelled, job.n_images) == (config.label_curve.n_labelled, config.label_curve.n_images)
    assert (job.learning_rate, job.start, job.precision) == (config.transfer.learning_rate, "scratch", "bf16")


def test_the_label_curve_of_cells_as_cut_has_every_second_number(config):
    numbers = config.label_curve_job("frozen").n_labelled
    assert config.label_curve_job("frozen_as_cut").n_labelled == numbers[::2]
    assert config.label_curve_job("frozen_as_cut").crop == "as_cut"


def test_the_final_model_has_its_own_epochs_and_the_variant_of_its_method(config):
    job = changed(config, final={**config.final.model_dump(), "method": "conv_frozen", "epochs": 7}).final_job()
    assert (job.epochs, job.method, job.frozen_blocks) == (7, "conv_frozen", "all")


def test_the_default_network_is_the_configured_one(config):
    network = config.default_network()
    assert config.network.model_dump() == {**network.architecture, "learning_rate": network.learning_rate}


@pytest.mark.parametrize(
    ("block", "key", "value", "message"),
    [
        ("transfer", "n_seeds", 100, "its n_seeds is 100, but tallies.base.n_seeds is only 5"),
        ("label_curve", "n_labelled", [10, 9000], "its n_labelled is 9000, but tallies.labelled_cells.n_train is only"),
        ("search", "brackets", [4], "45 epochs and eta 3 allow brackets 0 to 3"),
    ],
)
def test_blocks_that_contradict_each_other_are_errors(config, block, key, value, message):
    with pytest.raises(ValidationError, match=message):
        changed(config, **{block: getattr(config, block).model_dump() | {key: value}})


def test_old_keys_are_errors_that_name_the_new_ones(config):
    with pytest.raises(ValidationError) as caught:
        TalliesConfig.model_validate(config.model_dump() | {"labels": {}, "cells": "simulated"})
    assert describe(caught.value, TalliesConfig) == [
        "labels has a new name: label_curve",
        "cells has a new name: cells_dir",
    ]
    assert set(LabelCurveConfig.renamed.values()) <= set(LabelCurveConfig.model_fields)
