"""The live view's kernel side, in a real kernel that no page watches."""

from __future__ import annotations

from typing import Any

from conftest import Kernel

from vlmagic.emulator import Emulator

ASK = (
    "%config VLMagics.render = 'widget'\n%vlreason --no-image --max-cost 1000 -m bench-60-60-50 hi"
)
OPEN = "len(get_ipython().kernel.comm_manager.comms)"


def messages(kernel: Kernel, code: str) -> list[dict[str, Any]]:
    """Everything the kernel published while a cell ran."""
    asked, found = kernel.client.execute(code), []
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != asked:
            continue
        found.append(message)
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return found


def test_where_no_page_answers_the_widget_gives_way(kernel: Kernel) -> None:
    """A widget that nobody shows is replaced while the answer still comes, and the saved output follows."""
    kernel.run(
        "from vlmagic.render import widget\npatience, widget._PATIENCE = widget._PATIENCE, 0.2"
    )
    sent = messages(kernel, ASK)
    kernel.run("widget._PATIENCE = patience")
    (shown,) = (m["content"]["data"] for m in sent if m["msg_type"] == "display_data")
    updates = [m["content"]["data"] for m in sent if m["msg_type"] == "update_display_data"]
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert len(updates) > 1
    assert all(set(data) == {"text/markdown", "text/plain"} for data in updates)
    assert "complete" in updates[-1]["text/markdown"]
    assert "complete" not in updates[0]["text/markdown"]


def test_unloading_leaves_no_widget(kernel: Kernel, service: Emulator) -> None:
    """Widgets of ended questions are kept for pages that come late, and closed with the extension."""
    before = kernel.value(OPEN)
    kernel.run(ASK.replace("-60-60-", "-9-0-"))
    assert service.log
    assert kernel.value(OPEN) > before
    kernel.run("%unload_ext vlmagic")
    assert kernel.value(OPEN) == before
    kernel.run("%load_ext vlmagic")
