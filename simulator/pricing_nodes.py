"""The pricing nodes: the three hubs, load areas by their real names, and made-up plants."""

HUBS = ("TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "TH_ZP26_GEN-APND")
LOAD_AREAS = ("DLAP_PGAE-APND", "DLAP_SCE-APND", "DLAP_SDGE-APND", "DLAP_VEA-APND")
# Outside California: the only nodes with a greenhouse gas component.
OUTSIDE = ("ELAP_NEVP-APND", "ELAP_PACE-APND", "ELAP_PACW-APND")
PLANTS = tuple(f"SIMUL{number:02d}_7_N001" for number in range(1, 31))
DEFAULT_NODES = (*HUBS, *LOAD_AREAS, *OUTSIDE, *PLANTS)


def is_aggregated(node: str) -> bool:
    return node.endswith("-APND")


def pays_for_carbon(node: str) -> bool:
    return node.startswith("ELAP_")
