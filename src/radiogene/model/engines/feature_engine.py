"""What a predictor asks of the engine that computes the features of the views."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from radiogene.model.engines.engine_choice import EngineChoice, EngineName, Precision


@dataclass(frozen=True)
class EngineIdentity:
    """Which engine computed a result, as it stands in the result.

    Attributes:
        name: of the engine.
        precision: in which the view networks ran; branches, fusion and calibration are float32 or better in all.
        version: of the engine's library.
    """

    name: EngineName
    precision: Precision
    version: str

    @property
    def choice(self) -> dict[str, str]:
        """What was chosen, as plain JSON values: nothing where it is the network as it was trained.

        Of what must be the same to be continued or counted as the same, so that it may be left unsaid.
        """
        default = EngineChoice()
        if (self.name, self.precision) == (default.name, default.precision):
            return {}
        return {"engine": self.name.value, "precision": self.precision.value}

    def to_json(self) -> dict[str, str]:
        """Plain JSON values."""
        return {"name": self.name.value, "precision": self.precision.value, "version": self.version}


class FeatureEngine(Protocol):
    """Computes what `MMDL.view_features` computes, for each member of a model."""

    @property
    def identity(self) -> EngineIdentity:
        """Which engine this is."""
        ...

    def view_features(self, member: int, views_bvhw: Tensor) -> Tensor:
        """The features (B, V, C) float32 of each view, on the views' device.

        Args:
            member: which network of the model.
            views_bvhw: (B, V, S, S) float32, standardised.
        """
        ...
