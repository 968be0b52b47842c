"""The coded concepts of the DICOM results: SNOMED CT and HGNC where they have one, else the project's own.

None is a code of molecular testing (LOINC): nothing was sequenced, and each concept of ours says "predicted from CT".
"""

from highdicom.sr import CodedConcept

OWN_SCHEME = "99RADIOGENE"
"""Private designators begin with 99 (PS3.16, 8.2)."""

SCT, UCUM, HGNC = "SCT", "UCUM", "HGNC"

LONGEST_VALUE = 16
LONGEST_MEANING = 64
"""Characters of CodeValue (SH) and CodeMeaning (LO)."""

HGNC_NUMBERS = {"EGFR": "3236", "KRAS": "6407"}
"""Numbers of the HUGO Gene Nomenclature Committee."""

CT_OF_CHEST = CodedConcept("169069000", SCT, "CT of chest")
NODULE = CodedConcept("27925004", SCT, "Nodule")
LUNG = CodedConcept("39607008", SCT, "Lung")
MORPHOLOGICALLY_ABNORMAL = CodedConcept("49755003", SCT, "Morphologically Abnormal Structure")
NO_UNITS = CodedConcept("1", UCUM, "no units")

GENE = CodedConcept("GENE", OWN_SCHEME, "Gene whose mutation is predicted from CT")
WARNING = CodedConcept("WARNING", OWN_SCHEME, "Warning on what is predicted from CT")
COMMENT = CodedConcept("121106", "DCM", "Comment")

CALLS = {
    "mutant": CodedConcept("MUTANT", OWN_SCHEME, "Mutant, predicted from CT"),
    "wild type": CodedConcept("WILDTYPE", OWN_SCHEME, "Wild type, predicted from CT"),
    "undetermined": CodedConcept("UNDETERMINED", OWN_SCHEME, "Undetermined, predicted from CT"),
    "unlike either": CodedConcept("UNLIKE", OWN_SCHEME, "Unlike mutant and wild type, predicted from CT"),
}
"""By the words of a call or of a conformal set."""


def gene_concept(gene: str) -> CodedConcept:
    """The gene: by its HGNC number where it is known here, else by its name."""
    number = HGNC_NUMBERS.get(gene)
    return CodedConcept(number, HGNC, gene) if number else CodedConcept(gene[:LONGEST_VALUE], OWN_SCHEME, gene)


def probability_concept(gene: str) -> CodedConcept:
    """The probability of a mutation."""
    return _of_gene("PROB", gene, "Probability of {} mutation predicted from CT")


def threshold_concept(gene: str) -> CodedConcept:
    """The probability from which on the call is mutant."""
    return _of_gene("THR", gene, "Threshold for {} mutation predicted from CT")


def call_concept(gene: str) -> CodedConcept:
    """The call."""
    return _of_gene("CALL", gene, "{} status predicted from CT")


def conformal_concept(gene: str) -> CodedConcept:
    """The conformal set."""
    return _of_gene("SET", gene, "{} conformal set predicted from CT")


def _of_gene(kind: str, gene: str, meaning: str) -> CodedConcept:
    value = f"{kind}_{gene}"[:LONGEST_VALUE]
    return CodedConcept(value, OWN_SCHEME, meaning.format(gene)[:LONGEST_MEANING])
