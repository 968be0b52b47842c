"""The same network in a plain Lightning loop: eager float32, every image transformed on the processor by MONAI."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import lightning
import numpy as np
import torch
from monai.transforms import Compose, NormalizeIntensity, RandAffine, RandFlip, RandRotate90, Resize
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from radiogene.ct.nine_views import View, cut_views
from radiogene.ct.resampling import CUBE_MM
from radiogene.ct.scan import AIR_HU
from radiogene.networks.losses import branch_loss
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation
from radiogene.training.batches.augmentation import LARGEST_SHIFT_MM
from radiogene.training.fitting.fit import quiet_lightning
from radiogene.training.stages.schedule import schedule_of
from training_loops.our_loop import LEARNING_RATE, TrainingData, network_of, views_of
from training_loops.step_clock import ClockedLoader, StepClock


class PlainMMDL(MMDL):
    """The network without our order of channels."""

    def features_of_view(self, view: int, images_bhw: Tensor) -> Tensor:
        """The features (B, C) of images of one view."""
        index = 0 if self.shared_view_network else view
        return self.view_networks[index](self.grey_to_rgb[index](images_bhw.unsqueeze(1)))


def image_transforms(size: int, standardisation: Standardisation) -> Compose:
    """What happens to each image: enlarged, turned, flipped, shifted with air filled in, and scaled.

    Args:
        size: pixels of the network's images.
        standardisation: of HU.
    """
    shift = LARGEST_SHIFT_MM * size / CUBE_MM
    return Compose(
        [
            Resize((size, size), mode="bilinear"),
            RandRotate90(prob=0.75, max_k=3),
            RandFlip(prob=0.5, spatial_axis=0),
            RandFlip(prob=0.5, spatial_axis=1),
            # Images are above air, so that zeros are air.
            RandAffine(prob=1.0, translate_range=(shift, shift), mode="bilinear", padding_mode="zeros"),
            NormalizeIntensity(subtrahend=standardisation.mean_hu - AIR_HU, divisor=standardisation.sd_hu),
        ]
    )


class PlainPatients(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Patients one by one. Their views are cut beforehand, which no step of this loop has to pay.

    Args:
        data: cohort and values.
        size: pixels of the network's images.
        views: which.
        patients: how many an epoch has; the cohort again and again.
    """

    def __init__(self, data: TrainingData, size: int, views: tuple[View, ...], patients: int) -> None:
        cubes = data.cohort.cubes_zyx[: min(patients, len(data.cohort.index))]
        self.planes: list[NDArray[np.float32]] = [cut_views(cube, views=views) - AIR_HU for cube in cubes]
        self.clinical = torch.from_numpy(data.clinical)
        self.labels = torch.from_numpy(data.cohort.labels).float()
        self.transforms = image_transforms(size, data.standardisation)
        self.patients = patients

    def __len__(self) -> int:
        return self.patients

    def __getitem__(self, patient: int) -> tuple[Tensor, Tensor, Tensor]:
        patient %= len(self.planes)
        images = [torch.as_tensor(self.transforms(plane[None]))[0] for plane in self.planes[patient]]
        return torch.stack(images), self.clinical[patient], self.labels[patient]


class PlainModule(lightning.LightningModule):
    """What the loop trains."""

    def __init__(self, network: MMDL) -> None:
        super().__init__()
        self.network = network
        self.clock = StepClock()

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], batch_index: int) -> Tensor:
        """The loss of the branches."""
        images, clinical, labels = batch
        loss = branch_loss(
            self.network(images, clinical).branch_logits, labels, torch.ones_like(labels, dtype=torch.bool)
        )
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """The optimiser has made its step."""
        self.clock.step_is_done()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW, as ours."""
        return torch.optim.AdamW(self.network.parameters(), lr=LEARNING_RATE)


@dataclass(frozen=True, eq=False)
class PlainLoop:
    """A plain fit; a call runs it from the same weights as ours.

    Attributes:
        data: what it trains on.
        preset: sizes of the network.
        steps: that count; one more warms up.
        workers: processes that prepare batches.
        clocks: of all calls so far.
    """

    data: TrainingData
    preset: Preset
    steps: int
    workers: int
    clocks: list[StepClock] = field(default_factory=list)

    def __call__(self) -> None:
        """Trains for so many steps."""
        network = network_of(self.preset, self.data)
        network.__class__ = PlainMMDL
        module = PlainModule(network)
        batch = schedule_of(self.preset.name).batch_patients
        patients = PlainPatients(self.data, self.preset.image_size, views_of(self.preset), (self.steps + 1) * batch)
        loader = ClockedLoader(module.clock, patients, batch_size=batch, shuffle=True, num_workers=self.workers)
        with quiet_lightning(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trainer = lightning.Trainer(
                max_epochs=1,
                accelerator="cpu",
                logger=False,
                enable_checkpointing=False,
                enable_progress_bar=False,
                enable_model_summary=False,
            )
            trainer.fit(module, loader)
        self.clocks.append(module.clock)
