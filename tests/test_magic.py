"""The main job in a real kernel: plot, ask, keep; and everything that can go wrong in a cell."""

from __future__ import annotations

import re
import time
from typing import Any

import nbformat
import pytest
from conftest import Kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from vlmagic.emulator import Emulator

PLOT = "plt.plot([1, 2, 3, 4], [4, 2, 1, 3], label='loss'); plt.title('Loss'); plt.show()"


def errors(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The error outputs among them."""
    return [o for o in outputs if o["output_type"] == "error"]


def said(outputs: list[dict[str, Any]]) -> str:
    """What an error output says, all of it."""
    (error,) = errors(outputs)
    return "\n".join([error["evalue"], *error["traceback"]])


def test_plot_ask_and_use_the_answer(kernel: Kernel, service: Emulator) -> None:
    """The last figure is sent as it was shown; the Result is bound; the saved output is Markdown."""
    (shown,) = kernel.run(PLOT)
    outputs = kernel.run("%%vlreason -o why\nWhy does the loss rise at the end?")
    assert [o["output_type"] for o in outputs] == ["display_data"]
    assert set(outputs[0]["data"]) == {"text/markdown", "text/plain"}
    saved = outputs[0]["data"]["text/markdown"]
    assert "<details>" in saved
    assert "matplotlib" in saved
    assert "640" in saved or "×" in saved
    assert kernel.value("(why.status, why.finish_reason)") == ("complete", "stop")
    assert kernel.value("len(why.thinking) > 100 and len(why.answer) > 100")
    assert kernel.value("why.usage.output_tokens >= why.usage.thinking_tokens > 0")
    assert kernel.value("why.usage.image_tokens == why.context.estimate.image_tokens")
    assert "emulator" in kernel.value("why.answer")
    (asked,) = [entry for entry in service.log if entry.body]
    assert asked.body["model"] == "qwen3-vl-plus"
    assert asked.body["enable_thinking"] is True
    assert "data:image/png;base64," in str(asked.body)
    assert shown["data"]["image/png"]


@pytest.mark.parametrize(
    ("options", "thinks"),
    [("--no-think", False), ("--budget 20", True), ("-m qvq-max", True), ("--no-stream", True), ("-m qwen3-vl-8b-instruct", False)],
)  # fmt: skip
def test_thinking_on_off_limited(kernel: Kernel, options: str, *, thinks: bool) -> None:
    """Each way of thinking works, and a budget visibly cuts."""
    kernel.run(PLOT)
    assert not errors(kernel.run(f"%%vlreason {options} -o r\nWhat is this?"))
    assert kernel.value("r.status") == "complete"
    assert kernel.value("len(r.thinking) > 0") is thinks
    if "budget" in options:
        assert 0 < kernel.value("r.usage.thinking_tokens") <= 20


@pytest.mark.parametrize(
    "prompt",
    [
        r"$\frac{1}{2}$ {plt} $plt {{plt}} %s",
        "quotes \" ' ` and \\ backslashes \\n",
        "--think is no option here",
        "中文😀",
    ],
)
def test_the_prompt_reaches_the_model_byte_for_byte(
    kernel: Kernel, service: Emulator, prompt: str
) -> None:
    """Neither IPython nor we expand or unescape anything, in the cell or on the line."""
    kernel.run(f"%%vlreason --no-image -o r\n{prompt}")
    kernel.run(f"%vlreason --no-image -o r -- {prompt}")
    texts = [str_of(entry.body) for entry in service.log if entry.body]
    assert texts == [prompt, prompt]


def str_of(body: dict[str, Any]) -> str:
    """The words of the last message."""
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else content[-1]["text"]


def test_vars_are_filled_in_only_when_asked(kernel: Kernel, service: Emulator) -> None:
    """`--vars` fills in a variable."""
    kernel.run("n = 42\nd = {'k': 'v'}")
    kernel.run("%%vlreason --no-image --vars\n{{n}} {{d['k']}} {n}")
    assert str_of(service.log[-1].body) == "42 v {n}"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%vlreason -o r\nwhat?", ["shown", "--no-image"]),
        ("%%vlreason --modle x -o r\nwhat?", ["--modle", "--model"]),
        ("%%vlreason -i missing_name -o r\nwhat?", ["missing_name"]),
        ("x = 3\n%vlreason -i x -o r what?", ["x"]),
        ("%%vlreason -i nowhere.png -o r\nwhat?", ["nowhere.png"]),
        ("%%vlreason --no-image -o r\n\n", ["question"]),
        ("%%vlreason --no-image -m qvq-max --no-stream -o r\nwhat?", ["stream"]),
        ("%%vlreason --no-image --base-url http://127.0.0.1:9/v1 -o r\nwhat?", ["127.0.0.1:9"]),
        ("%%vlreason --no-image --max-cost 0.001 -o r\nwhat?", ["--max-cost"]),
    ],
)
def test_bad_input_is_one_sentence_and_binds_the_result(
    kernel: Kernel, cell: str, words: list[str]
) -> None:
    """The cell fails with a cause and a remedy, no frames; the name never keeps last run's answer."""
    kernel.run("r = 'old'")
    text = said(kernel.run(cell, timeout=90))
    for word in words:
        assert word in text
    assert "Traceback" not in text
    assert ".py" not in text
    assert kernel.value("(r.status, r.error is not None)") == ("failed", True)


def test_without_a_key_it_says_what_to_do(kernel: Kernel) -> None:
    """No key: the emulator is offered, never chosen."""
    kernel.run("import os\ndel os.environ['DASHSCOPE_API_KEY'], os.environ['VLMAGIC_BASE_URL']")
    text = said(kernel.run("%%vlreason --no-image\nwhat?"))
    for word in ("DASHSCOPE_API_KEY", "%vl emulator", "--base-url"):
        assert word in text
    kernel.run("%vl emulator")
    assert not errors(kernel.run("%%vlreason --no-image -o r\nwhat?"))
    assert kernel.value("r.status") == "complete"
    kernel.run("%vl emulator stop")
    assert errors(kernel.run("%%vlreason --no-image\nwhat?"))


def test_a_wrong_key_is_named_by_its_origin_and_never_shown(kernel: Kernel) -> None:
    """The service's 401 names the variable, not the key."""
    kernel.run("import os\nos.environ['DASHSCOPE_API_KEY'] = 'sk-planted-0123456789'")
    outputs = kernel.run("%xmode Verbose\n%vlreason --no-image -o r what?")
    text = said(outputs)
    assert "DASHSCOPE_API_KEY" in text
    assert "planted" not in str(outputs)
    doctor = kernel.run("%vl doctor")
    assert "refuses the key" in str(doctor)
    assert "planted" not in str(doctor)


@pytest.mark.parametrize(
    ("fault", "status", "kept"),
    [
        ("cut-in-thinking", "failed", "thinking"),
        ("cut-in-answer", "failed", "answer"),
        ("end-without-finish", "failed", "answer"),
        ("error-object", "failed", "thinking"),
        ("html-200", "failed", ""),
        ("http-400", "failed", ""),
        ("http-500", "failed", ""),
        ("redirect", "failed", ""),
        ("echo-key-401", "failed", ""),
        ("length", "truncated", "answer"),
        ("bad-utf8", "complete", "answer"),
        ("malformed-json", "complete", "answer"),
    ],
)
def test_faults_in_a_cell(
    kernel: Kernel, service: Emulator, fault: str, status: str, kept: str
) -> None:
    """Whatever happens to the stream, what came is kept, in the output and in the variable."""
    service.fault = fault
    outputs = kernel.run("%%vlreason --no-image -o r\nwhat is two and two?", timeout=90)
    assert kernel.value("r.status") == status
    assert bool(errors(outputs)) == (status == "failed")
    assert service.key not in str(outputs)
    if kept:
        text = kernel.value(f"r.{kept}")
        assert text
        markdown = next(
            o["data"]["text/markdown"] for o in outputs if o["output_type"] == "display_data"
        )
        assert max(re.findall("[a-z]+", text), key=len) in markdown


def test_retries_are_visible(kernel: Kernel, service: Emulator) -> None:
    """A busy service is asked again, and the cell says so."""
    service.fault = ["http-503", None]
    kernel.run("%%vlreason --no-image -o r\nwhat?")
    assert kernel.value("r.status") == "complete"
    assert kernel.value("[n.kind for n in r.notices]") == ["retry"]


@pytest.mark.parametrize("fault", ["stall-before", "stall-in-thinking", "stall-in-answer"])
def test_an_interrupt_while_the_server_stalls(
    kernel: Kernel, service: Emulator, fault: str
) -> None:
    """■ ends a cell that waits for a silent server: what came is kept, Run All stops, no frames."""
    service.fault = fault
    asked = kernel.client.execute("%%vlreason --no-image -o r\nwhat?")
    time.sleep(1.5)
    kernel.manager.interrupt_kernel()
    outputs = kernel.outputs(asked, timeout=30)
    (error,) = errors(outputs)
    assert error["ename"] == "Interrupted"
    assert not error["traceback"]
    assert kernel.value("(r.status, r.finish_reason)") == ("stopped", "interrupted")
    if fault != "stall-before":
        assert kernel.value("len(r.thinking) > 0")
    assert not errors(kernel.run("1 + 1"))


def test_in_the_background(kernel: Kernel) -> None:
    """`-b` returns at once; the Result fills itself and its output lands in its own cell."""
    asked = kernel.run("%%vlreason --no-image -b -o r\nwhat?")
    assert not errors(asked)
    assert "emulator" in kernel.value("r.answer")
    assert kernel.value("r.status") == "complete"


def test_a_dry_run_sends_nothing(kernel: Kernel, service: Emulator) -> None:
    """`--dry-run` shows tokens and cost, and nothing leaves."""
    kernel.run(PLOT)
    (output,) = kernel.run("%%vlreason --dry-run\nwhat?")
    for word in ("qwen3-vl-plus", "¥", "matplotlib", "at most"):
        assert word in output["data"]["text/plain"]
    assert not service.log


@pytest.mark.parametrize("word", ["figures", "models", "usage", "doctor", "", "show r"])
def test_commands_show_a_table(kernel: Kernel, word: str) -> None:
    """Each `%vl` command answers in Markdown and in plain text."""
    kernel.run(PLOT)
    kernel.run("%%vlreason -o r\nwhat?")
    (output,) = kernel.run(f"%vl {word}")
    assert set(output["data"]) == {"text/markdown", "text/plain"}


def test_an_unknown_command_names_the_nearest(kernel: Kernel) -> None:
    """A typo is answered with the command that was meant."""
    assert "figures" in said(kernel.run("%vl figure"))


def test_unload_leaves_ipython_as_it_was() -> None:
    """Load, unload, reload: magics, hooks, callbacks, completers and formatters are as before."""
    running = Kernel({})
    try:
        running.run(
            "%load_ext storemagic"
        )  # brings IPython's own ExtensionMagics, once and for all
        running.run(
            """
            def state(ip=get_ipython()):
                return repr([
                    sorted(ip.magics_manager.magics['cell']), sorted(ip.magics_manager.magics['line']),
                    sorted(ip.magics_manager.registry), [type(c).__name__ for c in ip.configurables],
                    {k: len(v) for k, v in ip.events.callbacks.items()},
                    sorted(ip.strdispatchers['complete_command'].strs),
                    len(ip.input_transformer_manager.token_transformers),
                    [sorted(vars(o)) for o in (ip.display_formatter, ip.display_pub, ip.displayhook)],
                ])
            before = state()
            """
        )
        running.run("%load_ext vlmagic")
        assert not running.value("state() == before")
        running.run("%load_ext vlmagic")
        running.run("%unload_ext vlmagic")
        assert running.value("state()") == running.value("before")
        running.run("%load_ext vlmagic")
        running.run("%reload_ext vlmagic")
        assert running.value("'vlreason' in get_ipython().magics_manager.magics['cell']")
        running.run("%unload_ext vlmagic")
        assert running.value("state()") == running.value("before")
    finally:
        running.stop()


def test_nonsense_in_the_configuration_is_left_out() -> None:
    """What `%config` has refused, and IPython keeps, stops no loading; it is said and forgotten."""
    running = Kernel({})
    try:
        running.run("%load_ext vlmagic")
        running.run("%config VLMagics.budget = 'lots'")
        running.run("%config VLMagics.seed = 7")
        (told,) = running.run("%reload_ext vlmagic")
        assert "VLMagics.budget cannot be 'lots'" in told["text"]
        assert running.value("get_ipython().magics_manager.registry['VLMagics'].seed") == 7
        assert running.run("%reload_ext vlmagic") == []
    finally:
        running.stop()


def test_help_comes_from_the_table(kernel: Kernel) -> None:
    """`%%vlreason?` lists the options."""
    assert "--budget" in str(kernel.run("get_ipython().run_line_magic('pinfo', '%%vlreason')")) or (
        "--budget" in kernel.value("get_ipython().find_cell_magic('vlreason').__doc__")
    )


def test_under_nbclient_an_error_stops_the_run(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run All stops at a failed question, and the saved notebook holds both texts and the error."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", emulator.key)
    monkeypatch.setenv("VLMAGIC_BASE_URL", emulator.compatible_url)
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(code)
        for code in ("%load_ext vlmagic", "%%vlreason --no-image -o r\nwhat?", "%vlreason -m nonsuch --no-image x", "1/1")
    ]  # fmt: skip
    client = NotebookClient(notebook, timeout=60, kernel_name="python3")
    with pytest.raises(CellExecutionError):
        client.execute()
    assert set(notebook.cells[1].outputs[0].data) == {"text/markdown", "text/plain"}
    assert notebook.cells[2].outputs[-1].output_type == "error"
    assert not notebook.cells[3].outputs
