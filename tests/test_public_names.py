"""What `import vlmagic` offers."""

from __future__ import annotations

import vlmagic


def test_every_public_name_is_there_and_in_order() -> None:
    """`__all__` is sorted, each name resolves, and `dir` shows it."""
    assert vlmagic.__all__ == sorted(vlmagic.__all__)
    for name in vlmagic.__all__:
        assert getattr(vlmagic, name) is not None
        assert name in dir(vlmagic)
