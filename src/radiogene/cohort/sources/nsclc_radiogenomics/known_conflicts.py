"""Patients of the collection about whom public sources disagree, one of them being the collection itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from radiogene.cohort.sources.nsclc_radiogenomics.label_file import LabelledPatient


@dataclass(frozen=True)
class KnownConflict:
    """What two public sources say of one patient.

    Attributes:
        about: which value.
        gene: where the value is a gene's status, which the label file calls wild type.
        first, second: who says what.
        taken: what is done about it here.
    """

    patient_id: str
    about: str
    gene: str | None
    first: str
    second: str
    taken: str

    def __str__(self) -> str:
        """One sentence for a report."""
        return f"{self.patient_id}, {self.about}: {self.first}; {self.second}. {self.taken}"


TUMOUR_CENTRE = "tumour centre"

KNOWN_CONFLICTS = (
    KnownConflict(
        "AMC-046",
        "who it is",
        None,
        "80 years and a CT on 12 January 1994 in the label file",
        "68 years and CTs on 13 September and 12 October 1994 in the DICOM headers, which fit the label file's AMC-047",
        "The label file is followed. The two lines, or the images of the two, seem to be exchanged; EGFR and KRAS are "
        "wild type in both, only age differs.",
    ),
    KnownConflict(
        "AMC-047",
        "who it is",
        None,
        "69 years and a CT on 13 September 1994 in the label file",
        "80 years and a CT on 11 January 1994 in the DICOM headers, which fit the label file's AMC-046",
        "See AMC-046.",
    ),
    KnownConflict(
        "R01-012",
        "EGFR",
        "EGFR",
        "wild type in the collection's label file",
        "mutant in the feature table of Morgado et al. (Appl Sci 11, 2021)",
        "The label file is followed: it is the source of all other labels.",
    ),
    KnownConflict(
        "R01-116",
        TUMOUR_CENTRE,
        None,
        "one place in the table of centres of Pai et al. (Nat Mach Intell 6, 2024)",
        "a place 77 mm away as the mask's centre of mass in the radiomics table of Prencipe et al",
        "Neither is trusted over the other: with images, the segmentation itself decides; without, look at the views.",
    ),
)


def conflicts_of(patients: Iterable[LabelledPatient], *, with_centres: bool) -> list[KnownConflict]:
    """The known conflicts about these patients, as long as the label file says what it is known to say.

    Args:
        patients: who is in the table.
        with_centres: whether tumour centres are used, too.
    """
    statuses = {patient.patient_id: patient.status for patient in patients}
    return [
        conflict
        for conflict in KNOWN_CONFLICTS
        if conflict.patient_id in statuses
        and (with_centres or conflict.about != TUMOUR_CENTRE)
        and (conflict.gene is None or statuses[conflict.patient_id][conflict.gene] == "wild type")
    ]
