"""The folder of an experiment: whose it is, so that a second run goes on with the same settings and cohorts only."""

from pathlib import Path

from radiogene.errors import SettingsError
from radiogene.model.model_folder import MANIFEST_FILE
from radiogene.storage.atomic_files import write_json
from radiogene.storage.checked_files import read_json_object
from radiogene.storage.typed_json import JsonObject

EXPERIMENT_FILE = "experiment.json"


def shown_before(out: Path) -> tuple[str, ...]:
    """Names of the experiments that the report in a folder shows; none where there is no report.

    Args:
        out: the folder.

    Raises:
        SettingsError: the manifest is no JSON object.
    """
    if not (out / MANIFEST_FILE).is_file():
        return ()
    names = read_json_object(out / MANIFEST_FILE).get("experiments")
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def claim(out: Path, content: JsonObject) -> None:
    """Makes the folder, or refuses one that holds anything but the same experiment.

    Args:
        out: the folder.
        content: settings and fingerprints of the cohorts, plain JSON values.

    Raises:
        SettingsError: other files, or an experiment with other settings or cohorts.
    """
    out.mkdir(parents=True, exist_ok=True)
    there = sorted(path.name for path in out.iterdir() if not path.name.startswith("."))
    if there and EXPERIMENT_FILE not in there:
        raise SettingsError(f"{out} holds {there[0]} and is no experiment's folder; choose an empty or new --out.")
    if there:
        there_now = read_json_object(out / EXPERIMENT_FILE)
        other = sorted(key for key in {*there_now, *content} if there_now.get(key) != content.get(key))
        if other:
            raise SettingsError(
                f"{out} holds an experiment with other {', '.join(other)}. Give the same options to go on with it, or "
                "choose another --out."
            )
    write_json(out / EXPERIMENT_FILE, content)
