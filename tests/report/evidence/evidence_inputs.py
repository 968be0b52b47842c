"""A whole report as an experiment on the phantom would fill it: made-up predictions, evaluated by the package."""

import io
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from radiogene.cohort.row import PatientRow
from radiogene.cohort.table_one.table_one import CohortColumn, table_one
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.comparison import PAIRED_T, auc_difference, holm_adjusted, mcnemar_exact
from radiogene.evaluation.evaluation import EvaluationSettings, Threshold, evaluate_predictions
from radiogene.evaluation.measure import undefined
from radiogene.evaluation.predictions import Predictions
from radiogene.report.demo_figures import calibration_figure, roc_figure
from radiogene.report.evidence.answer import answer_of_block
from radiogene.report.evidence.evidence_report import (
    CohortDescription,
    EvidenceFigure,
    EvidenceReport,
    FailedFit,
    GeneCounts,
    LedgerLine,
    PermutationLine,
    PlainTable,
    SupplementEntry,
)
from radiogene.report.evidence.evidence_table import COLUMNS, EvidenceTable, RowComparison, TableBlock, TableRow
from radiogene.report.paper.deep_methods import NETWORKS, network_row
from radiogene.report.paper.paper_values import PAPER_TABLES, paper_notes, paper_row

GENES = ("EGFR", "KRAS")
TRAINING, EXTERNAL = 60, 90
SETTINGS = EvaluationSettings(BootstrapSettings(resamples=60))
THRESHOLD = 0.45

TRADITIONAL = {"Clinical model": 0.7, "Radiomics model": 1.0, "MMDL": 1.6}
PAPER_OF = {"MMDL": "Our model"}
FACTORS = {"Null": 1.1, "Age": 1.1, "Sex": 1.2, "Smoking status": 1.3, "Age, sex, smoking status": 1.6}
STUDIES = {
    "A": ("A: slide model, InceptionV3", 0.9),
    "B": ("B: deep learning on CT", 1.0),
    "C": ("C: 3D network with clinical data", 1.1),
    "D": ("D: deep, radiomic and clinical features", 1.2),
    "E": ("E: radiomics and semantic features", 0.8),
    "F": ("F: clinical features", 0.6),
    "G": ("G: radiomics and clinical features", 1.0),
    "H": ("H: radiomics", 0.9),
    "I": ("I: semantic features, decision tree", 1.0),
    "J": ("J: SUVmax and clinical features", 0.0),
    "Our methods": ("MMDL", 1.6),
}

RESTS_ON = {"training": "out-of-fold predictions", "external": "external patients, every choice frozen before"}


@cache
def cohort(role: str) -> tuple[PatientRow, ...]:
    """Synthetic patients with labels."""
    number = TRAINING if role == "training" else EXTERNAL
    generator = np.random.default_rng(3 if role == "training" else 4)
    rows = []
    for patient in range(number):
        draws = generator.uniform(size=6)
        unknown = role == "external"
        labels = {
            gene: None if unknown and draws[3 + k] < 0.12 else int(draws[k] < 0.38) for k, gene in enumerate(GENES)
        }
        rows.append(
            PatientRow(
                patient_id=f"SYN-{role[0].upper()}-{patient:04d}",
                age_years=float(round(62 + 9 * generator.normal())),
                sex="female" if draws[5] < 0.45 else "male",
                smoking=bool(draws[2] < 0.6),
                labels=labels,
                synthetic=True,
                row_number=patient + 2,
            )
        )
    return tuple(rows)


@cache
def predictions(role: str, strength: float, seed: int) -> Predictions:
    """Of one system, the stronger the better."""
    rows = cohort(role)
    labels = np.array([[-1 if row.labels[g] is None else row.labels[g] for g in GENES] for row in rows], dtype=np.int8)
    generator = np.random.default_rng(seed)
    shift = np.array([strength, 0.5 * strength]) * (labels == 1)
    probabilities = 1 / (1 + np.exp(-(shift - 0.6 + generator.normal(size=labels.shape))))
    return Predictions(tuple(row.patient_id for row in rows), GENES, probabilities, labels)


@cache
def measures(role: str, strength: float, seed: int, gene: str) -> Mapping[str, Any]:
    """Evaluated by the package."""
    thresholds = {name: Threshold(THRESHOLD, "inner validation") for name in GENES}
    found = evaluate_predictions(predictions(role, strength, seed), thresholds, None, SETTINGS).genes[gene]
    figures = {"auc": found.auc} | {name: getattr(found.metrics, name) for name in COLUMNS if name != "auc"}
    return {"measures": figures, "patients": found.patients, "mutants": found.mutants}


def block(
    table: str, role: str, gene: str, systems: Mapping[str, tuple[str, float]], heading: str = "", offset: int = 0
) -> TableBlock:
    """Rows of one gene; the last system is MMDL.

    Args:
        table: whose paper's figures stand beside.
        role: of the cohort.
        gene: which gene.
        systems: by row of the paper, label and strength.
        heading: of the block; the gene where empty.
        offset: of the seeds.
    """
    keys = list(systems)
    main = predictions(role, systems[keys[-1]][1], 100).gene(gene)
    compared = {}
    for number, key in enumerate(keys[:-1]):
        other = predictions(role, systems[key][1], offset + number).gene(gene)
        found = auc_difference(main.labels, main.probabilities, other.probabilities)
        calls = mcnemar_exact(main.labels, main.probabilities >= THRESHOLD, other.probabilities >= THRESHOLD)
        compared[key] = (found, calls.p_value)
    holm = holm_adjusted({key: found.p_value for key, (found, _) in compared.items()})
    rows = []
    for number, (key, (label, strength)) in enumerate(systems.items()):
        printed = paper_row(table, gene, key) if key in dict_rows(table, gene) else {}
        notes = paper_notes(table, gene, key) if printed else ()
        if strength == 0.0:
            rows.append(TableRow(label, paper=printed, notes=notes, reason="no column SUVmax in the training table"))
            continue
        seed = 100 if key == keys[-1] else offset + number
        comparison = None
        if key in compared:
            found, p_calls = compared[key]
            comparison = RowComparison(main.labels.size, found.difference, found.p_value, holm[key], p_calls, PAIRED_T)
        rests_on = RESTS_ON[role]
        rows.append(
            TableRow(
                label,
                **measures(role, strength, seed, gene),
                paper=printed,
                rests_on=rests_on,
                comparison=comparison,
                notes=notes,
            )
        )
    return TableBlock(heading or gene, gene, tuple(rows))


def dict_rows(table: str, gene: str) -> set[str]:
    return {row for of_gene, row in PAPER_TABLES[table].rows if of_gene == gene}


@cache
def tables() -> tuple[EvidenceTable, ...]:
    """Tables 2 to 8."""
    traditional = {PAPER_OF.get(name, name): (name, strength) for name, strength in TRADITIONAL.items()}
    strengths = dict(zip(NETWORKS, (1.0, 0.9, 0.8, 0.7, 1.1, 1.6), strict=True))
    views = {row: (f"Paper's views {row}", 1.2) for gene, row in PAPER_TABLES["table5"].rows if gene == "EGFR"}
    views["1-9"] = ("All nine (MMDL)", 1.6)
    factors = {name: (name, strength) for name, strength in FACTORS.items()}
    reduced = "Reduced width: a quarter of the published channels."
    deep_blocks = []
    for task in ("single-task", "multi-task"):
        for gene in GENES:
            systems = {network_row(name, task): (name, strengths[name]) for name in NETWORKS}
            found = block("table4", "external", gene, systems, f"{gene} ({task})", 20 if task == "multi-task" else 40)
            rows = tuple(
                replace(row, notes=(reduced, *row.notes)) if row.label != "MMDL" else row for row in found.rows
            )
            deep_blocks.append(replace(found, rows=rows))
    both = tuple(COLUMNS)

    def pair(table: str, role: str, systems: Mapping[str, tuple[str, float]], offset: int) -> tuple[TableBlock, ...]:
        return tuple(block(table, role, gene, systems, offset=offset) for gene in GENES)

    return (
        EvidenceTable(
            "table2", "Training cohort: against the models of before", both, pair("table2", "training", traditional, 0)
        ),
        EvidenceTable(
            "table3", "External cohort: against the models of before", both, pair("table3", "external", traditional, 0)
        ),
        EvidenceTable(
            "table4", "External cohort: other networks, single-task and multi-task", both, tuple(deep_blocks)
        ),
        EvidenceTable("table5", "External cohort: combinations of views", both, pair("table5", "external", views, 60)),
        EvidenceTable(
            "table6",
            "Other published methods, fitted again on these patients",
            both[:4],
            (block("table6", "external", "EGFR", STUDIES, offset=80),),
            ("The paper's figures of A to J are of other patients, as those studies printed them.",),
        ),
        EvidenceTable("table7", "Training cohort: personal information", both, pair("table7", "training", factors, 90)),
        EvidenceTable("table8", "External cohort: personal information", both, pair("table8", "external", factors, 90)),
    )


def svg_of(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def png_of(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=130, metadata={"Software": None})
    return stream.getvalue()


@cache
def maps_figure() -> Figure:
    """Rows A, B, C of seven nodules."""
    generator = np.random.default_rng(0)
    figure = Figure(figsize=(7, 3.1), layout="constrained")
    grid = np.hypot(*np.meshgrid(np.linspace(-1, 1, 48), np.linspace(-1, 1, 48)))
    panels = figure.subplots(3, 7)
    for column in range(7):
        nodule = (grid < 0.3 + 0.2 * generator.uniform()) + 0.15 * generator.normal(size=grid.shape)
        heat = np.exp(-((grid / 0.5) ** 2))
        for row, (image, colours) in enumerate(((nodule, "gray"), (heat, "jet"), (nodule, "gray"))):
            panels[row, column].imshow(image, cmap=colours)
            panels[row, column].set_axis_off()
        panels[2, column].imshow(heat, cmap="jet", alpha=0.4)
    return figure


@cache
def figures() -> tuple[EvidenceFigure, ...]:
    """Drawn figures, and one that could not be."""
    of_systems = {name: predictions("external", strength, 100) for name, strength in TRADITIONAL.items()}
    roc = svg_of(roc_figure(of_systems))
    return (
        EvidenceFigure(
            "figure6",
            "Figure 6. ROC curves in the training cohort",
            "Out-of-fold predictions; bands are pointwise 95% intervals of a bootstrap of patients.",
            roc,
            "ROC curves of six networks in four panels",
        ),
        EvidenceFigure(
            "figure7",
            "Figure 7. Activation maps of EGFR",
            "Rows: (A) the nodule, (B) the map, (C) both. Seven external nodules, chosen at random with a stated seed.",
            png_of(maps_figure()),
            "Activation maps over seven nodules",
        ),
        EvidenceFigure(
            "figure10",
            "Figure 10. Pretrained against scratch",
            "External AUC with its interval.",
            b"",
            "",
            reason="no pretrained network was given (`--init`)",
        ),
    )


def supplement() -> tuple[SupplementEntry, ...]:
    of_systems = {name: predictions("external", strength, 100) for name, strength in TRADITIONAL.items()}
    curve = EvidenceFigure(
        "calibration-curves",
        "Calibration curves, external cohort",
        "Five bins of equally many patients; the dotted line is right.",
        svg_of(calibration_figure(of_systems)),
        "Calibration curves of three systems",
    )
    return (
        SupplementEntry(
            "calibration",
            "Calibration",
            ("Slope 1 and intercept 0 are right; a slope below 1 is overconfident. ECE by quantile bins.",),
            PlainTable(
                ("System", "Gene", "Brier", "Slope", "ECE"),
                (("MMDL", "EGFR", "0.182 (0.150 to 0.214)", "0.81 (0.40 to 1.22)", "0.071 (0.050 to 0.130)"),),
            ),
            (curve,),
        ),
        SupplementEntry(
            "subgroups",
            "Subgroups",
            ("External AUC of MMDL by sex and smoking. Intervals are not adjusted for the number of groups.",),
            PlainTable(
                ("gene", "subgroup", "patients", "mutants", "AUC"),
                (
                    ("EGFR", "sex: female", "41", "12", "0.831 (0.702 to 0.960)"),
                    ("EGFR", "sex: male", "49", "12", "0.855 (0.740 to 0.970)"),
                    ("EGFR", "smoking: ever", "60", "10", "0.801 (0.640 to 0.962)"),
                    ("EGFR", "smoking: never", "30", "14", "0.822 (0.650 to 0.994)"),
                    ("EGFR", "site: B", "90", "24", "0.841 (0.740 to 0.942)"),
                ),
                ("Looked at, not tested.",),
            ),
        ),
        SupplementEntry(
            "seeds",
            "Spread over seeds",
            ("Three fits of MMDL that differ in their seed: external AUC of EGFR 84.0, 85.2 and 83.1%.",),
        ),
    )


def manifest() -> dict[str, Any]:
    """As an experiment writes it."""
    return {
        "synthetic": True,
        "genes": list(GENES),
        "finished": "2026-11-24T12:30:00+00:00",
        "preset": "tiny",
        "image_size_px": 64,
        "init": {"MMDL": ["random"]},
        "epochs": 12,
        "class_weighting": False,
        "augmentation": ["flips", "turns by 90 degrees", "shifts of at most 4 mm"],
        "preparation": {
            "spacing_mm": 1.0,
            "cube_mm": 64.0,
            "interpolation": "cubic B-splines",
        },
        "standardisation": "mean and standard deviation of the training patients' cubes",
        "views": ["axial", "coronal", "sagittal"],
        "view_sampling": "stretched to a square",
        "nodule_rule": "largest",
        "systems": [
            {
                "name": "clinical",
                "title": "Clinical model",
                "learner": "random forest of 100 trees",
                "needs": ["clinical columns"],
                "notes": [],
            },
            {
                "name": "mmdl",
                "title": "MMDL",
                "learner": "nine-view network with attention, two genes",
                "needs": ["CT cube", "clinical columns"],
                "notes": ["reduced width"],
            },
        ],
        "clinical_columns": ["age", "sex", "smoking"],
        "elimination_step": 0.1,
        "splits": {
            "by": "patient",
            "stratified_by": ["EGFR", "KRAS"],
            "networks": {"kind": "single", "validation_share": 0.3},
            "classical": {"kind": "nested", "outer_folds": 5, "inner_folds": 3},
        },
        "seeds": {"Clinical model": [0], "MMDL": [0]},
        "repeats": {"Clinical model": [0, 1, 2]},
        "seeds_averaged": 1,
        "decision": {
            "threshold_rule": "Youden",
            "calibration": "temperature",
            "set_on": ["out-of-fold", "inner validation"],
            "cross_fitted": True,
        },
        "bootstrap": {"resamples": 2000, "seed": 0},
        "frozen_before_external": True,
        "versions": {"radiogene": "0.1.0", "python": "3.11.2", "torch": "2.13.0", "scikit-learn": "1.9.1"},
        "device": "cpu",
        "precision": "32-true",
        "cores": 2,
        "peak_memory_mb": 1843.2,
        "fingerprints": {"training": "0123456789abcdef" * 4, "external": "fedcba9876543210" * 4},
    }


def described(role: str, name: str, facts: Mapping[str, str], notes: tuple[str, ...] = ()) -> CohortDescription:
    rows = cohort(role)
    counts = []
    for gene in GENES:
        found = [row.labels[gene] for row in rows]
        counts.append(GeneCounts(gene, found.count(1), found.count(0), found.count(None)))
    return CohortDescription(role, name, len(rows), len(rows) + 3, tuple(counts), facts, notes)


@cache
def example_report() -> EvidenceReport:
    """The whole report."""
    found = tables()
    columns = [CohortColumn("training", cohort("training")), CohortColumn("external", cohort("external"))]
    return EvidenceReport(
        title="EGFR and KRAS mutation from CT: every table and figure",
        synthetic=True,
        cohorts=(
            described("training", "Site A", {"age": "median 62 years (44 to 81)", "women": "45%", "slices": "1.0 mm"}),
            described(
                "external",
                "Site B",
                {"age": "median 63 years (41 to 83)", "women": "47%", "slices": "2.5 mm"},
                ("2 rows failed in preparation (no segment) and are in no figure.",),
            ),
        ),
        answers=tuple(answer_of_block(of_gene, "MMDL", "Clinical model") for of_gene in found[1].blocks),
        manifest=manifest(),
        table_one=table_one(columns),
        tables=found,
        figures=figures(),
        supplement=supplement(),
        ledger=tuple(
            LedgerLine(
                f"2026-11-24T12:{number:02d}:00+00:00", name, "Site B", EXTERNAL, "Table 3", f"{number:02d}ab34cd56ef"
            )
            for number, name in enumerate(("Clinical model", "Radiomics model", "MMDL"), start=10)
        ),
        permutations=(
            PermutationLine("Clinical model", "EGFR", 20, 0.507),
            PermutationLine("Clinical model", "KRAS", 20, 0.489),
            PermutationLine("Radiomics model", "KRAS", 0, None, reason="fewer than five mutants in a fold"),
        ),
        failures=(
            FailedFit("J: SUVmax", "seed 0", "no column SUVmax in the training table", ("Table 6",), 0.1),
            FailedFit("MMDL", "pretrained", "no pretrained network was given (`--init`)", ("Figure 10",), 0.0),
        ),
        seconds={"preparation": 41.0, "radiomics": 212.4, "networks": 1810.2, "report": 3.1},
    )


def empty_report() -> EvidenceReport:
    """A report of an experiment that made nothing."""
    return EvidenceReport("Nothing", False, (), (), {})


def missing_measure() -> TableRow:
    """A row whose AUC is undefined."""
    return TableRow("one class", {"auc": undefined("one class only")}, patients=4, mutants=0, rests_on="none")
