"""What can be said of a video: its frames measured, and what changes between them.

This room refuses to recognise anything, and to decode films: of those it says that it did not.
"""

from __future__ import annotations

from .looking import changed, colours
from .pictures import Film
from .telling import Tongue, code


def watched(film: Film, tongue: Tongue) -> str:
    """A sentence or three on a video, in the tongue's language."""
    if not film.images:
        return tongue.t(
            f"behind {code(film.name, 80)}. I did not look at it, since I fetch and decode no "
            f"films; it counts as {film.frames} frames, which is nominal.",
            f"位于 {code(film.name, 80)}。我没有查看它（我不下载也不解码视频文件），"
            f"名义上按 {film.frames} 帧计。",
        )
    shades = ", ".join(f"{c.names[tongue.zh]} {c.share:.0%}" for c in colours(film.images[0]))
    seconds = f"{film.frames / film.fps:.3g}"
    said = tongue.t(
        f"{film.frames} frames ({film.kind}) of {film.width} × {film.height} pixels, "
        f"{film.fps:g} a second, so {seconds} s; the first is mostly {shades}.",
        f"{film.frames} 帧（{film.kind}），每帧 {film.width} × {film.height} 像素，"
        f"每秒 {film.fps:g} 帧，共 {seconds} 秒；首帧主要颜色：{shades}。",
    )
    return said + (tongue.t(" ", "") + _moved(film, tongue) if len(film.images) > 1 else "")


def _moved(film: Film, tongue: Tongue) -> str:
    """What differs between the first frame and the last."""
    share, box = changed(film.images[0], film.images[-1])
    if box is None:
        return tongue.t("First and last frame are the same.", "首帧与末帧相同。")
    return tongue.t(
        f"From the first to the last frame {share:.2%} of the pixels change, all within "
        f"({box[0]}, {box[1]}) to ({box[2]}, {box[3]}).",
        f"从首帧到末帧有 {share:.2%} 的像素发生变化，"
        f"都在 ({box[0]}, {box[1]}) 到 ({box[2]}, {box[3]}) 之内。",
    )


def counted(film: Film, tongue: Tongue, factor: int) -> str:
    """How its tokens come about."""
    wide, high = film.fit
    pairs = -(-film.frames // 2)
    return tongue.t(
        f"Frames are seen in pairs at {wide}×{high}: {pairs} pairs of "
        f"{wide // factor}×{high // factor} patches, and 2 marks: {film.tokens} tokens.",
        f"服务把每两帧合看，每帧缩放为 {wide}×{high}：{pairs} 对，"
        f"每对 {wide // factor}×{high // factor} 块，再加首尾 2 个标记：{film.tokens} 个 Token。",
    )
