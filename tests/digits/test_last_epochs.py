"""The errors of the last epochs are those of the weights after each, and training takes no notice of them."""

import numpy as np
import pytest
import torch

from relecture.digits.last_epochs import LastEpochsErrors
from relecture.digits.networks import arrays
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit, predict
from relecture.training.losses import cross_entropy, zero_one_loss
from relecture.training.mlp import mlp


@pytest.fixture
def train(sample_digits, tmp_path):
    """Fit a network with dropout on the sample: `train(epochs, callbacks, folder)`."""

    def call(epochs, callbacks=(), folder="checkpoints", checkpoint_seconds=0.0):
        training = TrainingConfig(
            epochs=epochs, batch_size=400, learning_rate=1e-3, rho=0.9, epsilon=1e-7, log_every_n_epochs=1
        )
        return fit(
            mlp([784, 12, 10], [0.3], seed=0),
            arrays(sample_digits),
            loss=cross_entropy,
            scores={"error": zero_one_loss},
            training=training,
            members=["seed-00"],
            seeds=[0],
            checkpoint_dir=tmp_path / folder,
            progress_metric="validation_error",
            checkpoint_seconds=checkpoint_seconds,
            accelerator="cpu",
            callbacks=callbacks,
        )

    return call


@pytest.fixture
def validation(sample_digits):
    """The validation images and their labels."""
    data = arrays(sample_digits)
    rows = data.eval_sets["validation"]
    return data.inputs[rows], data.targets[rows]


def test_the_error_after_each_of_the_last_epochs_is_kept(train, validation):
    errors = LastEpochsErrors({"validation": validation}, n_epochs=3)
    curve = train(5, [errors]).history.query("metric == 'validation_error'").value
    np.testing.assert_allclose(errors.error_rates["validation"], curve[-3:], rtol=1e-6)
    scores = errors.scores()
    assert scores["validation_error_last_ten"] == pytest.approx(curve[-3:].mean(), rel=1e-6)
    assert scores["validation_error_within_run_sd"] == pytest.approx(curve[-3:].std(ddof=1), rel=1e-4)


def test_of_a_fit_shorter_than_ten_epochs_all_epochs_are_kept(train, validation):
    errors = LastEpochsErrors({"validation": validation})
    train(2, [errors])
    assert len(errors.error_rates["validation"]) == 2


def test_the_errors_on_each_image_are_those_of_the_networks_after_the_epochs(train, validation):
    errors = LastEpochsErrors({"validation": validation}, n_epochs=2)
    train(4, [errors])
    images, labels = validation
    expected = torch.zeros(len(labels))
    for epochs in (3, 4):
        network = train(epochs, folder=f"after-{epochs}").network
        expected += zero_one_loss(predict(network, images, torch.arange(len(labels))), labels)
    assert torch.equal(errors.n_errors["validation"], expected.to(torch.int16))


def test_one_epoch_has_no_standard_deviation(train, validation):
    errors = LastEpochsErrors({"validation": validation})
    train(1, [errors])
    assert np.isnan(errors.scores()["validation_error_within_run_sd"])


def test_training_takes_no_notice_of_them(train, validation):
    with_errors = train(3, [LastEpochsErrors({"validation": validation})], "with")
    without = train(3, folder="without")
    assert with_errors.history.equals(without.history)
    pairs = zip(with_errors.network.parameters(), without.network.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_resumed_fit_has_the_errors_of_the_epochs_before_it_was_killed(train, validation):
    class Killed(LastEpochsErrors):
        """Ends the fit in the third epoch, as a kill does."""

        def on_train_epoch_start(self, trainer, pl_module):
            if trainer.current_epoch == 2:
                raise KeyboardInterrupt

        @property
        def state_key(self):
            return LastEpochsErrors({}).state_key

    whole, resumed = (LastEpochsErrors({"validation": validation}) for _ in range(2))
    train(4, [whole], "whole")
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        train(4, [Killed({"validation": validation})], "killed")
    train(4, [resumed], "killed")
    assert resumed.error_rates == whole.error_rates
    assert torch.equal(resumed.n_errors["validation"], whole.n_errors["validation"])
