"""One prediction in a notebook: numbers, warnings, the views with what the network looked at, and a report."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene.cohort.row import PatientRow
from radiogene.ct.preparation import PreparedNodule, stored_cube
from radiogene.errors import SettingsError
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import GeneResult, PredictionResult
from radiogene.report.terminal_text import prediction_text
from radiogene.storage.result_places import require_folder_place
from radiogene.storage.typed_json import JsonObject

if TYPE_CHECKING:
    from radiogene.explanation.activation_maps import ActivationMaps
    from radiogene.report.case_report import ReportedCase
    from radiogene.report.dicom.dicom_results import DicomResults


class Prediction:
    """The answer of a model for one nodule.

    Args:
        result: what the model says.
        predictor: that said so.
        prepared: the nodule; None where no scan was given.
        row: the values that were entered.
        scan: path and series that it was read from; None for a nodule that was made ready before.
    """

    def __init__(
        self,
        result: PredictionResult,
        predictor: Predictor,
        prepared: PreparedNodule | None,
        row: PatientRow,
        scan: tuple[Path, str | None] | None = None,
    ) -> None:
        self.result = result
        self.prepared = prepared
        self._predictor = predictor
        self._row = row
        self._scan = scan

    def __getitem__(self, gene: str) -> GeneResult:
        """The result of one gene: `probability`, `call`, `threshold`, `spread`.

        Raises:
            KeyError: the model does not predict it.
        """
        return self.result[gene]

    @property
    def genes(self) -> tuple[str, ...]:
        """The genes that the model predicts."""
        return tuple(self.result.genes)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before using the numbers."""
        return self.result.warnings

    def __repr__(self) -> str:
        return prediction_text(self.result)

    def _repr_html_(self) -> str:
        """The page of a notebook: probabilities, warnings, views and activation maps."""
        from radiogene.report.case_page import notebook_view

        return notebook_view(self._case)

    def to_json(self) -> JsonObject:
        """Plain JSON values, as `radiogene predict --json` prints them."""
        return self.result.to_json()

    def explain(self) -> "dict[str, ActivationMaps]":
        """The activation maps of every gene over the views: where the network finds support for a mutation.

        Raises:
            SettingsError: a system without a network on views.
        """
        from radiogene.explanation.model_maps import explained_model

        if self.prepared is None:
            raise SettingsError("There are no activation maps without a scan: the model reads columns alone.")
        model = explained_model(self._predictor.model.method)
        return model.maps(stored_cube(self.prepared.cube_hu), self._row)

    def save_report(self, folder: str | Path) -> Path:
        """Write `report.html` and `prediction.json` into a folder, and give the path of the page.

        Raises:
            SettingsError: a place that cannot be written.
        """
        from radiogene.report.case_page import write_case_report

        place = Path(folder)
        require_folder_place(place)
        return write_case_report(place, self._case)

    def save_dicom(self, folder: str | Path) -> "DicomResults":
        """Write DICOM objects that lie beside the CT in a PACS, with its patient and study, and give their files.

        A structured report (Comprehensive 3D SR, TID 1500, unverified), a Secondary Capture, and a Segmentation where
        the nodule was outlined. Unlike everything else, they carry the patient's identifiers.

        Raises:
            SeriesError: the scan is no DICOM series, or has no frame of reference.
            SettingsError: a place that cannot be written, or a prediction of a nodule that was made ready before.
        """
        from radiogene.report.dicom.dicom_results import write_dicom_results

        if self._scan is None or self.prepared is None:
            raise SettingsError(
                "DICOM results belong to the patient and study of a CT: give `predict` the DICOM folder and the "
                "nodule, not values alone or a nodule that was made ready before."
            )
        place = Path(folder)
        require_folder_place(place)
        ct, series = self._scan
        return write_dicom_results(place, self._case, self.prepared.nodule, ct, series)

    @cached_property
    def _case(self) -> "ReportedCase":
        from radiogene.report.case_report import reported_case

        return reported_case(self._predictor, self.prepared, self._row, self.result)
