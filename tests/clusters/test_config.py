"""The block `clusters`: old keys are errors that name the new ones, and every job has what it depends on."""

import pytest

from relecture.clusters.config import ElbowFitConfig, LabDataConfig
from relecture.config import load
from relecture.config.yaml_files import merge
from relecture.errors import UserError

USER_TABLE = {"name": "mine", "path": "a.csv", "columns": ["a"], "n_clusters": 3}


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"music": {"people": 50}}, "clusters.music.people has a new name: clusters.music.n_people"),
        ({"restarts": {"within": 9}}, "clusters.restarts.within has a new name: clusters.restarts.n_shown_restarts"),
        ({"elbow": {"largest": 9}}, "clusters.elbow.largest has a new name: clusters.elbow.k_max"),
        (
            {"datasets": [{**USER_TABLE, "names": "b"}]},
            "clusters.datasets[0].names has a new name: clusters.datasets[0].id_column",
        ),
    ],
)
def test_an_old_key_is_an_error_that_names_the_new_one(standard, block, message):
    with pytest.raises(UserError) as caught:
        load(merge(standard.model_dump(), {"clusters": block}))
    assert message in str(caught.value)


def test_the_images_have_their_own_number_of_starts_and_references(standard):
    elbow = standard.clusters.elbow
    images = standard.clusters.method("elbow", "images")
    assert isinstance(images, ElbowFitConfig)
    assert (images.n_init, images.n_references) == (elbow.n_init_images, elbow.n_references_images)
    music = standard.clusters.method("elbow", "music")
    assert (music.n_init, music.n_references) == (elbow.n_init, elbow.n_references)


def test_the_data_of_a_lab_depend_on_their_seed_only(standard):
    assert standard.clusters.dataset("book_r") == LabDataConfig(seed=2)


def test_a_user_table_with_the_name_of_another_data_set_is_refused(standard):
    with pytest.raises(UserError, match="these names are taken: music"):
        load(merge(standard.model_dump(), {"clusters": {"datasets": [{**USER_TABLE, "name": "music"}]}}))
