"""From a folder of classes to decoded images: what is left out, what is refused, what is read only once."""

import shutil

import numpy as np
import pytest
from PIL import Image

from radiogene.errors import SettingsError, TrainingError
from radiogene.training.pretraining.image_folder import image_folder
from radiogene.training.pretraining.image_scaling import fit_image_scaling, scaled
from radiogene.training.pretraining.image_set import image_set
from radiogene.training.pretraining.image_split import image_split
from training.pretraining.made_images import CLASSES, write_images


@pytest.fixture
def spoiled(tmp_path):
    """Five good images of each class, and six files that give none."""
    folder = write_images(tmp_path / "images", each=5)
    (folder / "index.csv").write_text("beside the classes, so of none")
    (folder / "lying" / ".DS_Store").write_text("passed over")
    (folder / "lying" / "notes.txt").write_text("no image")
    (folder / "lying" / "cut.png").write_bytes((folder / "lying" / "photo-00.png").read_bytes()[:80])
    (folder / "lying" / "deeper").mkdir()
    shutil.copy(folder / "lying" / "photo-01.png", folder / "lying" / "photo-09.png")
    Image.new("RGB", (9, 9)).save(folder / "lying" / "both.png")
    shutil.copy(folder / "lying" / "both.png", folder / "standing" / "both.png")
    return folder


def test_files_that_give_no_image_are_named_with_the_reason_and_the_others_kept(spoiled, tmp_path):
    found = image_set(image_folder(spoiled), 16, tmp_path / "decoded")
    assert found.classes == CLASSES
    assert found.labels.tolist() == [0] * 5 + [1] * 5
    assert found.pixels.shape == (10, 16, 16, 3)
    assert list(found.unusable) == [
        *("lying/both.png", "lying/cut.png", "lying/deeper", "lying/notes.txt", "lying/photo-09.png"),
        "standing/both.png",
    ]
    assert "under two classes: standing/both.png" in found.unusable["lying/both.png"]
    assert "under two classes: lying/both.png" in found.unusable["standing/both.png"]
    assert found.unusable["lying/photo-09.png"] == "the same bytes as lying/photo-01.png"
    assert found.unusable["lying/cut.png"].startswith("damaged")
    assert found.unusable["lying/notes.txt"].startswith("no image")
    assert found.remark().startswith("6 of 16 files give no image and are left out: lying/both.png (")
    assert found.remark().endswith(", ...")


def test_images_stand_in_the_order_of_their_files(spoiled, tmp_path):
    found = image_set(image_folder(spoiled), 16, tmp_path / "decoded")
    files = [file for file in image_folder(spoiled).files if file.name not in found.unusable]
    for row, file in enumerate(files):
        with Image.open(spoiled / file.name) as opened:
            alone = np.asarray(opened.resize((16, 16), Image.Resampling.BICUBIC))
        assert (found.pixels[row] == alone).all(), file.name


def test_images_are_decoded_once_and_mapped_rather_than_loaded(spoiled, tmp_path):
    folder = image_folder(spoiled)
    steps = []
    first = image_set(folder, 16, tmp_path / "decoded", lambda seen, total: steps.append((seen, total)))
    assert steps == [(n, 16) for n in range(1, 17)]
    shutil.rmtree(spoiled)
    again = image_set(folder, 16, tmp_path / "decoded", lambda seen, total: pytest.fail("decoded twice"))
    assert isinstance(again.pixels, np.memmap)
    assert not again.pixels.flags.writeable
    assert (again.pixels == first.pixels).all()
    assert again.unusable == first.unusable


def test_a_class_that_keeps_fewer_than_two_images_is_refused_with_the_reason(tmp_path):
    folder = write_images(tmp_path / "images", each=2)
    (folder / "lying" / "photo-01.png").write_text("damaged")
    with pytest.raises(
        TrainingError, match=r"'lying' has 1 usable images; at least 2 .* lying/photo-01.png \(no image"
    ):
        image_set(image_folder(folder), 16, tmp_path / "decoded")


@pytest.mark.parametrize("classes", [(), ("cat",)])
def test_fewer_than_two_classes_are_refused(tmp_path, classes):
    for name in classes:
        (tmp_path / name).mkdir()
    with pytest.raises(SettingsError, match=f"has {len(classes)} subfolders; expected one subfolder"):
        image_folder(tmp_path)
    with pytest.raises(SettingsError, match="is no folder"):
        image_folder(tmp_path / "absent")


def test_any_change_of_a_name_or_a_byte_changes_the_digest(tmp_path):
    folder = write_images(tmp_path / "images", each=2)
    digests = {image_folder(folder).sha256}
    (folder / "lying" / "photo-00.png").rename(folder / "lying" / "photo-07.png")
    digests.add(image_folder(folder).sha256)
    (folder / "lying" / "photo-07.png").write_bytes(b"other")
    digests.add(image_folder(folder).sha256)
    assert len(digests) == 3


def test_each_class_validates_with_its_share_and_the_seed_draws_which():
    labels = np.array([0] * 40 + [1] * 21 + [2] * 2)
    split = image_split(labels, 0.1, seed=0)
    assert np.bincount(labels[split.validation]).tolist() == [4, 2, 1]
    assert sorted([*split.training, *split.validation]) == list(range(63))
    again, other = image_split(labels, 0.1, seed=0), image_split(labels, 0.1, seed=1)
    assert again.validation.tolist() == split.validation.tolist() != other.validation.tolist()


def test_scaling_is_the_mean_and_sd_of_the_training_images_alone():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 5, 5, 3), dtype=np.uint8)
    pixels[5] = 255
    scaling = fit_image_scaling(pixels, np.arange(5))
    values = pixels[:5].reshape(-1, 3) / 255
    assert scaling.mean == pytest.approx(values.mean(axis=0).tolist(), abs=1e-12)
    assert scaling.sd == pytest.approx(values.std(axis=0).tolist(), abs=1e-12)
    import torch

    found = scaled(torch.from_numpy(pixels[:5]), scaling)
    assert found.shape == (5, 3, 5, 5)
    assert found.mean(dim=(0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert found[2, 1, 3, 4].item() == pytest.approx((pixels[2, 3, 4, 1] / 255 - scaling.mean[1]) / scaling.sd[1], 1e-5)


def test_images_without_contrast_are_refused():
    with pytest.raises(TrainingError, match="no contrast"):
        fit_image_scaling(np.full((3, 4, 4, 3), 7, dtype=np.uint8), np.arange(3))


@pytest.mark.real_data
def test_every_real_photograph_is_read(real_data, tmp_path):
    found = image_set(image_folder(real_data / "cats_dogs"), 16, tmp_path / "decoded")
    assert found.classes == ("cat", "dog")
    assert np.bincount(found.labels).tolist() == [1750, 1750]
    assert found.unusable == {}
    assert found.pixels.reshape(3500, -1).std(axis=1).min() > 5
