"""A name that looks mistyped, by how much is known of others."""

import pytest

from prices.name_doubt import ALL_NODES, FEWEST, doubt

SP15 = "TH_SP15_GEN-APND"
TYPO = "TH_SP51_GEN-APND"
MEANT = f"Did you mean {SP15}?"
OTHER = "OTHERWISE_1_N001"


def names(count: int) -> set[str]:
    """SP15 and others that look like nothing else."""
    return {SP15, *(f"{number:X}_MADE_UP_{number:b}" for number in range(1, count))}


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        (SP15, names(ALL_NODES), ""),
        (TYPO, {SP15}, ""),
        (TYPO, names(FEWEST - 1), ""),
        (TYPO, names(FEWEST), f"of the 40 names of nodes that are known here. {MEANT}"),
        (OTHER, names(FEWEST), ""),
        (OTHER, names(ALL_NODES - 1), ""),
        (OTHER, names(ALL_NODES), "This is none of the 10,000 names of nodes that are known here."),
        (TYPO, names(ALL_NODES), MEANT),
    ],
)  # fmt: skip
def test_a_name_is_doubted_where_enough_others_are_known(
    name: str, known: set[str], said: str
) -> None:
    found = doubt(name, known)
    assert found.endswith(said)
    assert bool(found) == bool(said)


def test_the_nearest_names_come_first_and_three_at_most() -> None:
    alike = {SP15, "TH_SP15_GEN_ONPEAK-APND", "TH_NP15_GEN-APND", "TH_ZP26_GEN-APND"}
    told = doubt(TYPO, names(FEWEST) | alike)
    assert told.endswith(f"Did you mean {SP15}, TH_NP15_GEN-APND or TH_ZP26_GEN-APND?")
