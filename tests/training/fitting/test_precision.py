"""What `--precision auto` means, and what a run that asks too much of a machine is told."""

from dataclasses import replace

import pytest
import torch

from radiogene.errors import SettingsError
from radiogene.methods.run_settings import RunSettings, run_options
from radiogene.training.fitting.precision import chosen_precision, has_bf16, processor_capabilities
from radiogene.training.fitting.run_options import RunOptions, require_machine


@pytest.mark.parametrize(
    ("capabilities", "bf16"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, True),
        ({"avx512_bf16": False, "amx_bf16": True}, True),
        ({"avx512_bf16": False, "avx512_f": True}, False),
        ({}, False),
    ],
)
def test_a_processor_without_bf16_instructions_keeps_float32(capabilities, bf16):
    assert has_bf16(capabilities) is bf16


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed", "16-mixed"])
def test_a_precision_that_was_asked_for_is_taken(precision):
    assert chosen_precision(precision, "cpu") == precision


def test_auto_is_one_of_lightnings_names_in_the_run_and_so_in_the_manifest():
    options = run_options(RunSettings(accelerator="cpu", precision="auto"))
    expected = "bf16-mixed" if has_bf16(processor_capabilities()) else "32-true"
    assert options.precision == expected
    assert options.of_results()["precision"] == expected


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_compiled_network_wants_a_gpu():
    with pytest.raises(SettingsError, match=r"`compiled` needs a CUDA GPU"):
        require_machine(replace(RunOptions(accelerator="cpu"), compiled=True))
