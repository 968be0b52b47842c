"""Writes docs/images/nine_views.png from a demonstration: python docs/nine_views_figure.py demo"""

import sys
from pathlib import Path

from radiogene.cohort.store.cube_record import row_key
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.preparation import prepare_nodule
from radiogene.prediction.predictor import Predictor
from radiogene.report.case_report import reported_case
from radiogene.report.view_sheets import activation_sheet


def main(demo: Path) -> None:
    """The first synthetic nodule of site B whose cube lies wholly inside its scan, with the activation map of EGFR."""
    predictor = Predictor.from_folder(demo / "model")
    whole = {r.key for r in CubeStore.open(demo / "store-b").records if r.geometry.share_outside == 0}
    row = next(row for row in read_cohort(demo / "site-b" / "cohort.csv").rows if row_key(row) in whole)
    prepared = prepare_nodule(row.ct, row.nodule, segment=row.segment)
    case = reported_case(predictor, prepared, row, predictor.predict(prepared, row))
    figure = activation_sheet(case.views_vhw, case.maps["EGFR"], case.views, case.map_sampling)
    images = Path(__file__).parent / "images"
    images.mkdir(exist_ok=True)
    figure.savefig(images / "nine_views.png", dpi=150)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
