"""`radiogene imagenet`: the one command that downloads anything."""

from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import Quiet
from radiogene.cli.progress import progress_bar
from radiogene.storage.result_places import require_file_place


def imagenet(
    out: Annotated[Path, typer.Option("--out", help="The new file, ending with .safetensors.")],
    hub: Annotated[
        str,
        typer.Option("--hub", envvar="RADIOGENE_HUB", help="Address of the hub or a mirror (else RADIOGENE_HUB)."),
    ] = "https://huggingface.co",
    quiet: Quiet = False,
) -> None:
    """Download ImageNet parameters of Inception-ResNet-v2 (224 MB), check them, and note their licence beside them."""
    from radiogene.networks.imagenet_download import fetch_imagenet_parameters

    require_file_place(out)
    with progress_bar("bytes of parameters", quiet) as progress:
        fetch_imagenet_parameters(out, hub, lambda so_far, in_all: progress(so_far, in_all or so_far))
    typer.echo(str(out))
