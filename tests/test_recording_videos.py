"""A question about a video: its frames are not kept, and it replays all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_recording import put, question
from test_video import animated, filmed, looked_at, walking

from vlmagic.errors import RecordingError
from vlmagic.images import Video, film
from vlmagic.recording import Cabinet, drawn


def shown(path: Path, *, film_file: bool) -> Video:
    """The video in a file."""
    filmed(path, 40) if film_file else path.write_bytes(animated("GIF", 8, duration=200))
    found = looked_at(path)
    assert isinstance(found, Video)
    return found


@pytest.mark.parametrize(("name", "library"), [("a.mp4", "av"), ("a.gif", "pillow")])
def test_a_video_replays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    """Known by its frames; where another decoder makes other ones of the same file, by that file."""
    folder, clip = tmp_path / "kept", shown(tmp_path / name, film_file=name == "a.mp4")
    asked = question(images=(clip,))
    with monkeypatch.context() as then:
        then.setattr(drawn, "version", lambda _: "0.0.1")
        plan = Cabinet(folder).plan(asked, "record")
        put(plan, asked)
    assert "knows it by its file" in plan.notices[0]
    assert plan.sink is not None
    assert [path.name for path in folder.iterdir()] == [plan.sink.name]
    assert Cabinet(folder).plan(asked, "replay").replayed_from == plan.sink.name

    others = film(walking(len(clip.frames))[::-1], fps=clip.fps).frames
    decoded = replace(clip, frames=others)
    assert decoded.digest != clip.digest
    again = Cabinet(folder).plan(question(images=(decoded,)), "replay")
    assert again.replayed_from == plan.sink.name
    assert f"{library} 0.0.1 → " in again.notices[-1]

    for other in (replace(decoded, source="0" * 64), replace(decoded, fps=clip.fps * 2)):
        with pytest.raises(RecordingError, match="data of picture 1"):
            Cabinet(folder).plan(question(images=(other,)), "replay")


def test_frames_without_a_file_are_known_by_their_pixels(tmp_path: Path) -> None:
    """A list of frames has no file: the same pixels replay, others are refused."""
    asked = question(images=(film(walking(), label="clip"),))
    plan = Cabinet(tmp_path).plan(asked, "record")
    assert "clip is not kept beside the recording, which knows it by the pixels" in plan.notices[0]
    put(plan, asked)
    assert Cabinet(tmp_path).plan(asked, "replay").source is not None
    with pytest.raises(RecordingError):
        Cabinet(tmp_path).plan(question(images=(film(walking()[::-1]),)), "replay")
