"""When the name of a node looks mistyped."""

import pytest

from prices.typo_check import ALL_NODES, MIN_NAMES, typo_warning

SP15 = "TH_SP15_GEN-APND"
TYPO = "TH_SP51_GEN-APND"
MEANT = f"Did you mean {SP15}?"
OTHER = "OTHERWISE_1_N001"


def names(count: int) -> set[str]:
    """SP15 and names unlike any other."""
    return {SP15, *(f"{number:X}_MADE_UP_{number:b}" for number in range(1, count))}


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        (SP15, names(ALL_NODES), ""),
        (TYPO, {SP15}, ""),
        (TYPO, names(MIN_NAMES - 1), ""),
        (TYPO, names(MIN_NAMES), f"of the 40 names of nodes that are known here. {MEANT}"),
        (OTHER, names(MIN_NAMES), ""),
        (OTHER, names(ALL_NODES - 1), ""),
        (OTHER, names(ALL_NODES), "This is not one of the 10,000 names of nodes that are known"),
        (TYPO, names(ALL_NODES), MEANT),
    ],
)  # fmt: skip
def test_a_name_is_questioned_if_enough_others_are_known(
    name: str, known: set[str], said: str
) -> None:
    found = typo_warning(name, known)
    assert said in found
    assert bool(found) == bool(said)


def test_the_three_most_similar_names_are_suggested() -> None:
    alike = {SP15, "TH_SP15_GEN_ONPEAK-APND", "TH_NP15_GEN-APND", "TH_ZP26_GEN-APND"}
    found = typo_warning(TYPO, names(MIN_NAMES) | alike)
    assert found.endswith(f"Did you mean {SP15}, TH_NP15_GEN-APND or TH_ZP26_GEN-APND?")
