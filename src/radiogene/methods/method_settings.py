"""What a user decides about a compared system; plain data, saved beside every fit."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from radiogene.errors import WeightsError


@dataclass(frozen=True)
class MethodSettings:
    """One fit of one system. A system passes over what does not concern it.

    Attributes:
        genes: G names, the order of every gene axis.
        clinical: columns that are given to it; None for the system's own.
        seed: of everything random.
        seeds: repeats with seeds that follow each other; predictions are averaged.
        folds: of the cross-validation that makes unseen predictions. 0, for networks only, holds out one part instead.
        preset: sizes of a network.
        epochs: of a network's main stage; the preset's where None.
        views: of a nine-view network; all nine where empty.
        attention: False switches a network's masks off.
        init: where a network starts: `random`, the folder of a pretrained network, or `imagenet:FILE`.
        elimination_step: share of the features that recursive elimination drops in each round.
        accelerator: Lightning's name of the device.
        precision: Lightning's name of the arithmetic.
    """

    genes: tuple[str, ...] = ("EGFR", "KRAS")
    clinical: tuple[str, ...] | None = None
    seed: int = 0
    seeds: int = 1
    folds: int = 5
    preset: str = "small"
    epochs: int | None = None
    views: tuple[str, ...] = ()
    attention: bool = True
    init: str = "random"
    elimination_step: float = 0.1
    accelerator: str = "cpu"
    precision: str = "32-true"

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "MethodSettings":
        """The settings that `to_json` wrote.

        Raises:
            WeightsError: a missing or unknown key.
        """
        expected = {field.name for field in fields(cls)}
        if set(content) != expected:
            raise WeightsError(f"Settings of a method with the keys {sorted(content)}; expected {sorted(expected)}.")
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}
        return cls(**values)
