"""How a pretrained network was made, as its manifest and its card say it."""

from dataclasses import dataclass

from radiogene.evaluation.measure import Measure
from radiogene.storage.typed_json import JsonObject, to_json
from radiogene.training.fitting.fit import FitOutcome
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.pretraining.held_out_images import HeldOutAccuracy
from radiogene.training.pretraining.settings import PretrainingSettings


@dataclass(frozen=True)
class ImageCounts:
    """How many images of a class fitted the network, and how many chose its epoch."""

    training: int
    validation: int


@dataclass(frozen=True)
class PretrainingRecord:
    """How a network was pretrained.

    Attributes:
        settings: of the pretraining.
        options: how it ran.
        classes: images by class.
        unusable: why a file gave no image, by the file's name in the folder.
        fit: how it went.
        accuracy: of the epoch that was chosen, on the images that chose it.
        test: on images that neither fitted nor chose anything; None without such images.
        seconds: of all of it.
    """

    settings: PretrainingSettings
    options: RunOptions
    classes: dict[str, ImageCounts]
    unusable: dict[str, str]
    fit: FitOutcome
    accuracy: Measure
    test: HeldOutAccuracy | None
    seconds: float

    def to_json(self) -> JsonObject:
        """The manifest without versions and hashes, as plain JSON values."""
        content: JsonObject = {
            "settings": self.settings.to_json(),
            "run": self.options.to_json(),
            "images": {
                "classes": to_json(self.classes),
                "unusable_count": len(self.unusable),
                "unusable": to_json(self.unusable),
            },
            "fit": to_json(self.fit.without_history),
            "validation": {
                "accuracy": self.accuracy.to_json(),
                "images": sum(counts.validation for counts in self.classes.values()),
                "chose_the_epoch": True,
            },
        }
        if self.test is not None:
            content["test"] = self.test.to_json()
        return {**content, "seconds": self.seconds}
