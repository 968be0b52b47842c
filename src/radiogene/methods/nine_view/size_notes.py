"""How the network behind a row differs in size from the published one, in words."""

from fractions import Fraction

from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.networks.feature_network import FeatureNetwork
from radiogene.networks.presets import PAPER
from radiogene.networks.timm_network import TimmNetwork
from radiogene.networks.view_network import ViewNetwork

LARGEST_DENOMINATOR = 64


def size_notes(facts: NineViewFacts, network: FeatureNetwork) -> tuple[str, ...]:
    """Sentences; none where everything is as published.

    Args:
        facts: of the model.
        network: that looks at a view.
    """
    preset = facts.preset
    notes = []
    if preset.image_size != PAPER.image_size:
        notes.append(f"views of {preset.image_size} pixels instead of {PAPER.image_size}")
    if preset.fields_mm != PAPER.fields_mm:
        sides = " and ".join(f"{side_mm:g}" for side_mm in preset.fields_mm)
        notes.append(f"each plane shown in {sides} mm instead of {PAPER.fields_mm[0]:g}")
    if preset.window_hu != PAPER.window_hu and preset.window_hu is not None:
        low, high = preset.window_hu
        notes.append(f"Hounsfield units limited to {low:g} to {high:g}")
    if preset.shared_view_network and len(facts.view_names) > 1:
        notes.append("one network looks at all views")
    if isinstance(network, ViewNetwork):
        notes += _of_attention_network(network)
    if isinstance(network, TimmNetwork):
        notes += _of_compared_network(network)
    return tuple(notes)


def _of_attention_network(network: ViewNetwork) -> list[str]:
    sizes, published = network.settings, PAPER.view_network
    notes = []
    if sizes.style.width != published.style.width:
        notes.append(f"{Fraction(sizes.style.width).limit_denominator(LARGEST_DENOMINATOR)} of its channels")
    if sizes.units != published.units:
        own, full = sizes.units, published.units
        notes.append(f"{own.a}, {own.b} and {own.c} of its {full.a}, {full.b} and {full.c} units")
    return notes


def _of_compared_network(network: TimmNetwork) -> list[str]:
    notes = []
    if network.channel_divisor > 1:
        notes.append(f"1/{network.channel_divisor} of its channels")
    if network.first_step_taken_out:
        notes.append("its first convolution moves by one pixel instead of two, else its last map would be too small")
    return notes
