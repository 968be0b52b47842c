"""Protocols from Python: a plan in, a frozen and hashed file out, before the first look."""

from collections.abc import Sequence
from pathlib import Path

from radiogene.api.cohorts import StoreArgument, opened_cohort
from radiogene.api.model import Model, ledger_of, load_model
from radiogene.cohort.identity.duplicates import COUNTED_TWICE, cohort_scans, duplicates_within, refuse_duplicates
from radiogene.cohort.identity.site_key import site_key
from radiogene.evaluation.ledger import read_ledger
from radiogene.evaluation.protocol import FrozenModel, Protocol, frozen, read_plan, write_protocol
from radiogene.methods.registry import method_named
from radiogene.storage.result_places import require_file_place


def freeze_protocol(
    plan: str | Path,
    out: str | Path,
    *,
    store: StoreArgument | None = None,
    models: Sequence[Model | str | Path] = (),
    ledger: str | Path | None = None,
    allow_duplicates: bool = False,
) -> Protocol:
    """The frozen protocol of a plan, written into a file that is never replaced.

    Args:
        plan: TOML file with question, systems, primary figure, sample and thresholds.
        out: the file.
        store: of the sample, so that its scans are frozen, too; several are one cohort; or tables without images.
        models: fitted ones, so that their weights and thresholds are frozen.
        ledger: file in which looks are counted; that of the plan, else that of this user's state folder, where not
            named.
        allow_duplicates: freeze a sample in which two patients are one.

    Raises:
        SettingsError: a plan that cannot be meant, a file that is there already, or a sample or model that is not the
            planned one.
        CohortError: two patients of the sample are one.
    """
    file = Path(out)
    require_file_place(file)
    wanted = read_plan(Path(plan))
    for system in wanted.systems:
        method_named(system)
    scans: tuple[str, ...] = ()
    patients = 0
    if store is not None:
        cohort = opened_cohort(store)
        seen = cohort_scans(cohort, site_key())
        refuse_duplicates(duplicates_within(seen), COUNTED_TWICE, allowed=allow_duplicates)
        scans, patients = seen.keys, len(cohort)
    loaded = [each if isinstance(each, Model) else load_model(each) for each in models]
    protocol = frozen(
        wanted,
        scans=scans,
        patients=patients,
        models=[
            FrozenModel(
                model.facts.method,
                model.predictor.model.weights_sha256,
                {gene: model.decision.gene(gene).threshold for gene in model.genes},
            )
            for model in loaded
        ],
        ledger=read_ledger(ledger_of(wanted, ledger)),
    )
    write_protocol(file, protocol)
    return protocol
