"""Pictures come upright, 8 bit, three channels, whatever they were stored as."""

from __future__ import annotations

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from vision.errors import MediaError
from vision.video import frames, frames_at, probe, read_still

EXIF_ORIENTATION = 0x0112
STORED_FOR = {  # what a camera held that way stores, so that a viewer shows the upright picture
    1: lambda i: i,
    2: lambda i: i[:, ::-1],
    3: lambda i: np.rot90(i, 2),
    4: lambda i: i[::-1],
    5: lambda i: np.swapaxes(i, 0, 1),
    6: lambda i: np.rot90(i, 1),
    7: lambda i: np.swapaxes(np.rot90(i, 2), 0, 1),
    8: lambda i: np.rot90(i, -1),
}
ROTATION_DEG = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}


def picture(clips, mode: str = "RGB") -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(clips.image(77)[:, :, ::-1])).convert(mode)


def assert_upright(clips, frame) -> None:
    assert frame.size_wh == (160, 96)
    assert frame.image_bgr.dtype == np.uint8
    assert clips.number(frame.image_bgr) == 77
    assert clips.corners(frame.image_bgr) == clips.upright_corners
    assert (frame.index, frame.timestamp_s) == (0, 0.0)


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "bmp", "tiff", "heic", "avif", "gif"])
def test_every_picture_format_is_read(clips, tmp_path, extension):
    path = tmp_path / f"still.{extension}"
    if extension == "heic":
        pillow_heif.from_pillow(picture(clips)).save(path)
    else:
        picture(clips).save(path)
    assert_upright(clips, read_still(path))
    info = probe(path)
    assert (info.kind, info.size_wh, info.fps, info.frames, info.rotation_deg) == ("still", (160, 96), None, 1, 0)
    with frames(path, sample_fps=5) as stream:
        (frame,) = stream
    assert_upright(clips, frame)
    assert stream.info == info
    assert stream.notices == ()
    assert len(list(frames_at(path, [0.0, 2.0]))) == 2


@pytest.mark.parametrize("orientation", STORED_FOR)
@pytest.mark.parametrize("extension", ["jpg", "png", "webp"])
def test_exif_orientation_is_applied(clips, tmp_path, orientation, extension):
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    stored = np.ascontiguousarray(STORED_FOR[orientation](clips.image(77))[:, :, ::-1])
    path = tmp_path / f"held.{extension}"
    Image.fromarray(stored).save(path, exif=exif.tobytes(), quality=95)
    assert_upright(clips, read_still(path))
    assert probe(path).size_wh == (160, 96)
    assert probe(path).rotation_deg == ROTATION_DEG[orientation]


def test_a_turned_heic_is_turned_once(clips, tmp_path):
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(clips.image(77), 1)[:, :, ::-1]))
    path = tmp_path / "phone.heic"
    pillow_heif.register_heif_opener()
    stored.save(path, format="HEIF", exif=exif.tobytes(), quality=95)
    assert_upright(clips, read_still(path))
    assert probe(path).size_wh == (160, 96)


def test_broken_exif_does_not_hide_the_picture(clips, tmp_path):
    path = tmp_path / "a.jpg"
    picture(clips).save(path, exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff garbage", quality=95)
    assert_upright(clips, read_still(path))


@pytest.mark.parametrize("mode", ["RGBA", "CMYK"])
def test_alpha_and_print_colours_become_bgr(clips, tmp_path, mode):
    path = tmp_path / ("a.png" if mode == "RGBA" else "a.jpg")
    picture(clips, mode).save(path)
    assert_upright(clips, read_still(path))


def test_a_transparent_palette_becomes_bgr(clips, tmp_path):
    path = tmp_path / "palette.png"
    picture(clips, "P").save(path, transparency=bytes([0, 128, 255]))
    assert read_still(path).image_bgr.shape == (96, 160, 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bit_is_reduced_to_8(tmp_path, channels):
    ramp = np.linspace(0, 65535, 160).astype(np.uint16)
    image = np.broadcast_to(ramp, (90, 160)) if channels == 1 else np.broadcast_to(ramp[:, None], (90, 160, 3))
    path = tmp_path / "deep.png"
    assert cv2.imwrite(str(path), np.ascontiguousarray(image))
    got = read_still(path).image_bgr
    assert got.shape == (90, 160, 3)
    np.testing.assert_allclose(got[40].mean(axis=1), ramp / 257, atol=1.0)


def test_a_black_and_white_scan_and_a_grey_picture_are_read(clips, tmp_path):
    for mode in ("1", "L"):
        path = tmp_path / f"scan{mode}.png"
        picture(clips, mode).save(path)
        assert clips.number(read_still(path).image_bgr) == 77


def test_of_an_animated_picture_file_the_first_is_taken_and_noticed(clips, tmp_path):
    path = tmp_path / "several.webp"
    others = [Image.fromarray(clips.image(n)[:, :, ::-1].copy()) for n in (1, 2)]
    picture(clips).save(path, save_all=True, append_images=others, lossless=True)
    with frames(path) as stream:
        assert [clips.number(f.image_bgr) for f in stream] == [77]
    assert [n.code for n in stream.notices] == ["first_picture_only"]


def test_a_large_still_is_shrunk_with_its_shape_kept(clips, tmp_path):
    path = tmp_path / "large.jpg"
    picture(clips).resize((1600, 960)).save(path)
    (frame,) = frames(path, max_size_wh=(400, 400))
    assert frame.size_wh == (400, 240)
    assert clips.number(frame.image_bgr) == 77


@pytest.mark.parametrize("extension", ["jpg", "png", "heic", "webp"])
def test_a_cut_picture_is_an_error_not_half_a_person(clips, tmp_path, extension):
    path = tmp_path / f"a.{extension}"
    image = picture(clips).resize((640, 384))
    if extension == "heic":
        pillow_heif.from_pillow(image).save(path)
    else:
        image.save(path)
    short = clips.cut(path, 0.6)
    with pytest.raises(MediaError, match="damaged or cut off"):
        read_still(short)
    with pytest.raises(MediaError, match="damaged or cut off"):
        frames(short)


def test_a_picture_with_a_video_name_is_read_as_a_picture(clips, tmp_path):
    path = tmp_path / "still.mp4"
    picture(clips).save(path, format="PNG")
    assert_upright(clips, next(frames(path)))
    assert probe(path).kind == "still"
