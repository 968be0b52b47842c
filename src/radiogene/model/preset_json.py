"""A preset as JSON and back: the sizes of a network travel with its weights, not the name of a preset alone."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from radiogene.errors import SettingsError, WeightsError
from radiogene.networks.backbones import INCEPTION_ATTENTION_RESNET
from radiogene.networks.presets import Preset

_PRESET = TypeAdapter(Preset)


def preset_to_json(preset: Preset) -> dict[str, Any]:
    """The preset as plain JSON values."""
    content: dict[str, Any] = _PRESET.dump_python(preset, mode="json")
    return content


def preset_from_json(content: dict[str, Any]) -> Preset:
    """The preset of a settings file.

    Raises:
        WeightsError: unknown, missing or impossible values.
    """
    try:
        preset = _PRESET.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise WeightsError(f"settings.json: preset, {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except SettingsError as error:
        raise WeightsError(f"settings.json: preset: {error}") from error
    # A preset from before there were backbones names none; one from before there were divisors has full width.
    if preset_to_json(preset) != {"backbone": INCEPTION_ATTENTION_RESNET, "channel_divisor": 1, **content}:
        raise WeightsError("settings.json: the preset holds keys that this version does not know.")
    return preset
