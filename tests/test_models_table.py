"""`%vl models`: what a user wants of a model, in a word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from vlmagic.catalog import MODELS, find
from vlmagic.commands import WANTS, models
from vlmagic.errors import CellError
from vlmagic.rules import remarks
from vlmagic.settings import resolve
from vlmagic.table import Table


def names(*words: str, region: str = "beijing") -> list[str]:
    """The models that are left."""
    return [row[0] for row in models(words, region).rows]


@pytest.mark.parametrize(
    ("words", "holds", "lacks"),
    [
        (["video"], "qwen3-vl-plus", "qwen-vl-max"),
        (["no-think"], "qwen3-vl-8b-instruct", "qvq-max"),
        (["budget"], "qwen3-vl-8b-thinking", "qvq-plus"),
        (["no-stream"], "qwen3-vl-plus", "qvq-plus"),
        (["current"], "qwen3-vl-plus", "qvq-max"),
        (["qvq"], "qvq-max", "qwen3-vl-plus"),
        (["QVQ", "current"], "qvq-plus", "qvq-max"),
        (["cheapest"], "qwen3-vl-flash", "kimi-k2.5"),
    ],
)
def test_a_word_narrows_the_table(words: Sequence[str], holds: str, lacks: str) -> None:
    """Each word leaves out the models that lack it; several words hold together."""
    found = names(*words)
    assert holds in found
    assert lacks not in found
    assert lacks in names()


def test_the_cheapest_comes_first() -> None:
    """Sorted by the price of an answer in the region asked for, each currency by itself."""
    found = names("cheapest")
    prices = []
    for name in found:
        model = find(name)
        assert model is not None
        price = model.price("beijing")
        assert price is not None
        prices.append((price.currency, price.tier(0).output))
    assert prices == sorted(prices)
    assert found[0].startswith("qwen3-vl-flash")
    assert names("cheapest", region="virginia") != found


def test_no_wish_is_mistaken_for_a_name() -> None:
    """No word of the wishes is part of a model's name, and the table names them all."""
    for word in WANTS:
        assert not any(word in model.name for model in MODELS)
        assert word in str(models())


def test_a_table_without_rows_is_what_stands_below() -> None:
    """No heads over nothing: the sentence alone, in Markdown and in plain text."""
    empty = Table(["one", "two"], [], ["None is left."])
    assert (str(empty), empty.markdown()) == ("None is left.", "None is left.")


def test_nothing_left_is_refused() -> None:
    """A word that fits no model is named, and the words that there are."""
    with pytest.raises(CellError, match="nonsense") as caught:
        models(["nonsense"])
    assert "video" in caught.value.hint


@pytest.mark.parametrize("slip", ["qwen3-vl-flsh", "qvq-mxa", "qwen3-vl-pluss"])
def test_a_slip_in_a_name_is_told_before_the_service_refuses_it(slip: str) -> None:
    """A name that Model Studio does not have is said to be unknown, with those that are near."""
    (told,) = remarks(resolve({"model": slip}))
    assert "not in the catalog" in told
    assert "Near names" in told
    server = {"base_url": "http://127.0.0.1:8000/v1"}
    assert remarks(resolve({"model": slip}, server)) == []
