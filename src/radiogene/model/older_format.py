"""Model folders of format 1: those of nine-view networks are read, those of others refused."""

from pathlib import Path

from radiogene.errors import WeightsError
from radiogene.model.facts import FORMAT
from radiogene.networks.gene_branch import ClinicalEntry
from radiogene.storage.typed_json import JsonObject

SYSTEM_FILE = "system.json"
"""What a compared system of format 1 had in place of `settings.json`."""

METHOD_OF_BACKBONE = {"inception-attention-resnet": "mmdl"}
"""The name of a nine-view method is that of its backbone, but for the paper's own."""


def refuse_older_system(path: Path) -> None:
    """Refuse the folder of a compared system of format 1.

    Raises:
        WeightsError: naming the way out.
    """
    if (path / SYSTEM_FILE).is_file():
        raise WeightsError(
            f"{path} holds a compared system of format 1, which this version does not read. Train it again by "
            "`radiogene train --method`, or use radiogene 0.1."
        )


def as_current_format(content: JsonObject) -> JsonObject:
    """What `settings.json` of format 1 says, in the words of this version; another format as it is.

    Args:
        content: of the file.
    """
    preset, members = content.get("preset"), content.get("members")
    if content.get("format") != 1 or not isinstance(preset, dict) or not isinstance(members, list) or not members:
        return content
    backbone = str(preset.get("backbone", "inception-attention-resnet"))
    columns = members[0]["clinical"]["columns"]
    return {
        **content,
        "format": FORMAT,
        "method": METHOD_OF_BACKBONE.get(backbone, backbone),
        "columns": columns,
        "clinical_at": ClinicalEntry.FC256_OUTPUT.value,
    }
