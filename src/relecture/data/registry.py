"""The raw files: names, checksums and sources.

A file's name is its path below `resources/`, and below every mirror folder.
"""

from dataclasses import dataclass

from relecture.errors import UserError, closest


@dataclass(frozen=True)
class WheelMember:
    """A file inside a Python package: the requirement for pip, and the path in the wheel."""

    requirement: str
    member: str

    def __str__(self) -> str:
        return f"{self.member} in the wheel {self.requirement}"


@dataclass(frozen=True)
class RawFile:
    """One file, identified by its checksum; `bytes` is its length."""

    name: str
    sha256: str
    bytes: int
    urls: tuple[str, ...]
    licence: str
    wheel: WheelMember | None = None


def _mnist(name: str, sha256: str, length: int) -> RawFile:
    return RawFile(
        name=f"mnist/{name}",
        sha256=sha256,
        bytes=length,
        urls=(
            f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}",
            f"https://storage.googleapis.com/cvdf-datasets/mnist/{name}",
        ),
        licence="CC BY-SA 3.0 (Yann LeCun, Corinna Cortes, Christopher Burges)",
    )


def _usps(name: str, sha256: str, length: int) -> RawFile:
    return RawFile(
        name=f"usps/{name}",
        sha256=sha256,
        bytes=length,
        urls=(
            f"https://hastie.su.domains/ElemStatLearn/datasets/{name}",
            "https://raw.githubusercontent.com/dgkim5360/the-elements-of-statistical-learning-notebooks/"
            f"2c13a4818379451bcce802bcd7917f4878e12977/data/zipcode/{name}",
        ),
        licence="none stated (AT&T research labs, data of The Elements of Statistical Learning)",
    )


#: The data sets and their files, in the order in which they are fetched and hashed.
DATA_SETS: dict[str, tuple[RawFile, ...]] = {
    "mnist": (
        _mnist(
            "train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            9_912_422,
        ),
        _mnist(
            "train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            28_881,
        ),
        _mnist(
            "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            1_648_877,
        ),
        _mnist(
            "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            4_542,
        ),
    ),
    "hitters": (
        RawFile(
            name="Hitters.csv",
            sha256="ebf7b9dff89366b0544fea09c0ac2df9abdbf5b4ce8d96651316c2c12793d952",
            bytes=21_003,
            urls=(
                "https://raw.githubusercontent.com/intro-stat-learning/ISLP/"
                "d8b3105d5f792c5d0256e5b04284a5f85e2cca2e/ISLP/data/Hitters.csv",
            ),
            licence="BSD (as part of the Python package ISLP)",
            wheel=WheelMember(requirement="ISLP==0.6.0", member="ISLP/data/Hitters.csv"),
        ),
    ),
    "usps": (
        _usps("zip.train.gz", "66ebf231ab51f2cf6ac1a892d0f98ccffee1079d7a5db638c1f11f366046ca16", 1_829_071),
        _usps("zip.test.gz", "8dacc3c6e136af6c3488de9e5113a7daf140c8c2f1f0b61c54ee02f03f1a962f", 439_208),
    ),
}


def data_set(name: str) -> tuple[RawFile, ...]:
    """Return the files of a data set; raise UserError for an unknown name."""
    if name not in DATA_SETS:
        raise UserError(_unknown_name("data set", name, list(DATA_SETS)))
    return DATA_SETS[name]


def raw_file(name: str) -> RawFile:
    """Return the file called `name`; raise UserError for an unknown name."""
    files = {file.name: file for files in DATA_SETS.values() for file in files}
    if name not in files:
        raise UserError(_unknown_name("file", name, list(files)))
    return files[name]


def _unknown_name(kind: str, name: str, known: list[str]) -> str:
    near = closest(name, known)
    hint = f"Did you mean {near}?" if near else f"Known are: {', '.join(known)}."
    return f"there is no {kind} called {name!r}. {hint}"
