"""What a prediction says, in the words and keys that programs and people read."""

from dataclasses import dataclass

from radiogene.ct.geometry_report import GeometryReport
from radiogene.errors import WeightsError
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True)
class Spread:
    """Lowest and highest probability among the members of an ensemble; not a confidence interval.

    Attributes:
        low, high: probabilities.
        members: how many.
        kind: what the members differ in: "folds" or "seeds".
    """

    low: float
    high: float
    members: int
    kind: str


@dataclass(frozen=True)
class ClinicalAnswer:
    """What the clinical values alone say.

    Attributes:
        probability: P(mutant) of the model's companion, calibrated as the model is.
    """

    probability: float


@dataclass(frozen=True)
class ImageDifference:
    """What the image changes: in this case, and in general.

    Attributes:
        value: the model's probability minus that of the clinical values alone, in this case.
        auc_difference: AUC of the model minus that of its companion, over pairs of training patients within folds; None
            where no pair was there.
        low, high: ends of its 95% interval; None where it has none.
        shown: True where the whole interval lies above 0.
    """

    value: float
    auc_difference: float | None
    low: float | None
    high: float | None
    shown: bool


@dataclass(frozen=True)
class ConformalAnswer:
    """A conformal set: the call that the training patients bear, or none.

    Attributes:
        set: "mutant", "wild type", "undetermined" or "unlike either".
        level: least mean coverage of each class.
        patients: whose out-of-fold predictions stand behind it.
    """

    set: str
    level: float
    patients: int


@dataclass(frozen=True)
class PrevalenceAnswer:
    """Which prevalence a probability carries.

    Attributes:
        training: share of mutants among the training patients.
        used: that the answer is anchored to; the same unless a site gave its own.
    """

    training: float
    used: float


@dataclass(frozen=True)
class GeneResult:
    """One gene of one case.

    Attributes:
        probability: P(mutant), calibrated.
        spread: None for a single model.
        threshold: at or above it, the call is mutant.
        call: "mutant" or "wild type".
        clinical_only, image_difference, conformal, prevalence: None where `warnings` say why.
    """

    probability: float
    spread: Spread | None
    threshold: float
    call: str
    clinical_only: ClinicalAnswer | None = None
    image_difference: ImageDifference | None = None
    conformal: ConformalAnswer | None = None
    prevalence: PrevalenceAnswer | None = None

    def __post_init__(self) -> None:
        # NaN fails the comparison.
        if not 0 <= self.probability <= 1:
            raise WeightsError(
                f"The model answered {self.probability} where a probability from 0 to 1 was expected. Its folder is "
                "damaged: copy it again, or train again."
            )


@dataclass(frozen=True)
class ModelIdentity:
    """Which model said so.

    Attributes:
        method: name of the system.
        title: of the system.
        preset: sizes of a nine-view network; None for another system.
        backbone: that looks at its views; None for another system.
        kind: "single", "refit" or "ensemble".
        members: whose probabilities are averaged.
        weights_sha256: of the file of what was fitted.
        clinical_columns: of the table, that it reads.
        engine: name, precision and version of what computed the features of views; None for another system.
        synthetic: True where any training patient was synthetic.
        not_a_medical_device: always True.
    """

    method: str
    title: str
    preset: str | None
    backbone: str | None
    kind: str
    members: int
    weights_sha256: str
    clinical_columns: tuple[str, ...]
    engine: dict[str, str] | None
    synthetic: bool
    not_a_medical_device: bool = True

    def to_json(self) -> JsonObject:
        """Plain JSON values."""
        return to_json(self)


@dataclass(frozen=True)
class PredictionResult:
    """One case.

    Attributes:
        genes: per gene name.
        nodule: geometry report: centre, spacing, share outside, decisions; None where no scan was given.
        warnings: what a reader must know before using the numbers.
        model: which model said so.
        joint: probabilities of the four outcomes of two genes; None where `warnings` say why.
    """

    genes: dict[str, GeneResult]
    nodule: GeometryReport | None
    warnings: tuple[str, ...]
    model: ModelIdentity
    joint: dict[str, float] | None = None

    @property
    def synthetic(self) -> bool:
        """True where the scan or any training patient was synthetic."""
        return self.model.synthetic or (self.nodule is not None and self.nodule.synthetic)

    def __getitem__(self, gene: str) -> GeneResult:
        """The result of one gene.

        Raises:
            KeyError: the model does not predict it.
        """
        return self.genes[gene]

    def to_json(self) -> JsonObject:
        """Plain JSON values: one key per gene, then `joint`, `nodule`, `warnings`, `model`."""
        return {
            **{gene: to_json(result) for gene, result in self.genes.items()},
            "joint": to_json(self.joint),
            "nodule": to_json(self.nodule),
            "warnings": self.warnings,
            "model": self.model.to_json(),
        }
