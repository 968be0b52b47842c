"""The words of a table and what they mean: age, sex, smoking, gene status, unknown.

The command line reads `age`, `sex` and `smoking` by the same functions. Words are compared without regard to
case, repeated blanks and hyphens between letters.
"""

import re
from dataclasses import dataclass

from radiogene.cohort.row import Sex, SmokingStatus
from radiogene.errors import CohortError

YOUNGEST_YEARS = 18.0
OLDEST_YEARS = 110.0
"""The method is for adults; an age beyond these limits is a slip of unit or of typing."""

UNKNOWN_WORDS = frozenset(
    {
        "",
        "?",
        "na",
        "n/a",
        "n.a.",
        "nan",
        "null",
        "missing",
        "unknown",
        "not known",
        "not available",
        "not collected",
        "not recorded",
        "not recorded in database",
        "not assessed",
        "not tested",
        "not done",
    }
)
"""Empty, and what public tables (NSCLC Radiogenomics, TCGA) write instead. "none" is not here: of a gene it means wild
type in some tables, of smoking it means never."""

SEX_WORDS: dict[str, Sex] = {
    **dict.fromkeys(("f", "female", "w", "woman", "weiblich", "femme"), "female"),
    **dict.fromkeys(("m", "male", "man", "männlich", "homme"), "male"),
}
"""M and W are German; M and H, where M is a woman, are not read: H is no word for a sex here."""

MUTANT_WORDS = frozenset({"1", "1.0", "mutant", "mutated", "mut", "positive", "pos"})
WILD_TYPE_WORDS = frozenset({"0", "0.0", "wild type", "wildtype", "wt", "negative", "neg"})

PROTEIN_CHANGE = re.compile(r"(p\.)?\(?[a-z]\d{1,4}(_[a-z]\d{1,4})?([a-z]|del\w*|ins\w*|dup\w*|fs\w*|\*)\)?")
EXON_CHANGE = re.compile(r"(ex|exon) ?\d{1,2} ?(del|deletions?|ins|insertions?|mutations?|mut|mutant)")
"""What reports write of a mutant: L858R, p.G12C, E746_A750del; exon 19 del, ex20ins. A person decides what counts."""

DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+", re.ASCII)
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)
"""1,234 is 1.234 to one reader and 1234 to another."""

OTHER_NUMBER = re.compile(r"[<>≤≥~≈]?\s*[-+]?\d[\d.,'’\s]*\s*(%|(?<=\s)[a-zµ]{1,3}(/[a-zµ]+)?)?", re.IGNORECASE)
"""A number in another notation: 1,5; 1.234,5; 12 %; < 3; 5 mm. Stages such as 1A and 3b are words."""

PLAIN_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
PLAIN_AGE = re.compile(r"\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class Smoking:
    """Whether a patient ever smoked (the paper's smoker) and, where told, the status behind it."""

    ever: bool | None
    status: SmokingStatus | None = None


NEVER, FORMER, CURRENT = Smoking(False, "never"), Smoking(True, "former"), Smoking(True, "current")
SMOKING_WORDS: dict[str, Smoking] = {
    **dict.fromkeys(("no", "0", "0.0", "false"), Smoking(False)),
    **dict.fromkeys(("yes", "1", "1.0", "true", "ever", "ever smoker", "smoker"), Smoking(True)),
    **dict.fromkeys(("never", "never smoker", "nonsmoker", "non smoker", "lifelong non smoker"), NEVER),
    **dict.fromkeys(("former", "former smoker", "ex smoker", "exsmoker"), FORMER),
    **dict.fromkeys(("current", "current smoker"), CURRENT),
}
REFORMED_SMOKER = "current reformed smoker"
"""How TCGA's words for a former smoker begin ("Current reformed smoker for > 15 years")."""


class UnreadableValueError(CohortError):
    """A value that cannot be read as what its place holds."""

    def __init__(self, found: str, wanted: str) -> None:
        self.found, self.wanted = found, wanted
        super().__init__(f"found {found}; wanted {wanted}.")


def plain(text: str) -> str:
    """The word in lower case with single blanks, hyphens and underscores between letters read as blanks."""
    spaced = re.sub(r"(?<=\w)[-_](?=\w)", " ", text.strip().casefold())
    return " ".join(spaced.split())


def is_unknown(text: str) -> bool:
    """True where the text is empty or one of the words for unknown."""
    return plain(text) in UNKNOWN_WORDS


def read_number(text: str) -> float | None:
    """The number in the text, with a point as decimal sign; None where there is none or it is not finite."""
    stripped = text.strip()
    if not PLAIN_NUMBER.fullmatch(stripped):
        return None
    number = float(stripped)
    return number if abs(number) != float("inf") else None


def read_decimal(text: str) -> float | None:
    """The number in the text, with a point or a comma as decimal sign; None where there is none or it may be another.

    1,234 may be a thousand and more, and is not read.
    """
    stripped = text.strip()
    if DECIMAL_COMMA.fullmatch(stripped) and not THOUSANDS.fullmatch(stripped):
        return read_number(stripped.replace(",", "."))
    return read_number(stripped)


def is_other_number(text: str) -> bool:
    """True where the text is a number in a notation that is not read: 1.234,5; 1,234; 12 %; < 3; 31.03.2019."""
    return read_decimal(text) is None and OTHER_NUMBER.fullmatch(text.strip()) is not None


def read_age(text: str) -> float | None:
    """The age in years, or None where it is unknown.

    Raises:
        UnreadableValueError: not a plain number of years from 18 to 110.
    """
    if is_unknown(text):
        return None
    wanted = f"the age as a plain number of years from {YOUNGEST_YEARS:.0f} to {OLDEST_YEARS:.0f}, or nothing"
    if not PLAIN_AGE.fullmatch(text.strip()) or not YOUNGEST_YEARS <= float(text) <= OLDEST_YEARS:
        raise UnreadableValueError(repr(text), wanted)
    return float(text)


def read_sex(text: str) -> Sex | None:
    """The sex, or None where it is unknown.

    Raises:
        UnreadableValueError: any other word; 0 and 1 too, which tables code either way.
    """
    if is_unknown(text):
        return None
    sex = SEX_WORDS.get(plain(text))
    if sex is None:
        hint = " (a number does not say which is which)" if read_number(text) is not None else ""
        raise UnreadableValueError(repr(text), f"female, male, F or M, or nothing{hint}")
    return sex


def read_smoking(text: str) -> Smoking:
    """Whether the patient ever smoked, and the status where the word tells it; both None where it is unknown.

    Raises:
        UnreadableValueError: any other word or number.
    """
    word = plain(text)
    if word in UNKNOWN_WORDS:
        return Smoking(None)
    if word.startswith(REFORMED_SMOKER):
        return FORMER
    if word not in SMOKING_WORDS:
        hint = " (TCGA's codes 1 to 5 must be written out)" if read_number(text) is not None else ""
        raise UnreadableValueError(repr(text), f"yes, no, never, former or current, or nothing{hint}")
    return SMOKING_WORDS[word]


def read_gene(text: str) -> int | None:
    """1 for mutant, 0 for wild type, None for unknown.

    Raises:
        UnreadableValueError: any other word.
    """
    word = plain(text)
    if word in UNKNOWN_WORDS:
        return None
    if word in MUTANT_WORDS:
        return 1
    if word in WILD_TYPE_WORDS:
        return 0
    raise UnreadableValueError(repr(text), "1 or mutant, 0 or wild type, or nothing where it is unknown")


def proposed_gene(text: str) -> str | None:
    """What a report's words probably mean for a gene, for a person to confirm; None where they tell nothing."""
    word = plain(text)
    if PROTEIN_CHANGE.fullmatch(word.replace(" ", "_")) or EXON_CHANGE.fullmatch(word):
        return "mutant"
    return "wild type" if word in {"none", "no mutation", "not mutated", "unmutated", "no mutation detected"} else None


def read_yes_no(text: str) -> bool:
    """True for yes, false for no or nothing.

    Raises:
        UnreadableValueError: any other word.
    """
    word = plain(text)
    if word in {"yes", "true", "1"}:
        return True
    if word in {"no", "false", "0", ""}:
        return False
    raise UnreadableValueError(repr(text), "yes or no")
