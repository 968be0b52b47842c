"""Networks with weights and buffers that are numbers, checked before anything is predicted with them."""

import numpy as np
from torch import nn

from radiogene.errors import WeightsError

VARIANCE = "running_var"


def refuse_not_finite(network: nn.Module, source: object) -> None:
    """Refuse a network with a parameter or a buffer that is NaN or infinite, or a variance below 0.

    Args:
        network: on the CPU.
        source: of the weights, for the message.

    Raises:
        WeightsError: it has one.
    """
    for name, tensor in (*network.named_parameters(), *network.named_buffers()):
        # By numpy: PyTorch's threads would wait for each other longer than they compute.
        values = tensor.detach().numpy()
        if not np.isfinite(values).all() or (name.endswith(VARIANCE) and (values < 0).any()):
            raise WeightsError(
                f"{source} holds values that are not finite, or a variance below 0 ({name}). Train again."
            )
