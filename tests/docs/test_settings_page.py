"""The page on settings files: its template is the command's, its example is one that training takes."""

import tomllib
from dataclasses import asdict

import pytest

from docs.documentation_pages import DOCS, blocks
from radiogene.api.settings import settings_template
from radiogene.api.training import decided
from radiogene.errors import SettingsError
from radiogene.methods.registry import method_named

PAGE = DOCS / "how-to" / "settings-file.md"


def test_the_printed_template_is_the_commands():
    (printed,) = [text for _, text in blocks(PAGE) if text.startswith("$ radiogene settings clinical\n")]
    assert printed.partition("\n")[2] == settings_template("clinical")


def test_the_example_sets_what_it_names():
    (example,) = [tomllib.loads(text) for language, text in blocks(PAGE) if language == "toml"]
    settings, run = decided(method_named("mmdl"), example, None)
    both = asdict(settings) | {"run": asdict(run)}
    for name, value in example.items():
        if isinstance(value, dict):
            assert both[name] | value == both[name], name
        else:
            assert both[name] == (tuple(value) if isinstance(value, list) else value), name


def test_the_printed_refusal_is_the_librarys():
    with pytest.raises(SettingsError) as refused:
        decided(method_named("clinical"), {"seeds": "three"}, None)
    assert f"\nradiogene: {refused.value}\n" in PAGE.read_text(encoding="utf-8")
