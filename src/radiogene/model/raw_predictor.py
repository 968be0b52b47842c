"""A trained model that answers with probabilities before calibration and decision."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.model.engines.feature_engine import FeatureEngine
from radiogene.model.engines.pytorch_engine import PytorchEngine
from radiogene.model.inference import NetworkOutputs, network_outputs, sampler_of
from radiogene.model.model_folder import TrainedModel


class RawPredictor:
    """Answers for cubes prepared as the model's own were.

    Args:
        model: read from its folder.
        device: PyTorch's name of a device.
        engine: what computes the views' features of the model's networks; None is PyTorch in float32, on the device.
    """

    def __init__(self, model: TrainedModel, device: str = "cpu", engine: FeatureEngine | None = None) -> None:
        self.model = model
        self.sampler = sampler_of(model.settings).to(device)
        self.networks = tuple(network.to(device) for network in model.networks)
        self.engine = PytorchEngine(self.networks) if engine is None else engine

    def require_preparation(self, preparation_hash: str) -> None:
        """Refuses cubes that were prepared otherwise than the model's own.

        Raises:
            WeightsError: another fingerprint.
        """
        self.model.require_preparation(preparation_hash)

    def member_outputs(self, cubes_zyx: NDArray[np.int16], rows: Sequence[PatientRow]) -> list[NetworkOutputs]:
        """What each member says of N nodules.

        Args:
            cubes_zyx: (N, 64, 64, 64) int16 HU as stored.
            rows: N patients' values.
        """
        members = zip(self.networks, self.model.settings.members, strict=True)
        return [
            network_outputs(network, self.sampler, member, cubes_zyx, rows, partial(self.engine.view_features, number))
            for number, (network, member) in enumerate(members)
        ]

    def raw_probabilities(self, cubes_zyx: NDArray[np.int16], rows: Sequence[PatientRow]) -> NDArray[np.float64]:
        """(N, G) P(mutant) before calibration: the mean over members.

        Args:
            cubes_zyx: (N, 64, 64, 64) int16 HU as stored.
            rows: N patients' values.
        """
        outputs = self.member_outputs(cubes_zyx, rows)
        mean: NDArray[np.float64] = np.mean([output.probabilities for output in outputs], axis=0)
        return mean
