"""What was typed, as a value."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vlmagic.cell import OPTIONS, interpolate, parse, usage
from vlmagic.errors import VLReasonError


@pytest.mark.parametrize(
    "prompt",
    [
        r"$\frac{1}{2}$ and {braces} and $x and {{twice}} %s %(a)s",
        "quotes \" and ' and `ticks` and \\ backslash \\n",
        "-m is not an option here\n--think neither",
        "trailing spaces   \n\n  and indentation",
        "中文 и emoji 😀\u200b",
        "d['a b'] = {1: 2}",
    ],
)
def test_the_prompt_passes_byte_for_byte(prompt: str) -> None:
    """Nothing in the cell is read as anything but words."""
    assert parse("", prompt + "\n").prompt == prompt
    assert parse("--no-think -o why", prompt).prompt == prompt


@pytest.mark.parametrize(
    "prompt", [r"what is $\int_0^1 x\,dx$ {here}?", "why -o x --think?", "a  b"]
)
def test_in_the_line_form_options_end_at_the_first_word(prompt: str) -> None:
    """What follows the first word that is no option is the prompt, untouched."""
    asked = parse(f"-o why --no-think {prompt}")
    assert (asked.prompt, asked.out, asked.options) == (prompt, "why", {"think": False})


def test_a_double_dash_ends_the_options() -> None:
    """After `--` the prompt may begin with a dash."""
    assert parse("-o why -- -x is what?").prompt == "-x is what?"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-m qvq-max", {"model": "qvq-max"}),
        ("--model=qvq-max", {"model": "qvq-max"}),
        ("-mqvq-max", {"model": "qvq-max"}),
        ("--think", {"think": True}),
        ("--budget 81920", {"budget": 81920}),
        ("--temperature 0.5 --top-p .9 --seed 7", {"temperature": 0.5, "top_p": 0.9, "seed": 7}),
        ('--system "You are a teacher."', {"system": "You are a teacher."}),
        (r"--system 'use $\frac a b$ {x}'", {"system": r"use $\frac a b$ {x}"}),
        (r'--system "say \"hi\""', {"system": 'say "hi"'}),
        ("--no-stream --hi-res --no-facts", {"stream": False, "hi_res": True, "facts": False}),
        ("--max-cost 2", {"max_cost_per_call": 2.0}),
    ],
)
def test_options(line: str, expected: dict[str, Any]) -> None:
    """Each option becomes its setting, of its own type."""
    assert parse(line, "?").options == expected


def test_references_keep_their_brackets_and_quotes() -> None:
    """`-i` takes one word; quotes and brackets hold it together, backslashes stay."""
    asked = parse(
        r"""-i d["a b"] -i "my plot.png" -i C:\pics\a.png -i @title:"my 'Loss'" -i @last""", "?"
    )
    assert [str(r) for r in asked.images] == [
        'd["a b"]',
        '"my plot.png"',
        r"C:\pics\a.png",
        '''@title:"my 'Loss'"''',
        "@last",
    ]


def test_params_are_json_where_they_can_be() -> None:
    """`--param` gives numbers, lists and texts."""
    asked = parse("""--param top_k=20 --param stop=["x"] --param user=me --param a={"b":1}""", "?")
    assert asked.params == {"top_k": 20, "stop": ["x"], "user": "me", "a": {"b": 1}}


@pytest.mark.parametrize(
    ("line", "what", "hint"),
    [
        ("--modle qvq-max", "--modle", "--model"),
        ("--thinkk", "--thinkk", "--think"),
        ("--no-thinking", "--no-thinking", "--no-think"),
        ("-x", "-x", "%%vlreason?"),
        ("-o", "-o needs a value", "why"),
        ("-o 1x", "no name for a variable", "letters"),
        ("-o class", "no name for a variable", "Python"),
        ("--budget many", "budget", "whole number"),
        ("--budget 0", "budget", "least is 1"),
        ("--think --no-think", "contradicts", "one of the two"),
        ("--think=yes", "takes no value", "yes"),
        ("--param top_k", "KEY=VALUE", "top_k=20"),
        ("-i @last --no-image", "contradict", "one of the two"),
        ("why is it so", "no option", "below the first line"),
        ("-b", "background", "-o NAME"),
        ("--region mars", "mars", "beijing"),
    ],
)
def test_a_wrong_line_is_refused_with_the_remedy(line: str, what: str, hint: str) -> None:
    """One sentence says what is wrong, one what to do."""
    with pytest.raises(VLReasonError) as caught:
        parse(line, "?")
    assert what in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("line", ["-o why --modle x", "--modle x -o why", "--budget -o why"])
def test_a_refused_line_still_names_its_variable(line: str) -> None:
    """The name to bind is read even from a line that is wrong elsewhere."""
    with pytest.raises(VLReasonError) as caught:
        parse(line, "?")
    assert caught.value.out == "why"


def test_help_and_parsing_come_from_one_table() -> None:
    """Every flag of the table is in the help, and every flag parses or asks for its value."""
    text = usage()
    for option in OPTIONS:
        for flag in option.flags:
            assert flag in text
            value = {"NAME": "beijing", "N": "20", "X": "0.5", "KEY=VALUE": "a=1", "REF": "@last"}
            sample = value.get(option.metavar, "fold" if option.metavar == "HOW" else "x")
            if flag == "--api":
                sample = "openai"
            if flag == "--record":
                sample = "auto"
            if flag == "--dialect":
                sample = "vllm"
            if flag == "--base-url":
                sample = "https://host/v1"
            if flag in {"-b", "--background"}:
                sample = "-o x"
            parse(
                f"{flag} {sample}" if option.takes or flag in {"-b", "--background"} else flag, "?"
            )


NAMES = {
    "name": "Ann",
    "n": 3,
    "row": {"key": "v", 1: "one"},
    "box": SimpleNamespace(size=7, _hidden="no"),
}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("{{name}} has {{n}}", "Ann has 3"),
        ("{{row['key']}} {{row[1]}} {{box.size}}", "v one 7"),
        (r"$\frac{1}{2}$ {name} {{ name }}", r"$\frac{1}{2}$ {name} Ann"),
        ("nothing", "nothing"),
    ],
)
def test_interpolation(prompt: str, expected: str) -> None:
    """`--vars` fills in names, attributes and keys, and nothing else."""
    assert interpolate(prompt, NAMES) == expected


class Trap:
    """Says so if anything calls it."""

    called = False

    def __call__(self, *_: object) -> str:
        Trap.called = True
        return "called"


@pytest.mark.parametrize(
    "place",
    [
        "__import__('os')", "trap()", "trap.__class__", "trap.__call__()", "name.upper()", "name.__class__.__mro__",
        "n + 1", "n if n else 0", "[x for x in row]", "lambda: 1", "name!r", "name:>10", "row[trap()]", "missing",
        "box._hidden", "box.__dict__", "row.missing", "row['missing']", "n.real.__class__", "print(1)", "exec('1')",
        "eval('1')", "open('x')", "globals()", "trap.__init__.__globals__", "name[0:2].upper()", "f'{n}'", "n;n",
        "n\nn", "@last",
    ],
)  # fmt: skip
def test_interpolation_never_evaluates(place: str) -> None:
    """Calls, arithmetic, private attributes and missing names are refused, and nothing is called."""
    Trap.called = False
    with pytest.raises(VLReasonError):
        interpolate("{{" + place + "}}", {**NAMES, "trap": Trap()})
    assert not Trap.called
