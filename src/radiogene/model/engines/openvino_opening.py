"""A graph of OpenVINO in two parts: its opening, and the rest, which may have another precision."""

from typing import Any

from radiogene.model.engines.engine_choice import EngineName, required_library
from radiogene.model.engines.trunk import OPENING_CONVOLUTIONS

QUANTISATION = "FakeQuantize"
"""A layer that must stay with the convolution behind it, or that one is not run in int8."""


def parted(model: Any) -> tuple[Any, ...]:
    """The parts of a model, each to be given what the one before it returns; a single one where it cannot be parted.

    A processor's precision is that of a whole compiled model, hence two models. They meet behind the last layer before
    the sixth convolution through which everything passes.

    Args:
        model: of OpenVINO, with one input and one output; it stays as it is.
    """
    library = required_library("openvino", EngineName.OPENVINO)
    model = model.clone()
    border = _border(model)
    if border is None:
        return (model,)
    given = library.opset13.parameter(border.get_partial_shape(), border.get_element_type())
    for reader in border.get_target_inputs():
        reader.replace_source_output(given.output(0))
    opening = library.Model([library.opset13.result(border)], model.get_parameters())
    rest = library.Model(model.get_results(), [given])
    return opening, rest


def _border(model: Any) -> Any | None:
    """The output behind the opening, on which alone all later layers depend; None where there is none."""
    (start,) = model.get_parameters()
    pending = {start.output(0): len(start.output(0).get_target_inputs())}
    convolutions, border = 0, None
    for layer in model.get_ordered_ops():
        read = [source for value in layer.inputs() if (source := value.get_source_output()) in pending]
        if not read:
            continue
        convolutions += layer.get_type_name() == "Convolution"
        if convolutions > OPENING_CONVOLUTIONS:
            break
        for output in read:
            pending[output] -= 1
            if not pending[output]:
                del pending[output]
        # A pooling has a second output, for its indices, which nobody reads.
        pending |= {output: readers for output in layer.outputs() if (readers := len(output.get_target_inputs()))}
        if len(pending) == 1 and layer.get_type_name() != QUANTISATION:
            border = next(iter(pending))
    return border
