"""All numbers on a set of sheets, of parties and of totals, and what the sums of the form say of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from relecture.tallies.counting.material import Material
from relecture.tallies.counting.sums import NEEDS_A_LOOK, State, SumSolution, SumSystem, solve, states
from relecture.tallies.counting.symbols import NumberDigits, interpret
from relecture.tallies.networks.cnn import N_CLASSES
from relecture.tallies.segmentation.layout import Meaning, SumRule

NUMBER_COLUMNS = ("sheet", "number", "is_party", "as_read", "value", "state", "certainty")
CHECK_COLUMNS = ("sheet", "number", "as_read", "value", "state", "reason")
REASONS = {
    State.INCONSISTENT: "the sums of the form do not hold for it",
    State.UNCLEAR: "other digits are possible",
    State.UNCHECKED: "it is part of no sum of the layout",
}


@dataclass(frozen=True)
class NumberRules:
    """What a layout says about the numbers of its form."""

    names: tuple[str, ...]
    is_party: np.ndarray
    has_box: np.ndarray
    sums: tuple[SumRule, ...] = ()
    empty_means: Meaning = "0"
    mark_means: Meaning = "look"

    @cached_property
    def system(self) -> SumSystem:
        """The sums by index."""
        return SumSystem.of(self.names, [(rule.total, rule.parts) for rule in self.sums], self.has_box)


@dataclass(frozen=True)
class SheetNumbers:
    """The numbers of some sheets.

    `sheets` are names, `rules` those of the form's layout, `read` what stands in the boxes, and `material` how clear
    that is to the classifier. With `weighted`, the digits of numbers that are not sure, (sheets, numbers, boxes), are
    counted in place of those by the sums alone.
    """

    sheets: Sequence[str]
    rules: NumberRules
    read: NumberDigits
    material: Material
    weighted: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        sheets: Sequence[str],
        rules: NumberRules,
        classes: np.ndarray,
        empty: np.ndarray,
        test_quality: float = math.nan,
    ) -> "SheetNumbers":
        """Return the numbers from the probabilities (sheets, numbers, boxes, classes) and the empty boxes."""
        read = interpret(classes, empty, rules.has_box, rules.empty_means, rules.mark_means)
        return cls(sheets, rules, read, Material.of(classes, ~empty & rules.has_box, test_quality))

    @cached_property
    def digits(self) -> np.ndarray:
        """The most probable digit of each box by itself, (sheets, numbers, boxes)."""
        digits: np.ndarray = self.read.probabilities.argmax(-1)
        return digits

    @cached_property
    def solution(self) -> SumSolution:
        """The digits by the sums, and how sure they are."""
        return solve(self.rules.system, self.read.probabilities)

    @cached_property
    def is_unwritten(self) -> np.ndarray:
        """Which numbers are linked by sums to no number with a digit, bool (sheets, numbers).

        Zeros add up: such a sheet may be an empty form, another page, or too pale to be seen.
        """
        has_digit = np.asarray((self.read.symbols < N_CLASSES).any(-1))
        unwritten = ~has_digit
        for sums in self.rules.system.components:
            linked = np.flatnonzero((self.rules.system.coefficients[sums] != 0).any(0))
            unwritten[:, linked] = ~has_digit[:, linked].any(1, keepdims=True)
        return unwritten

    @cached_property
    def states(self) -> np.ndarray:
        """The state of every number, text (sheets, numbers)."""
        is_open = self.read.is_open | self.is_unwritten
        return states(self.digits, self.solution, is_open, self.read.needs_sums)

    @cached_property
    def counted(self) -> np.ndarray:
        """The digits that are counted, (sheets, numbers, boxes)."""
        if self.weighted is None:
            return self.solution.digits
        return np.where(self.solution.is_sure[..., None], self.solution.digits, self.weighted)

    @property
    def needs_a_look(self) -> np.ndarray:
        """Which numbers a person must look at, bool (sheets, numbers)."""
        look: np.ndarray = np.isin(self.states.astype(str), NEEDS_A_LOOK)
        return look

    @property
    def place_values(self) -> np.ndarray:
        """The place value of each box."""
        return 10 ** np.arange(self.digits.shape[2])[::-1]

    @cached_property
    def certainty(self) -> np.ndarray:
        """How probable it is, at least, that a number counted as `counted` is right, (sheets, numbers).

        NaN for numbers in no sum; 0 where frequencies of digits have chosen others than the sums.
        """
        same = (self.counted == self.solution.digits).all(-1)
        certainty: np.ndarray = np.where(same | np.isnan(self.solution.posterior), self.solution.posterior, 0.0)
        return certainty

    def table(self) -> pd.DataFrame:
        """Return a row per sheet and number, columns NUMBER_COLUMNS; `certainty` is NaN for numbers in no sum."""
        n_sheets, n_numbers = self.digits.shape[:2]
        return pd.DataFrame(
            {
                "sheet": np.repeat(np.array(self.sheets, dtype=object), n_numbers),
                "number": np.tile(np.array(self.rules.names, dtype=object), n_sheets),
                "is_party": np.tile(np.array(self.rules.is_party, bool), n_sheets),
                "as_read": (self.digits @ self.place_values).ravel(),
                "value": (self.counted @ self.place_values).ravel(),
                "state": self.states.astype(str).ravel(),
                "certainty": self.certainty.ravel(),
            },
            columns=list(NUMBER_COLUMNS),
        )

    def to_check(self) -> pd.DataFrame:
        """Return the numbers that a person must look at with the reason, columns CHECK_COLUMNS."""
        table, look = self.table(), self.needs_a_look.ravel()
        reason = table.state.map({str(state): text for state, text in REASONS.items()})
        reason = reason.mask(self.read.needs_sums.ravel(), "an empty box or a mark stands after a digit")
        reason = reason.mask(self.read.is_open.ravel(), "it has a sign that the layout leaves to a person")
        reason = reason.mask(self.is_unwritten.ravel(), "no digit was seen in it, nor in any number of its sums")
        return table.assign(reason=reason)[look][list(CHECK_COLUMNS)].reset_index(drop=True)
