"""Where the seconds of one prediction go, in a process of its own that does what `radiogene predict` does.

    python benchmarks/harness/answer_stages.py MODEL CT NODULE

Prints seconds by stage as JSON. The interpreter's own start is not among them.
"""

import json
import sys
import time
from pathlib import Path

started = time.perf_counter()
seconds: dict[str, float] = {}


def lap(stage: str) -> None:
    global started
    now = time.perf_counter()
    seconds[stage] = now - started
    started = now


def main(model: Path, ct: Path, nodule: str) -> None:
    import torch  # noqa: F401

    lap("importing torch")
    from radiogene.ct.preparation import prepare_nodule
    from radiogene.prediction.case_values import case_row
    from radiogene.prediction.predictor import Predictor
    from radiogene.report.terminal_text import prediction_text

    lap("other imports")
    predictor = Predictor.from_folder(model)
    lap("reading the model")
    prepared = prepare_nodule(ct, nodule)
    lap("CT to cube")
    result = predictor.predict(prepared, case_row(age="70", sex=None, smoking=None))
    lap("network")
    prediction_text(result)
    lap("text")
    from radiogene.report.case_page import write_case_report
    from radiogene.report.case_report import reported_case

    lap("imports of the report")
    case = reported_case(predictor, prepared, case_row(age="70", sex=None, smoking=None), result)
    write_case_report(model.parent / "stages", case)
    lap("report with activation maps")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    print(json.dumps(seconds))
