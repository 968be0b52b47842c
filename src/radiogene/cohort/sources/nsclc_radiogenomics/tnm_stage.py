"""The stage group from pathological T, N and M by the 7th edition of the AJCC/UICC classification.

The collection's columns name no edition. They are of the 7th: T is split into T1a, T1b, T2a and T2b, which the 6th does
not do for the lung; M1b occurs, which the 6th does not have; and T1c, T1mi and M1c, which the 8th has, never occur
among the 46 T1 and the 2 M1 of the 110 patients at hand. The operations (2008 to 2012 by the collection's own paper)
also lie before the 8th edition (2018).
"""

from radiogene.cohort.table.label_words import UnreadableValueError

COLLECTION_EDITION = "AJCC 7th edition"
"""Source of the groups: Goldstraw P, et al. J Thorac Oncol 2:706 (2007), doi 10.1097/JTO.0b013e31812f3c1a."""

SEVENTH_EDITION_T = ("Tis", "T1a", "T1b", "T2a", "T2b", "T3", "T4")
SEVENTH_EDITION_N = ("N0", "N1", "N2", "N3")
SEVENTH_EDITION_M = ("M0", "M1a", "M1b")

EIGHTH_EDITION_ONLY = frozenset({"T1mi", "T1c", "M1c"})
"""Values by which a table of the 8th edition gives itself away."""

GROUP_BY_T_AND_N = {
    "N0": {"Tis": "0", "T1a": "IA", "T1b": "IA", "T2a": "IB", "T2b": "IIA", "T3": "IIB", "T4": "IIIA"},
    "N1": {"T1a": "IIA", "T1b": "IIA", "T2a": "IIA", "T2b": "IIB", "T3": "IIIA", "T4": "IIIA"},
    "N2": {"T1a": "IIIA", "T1b": "IIIA", "T2a": "IIIA", "T2b": "IIIA", "T3": "IIIA", "T4": "IIIB"},
    "N3": {"T1a": "IIIB", "T1b": "IIIB", "T2a": "IIIB", "T2b": "IIIB", "T3": "IIIB", "T4": "IIIB"},
}
"""Stage groups without metastases."""


def stage_group(t: str, n: str, m: str) -> str:
    """The stage group (`0`, `IA` to `IIIB`, `IV`); empty where it cannot be known.

    Args:
        t: one of SEVENTH_EDITION_T, or empty for unknown; n and m likewise.
        n: see t.
        m: see t; M1a and M1b are stage IV whatever T and N are.

    Raises:
        UnreadableValueError: carcinoma in situ with nodes, which no edition has.
    """
    if m.startswith("M1"):
        return "IV"
    if not (t and n and m):
        return ""
    group = GROUP_BY_T_AND_N[n].get(t)
    if group is None:
        raise UnreadableValueError(f"{t} with {n}", "a carcinoma in situ with N0, as it cannot have spread")
    return group


def checked_category(text: str, known: tuple[str, ...]) -> str:
    """T, N or M as the 7th edition spells it.

    Raises:
        UnreadableValueError: another word; one of the 8th edition is named as such.
    """
    spelled = {name.casefold(): name for name in (*known, *EIGHTH_EDITION_ONLY)}.get(text.strip().casefold(), text)
    if spelled in known:
        return spelled
    found = f"{text!r}, which only the AJCC 8th edition has" if spelled in EIGHTH_EDITION_ONLY else repr(text)
    raise UnreadableValueError(found, f"a value of the {COLLECTION_EDITION}: {', '.join(known)}")
