"""The conformal set of a case, and the sentences that go with it."""

from radiogene.decision.conformal import fewest_for_a_cutoff
from radiogene.decision.decision import Decision, GeneDecision
from radiogene.evaluation.held_out import OUT_OF_FOLD
from radiogene.prediction.result import ConformalAnswer
from radiogene.storage.plain_words import counted


def conformal_answer(rule: GeneDecision, probability: float, level: float) -> ConformalAnswer | None:
    """The set of a calibrated probability; None where the model keeps no scores.

    Args:
        rule: of the gene.
        probability: calibrated.
        level: least mean coverage of each class.
    """
    ends = rule.cutoffs(level)
    return None if ends is None else ConformalAnswer(ends.set_of(probability).value, level, rule.patients)


def conformal_warnings(decision: Decision, level: float) -> list[str]:
    """A sentence on each gene without a set, or whose sets too few patients of a class make wide.

    Args:
        decision: of the model.
        level: of the sets.
    """
    sentences, without = [], [rule for rule in decision.genes.values() if rule.scores is None]
    if without:
        with_folds = without[0].set_on == OUT_OF_FOLD
        way_out = "`radiogene calibrate MODEL --kind KIND`" if with_folds else "`radiogene train --folds 5`"
        reason = "keeps no scores for it" if with_folds else "was trained without folds"
        sentences.append(f"`conformal` is not given: the model {reason}; get it by {way_out}.")
    fewest = fewest_for_a_cutoff(level)
    for gene, rule in decision.genes.items():
        if rule.scores is None:
            continue
        for word, values in (("mutant", rule.scores.mutants), ("wild type", rule.scores.wild_types)):
            if len(values) < fewest:
                sentences.append(
                    f"Behind the conformal sets of {gene} stand {counted(len(values), word)} only: every set holds "
                    f"{word!r}, because {level:.0%} needs {fewest} or more."
                )
    return sentences
