"""How a model holds under other acquisitions, from Python."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene.errors import SettingsError
from radiogene.storage.result_places import require_folder_place

if TYPE_CHECKING:
    from radiogene.api.cohorts import StoreArgument
    from radiogene.api.model import Model
    from radiogene.prediction.stress import StressResult


def stress(
    model: "Model | str | Path",
    store: "StoreArgument",
    *,
    out: str | Path | None = None,
    amounts: Mapping[str, Sequence[float]] | None = None,
    ledger: str | Path | None = None,
    include_training_cases: bool = False,
) -> "StressResult":
    """AUC, calibration and movement of a model's answers on a cohort whose scans are changed, with 95% intervals.

    Counted in the ledger as an evaluation of the cohort is, before any figure is shown.

    Args:
        model: loaded, or its folder.
        store: of the cohort; several are one cohort.
        out: folder for `stress.html` and `stress.json`; None writes nothing.
        amounts: per change, by the name of its member ("thickness", "blur", "sharpening", "noise", "hu_shift",
            "shifted_centre"), what is tried; all as in `AMOUNTS` where not given.
        ledger: file in which every look at a cohort is counted; that of this user's state folder where not named.
        include_training_cases: allow cubes that the model was trained on; the figures are then named so.

    Raises:
        CohortError: an empty store, cubes of the training, or nobody who has what the model needs.
        WeightsError: cubes that were prepared otherwise than the model's own.
        SettingsError: an unknown change, a ledger or a place that cannot be used.
    """
    from radiogene.api.cohorts import opened_cohort
    from radiogene.api.model import ledger_of, load_model
    from radiogene.ct.acquisition_changes import Change
    from radiogene.prediction.model_evaluation import evaluate_model
    from radiogene.prediction.stress import AMOUNTS, stress_model

    folder = None if out is None else Path(out)
    if folder is not None:
        require_folder_place(folder)
    tried: Mapping[Change, Sequence[float]] = AMOUNTS
    if amounts is not None:
        unknown = [name for name in amounts if name.upper() not in Change.__members__]
        if unknown:
            wanted = ", ".join(name.lower() for name in Change.__members__)
            raise SettingsError(f"Found `amounts` of {unknown[0]!r}; expected {wanted}.")
        tried = {Change[name.upper()]: tuple(values) for name, values in amounts.items()}
    predictor = (load_model(model) if isinstance(model, str | Path) else model).predictor
    cohort = opened_cohort(store, None)
    evaluate_model(predictor, cohort, include_training_cases=include_training_cases, ledger=ledger_of(None, ledger))
    result = stress_model(predictor, cohort, tried, include_training_cases=include_training_cases)
    if folder is not None:
        from radiogene.report.stress_page import write_stress_page

        write_stress_page(folder, result)
    return result
