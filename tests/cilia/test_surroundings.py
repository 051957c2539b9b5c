"""A program finds what it would find under `pulumi up`, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from pathlib import Path

import pulumi
import pytest

from cilia.record import Message
from tests.cilia.program import named, run


def test_the_program_runs_in_its_directory_and_nothing_of_that_remains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/someone/.kube/config")
    monkeypatch.setenv("PULUMI_CONFIG_CILIA_LEAK", "yes")
    (tmp_path / "neighbour.py").write_text("VALUE = 'from next door'")

    def state() -> tuple[object, ...]:
        runtime = pulumi.runtime.settings
        monitor_elsewhere: list[object] = []
        thread = threading.Thread(target=lambda: monitor_elsewhere.append(runtime.get_monitor()))
        thread.start()
        thread.join()
        values = (runtime.get_monitor(), runtime.get_stack(), runtime.get_root_resource(), *monitor_elsewhere)
        return (*values, Path.cwd(), list(sys.path), list(sys.argv), dict(os.environ), sys.stdout, gc.isenabled())

    gc.enable()
    before = state()
    recording = run(
        tmp_path,
        """
        import os, sys, warnings
        import neighbour

        os.environ["LEFT"] = "behind"
        print("to the console")
        warnings.warn("only once")
        warnings.warn("only once")
        pulumi.export("neighbour", neighbour.VALUE)
        pulumi.export("cwd", os.getcwd())
        pulumi.export("argv", sys.argv)
        pulumi.export("config", pulumi.Config().get("leak") or "nothing")
        pulumi.export("stack", [pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run()])
        k8s.Provider("provider")
        """,
    )

    assert state() == before
    assert named(recording, "provider").inputs == {}
    assert recording.outputs == {
        "neighbour": "from next door",
        "cwd": str(tmp_path),
        "argv": [str(tmp_path / "__main__.py")],
        "config": "nothing",
        "stack": ["cilia", "dev", True],
    }
    assert recording.messages == (Message("warning", "only once"),)
    assert capfd.readouterr() == ("", "to the console\n")


def test_a_program_may_be_asynchronous_and_use_threads(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        """
        import asyncio

        async def main():
            loop = asyncio.get_running_loop()
            def work():
                return asyncio.run_coroutine_threadsafe(asyncio.sleep(0, "done"), loop).result()
            k8s.core.v1.Namespace("made", metadata={"name": await asyncio.to_thread(work)})
            return {"answer": 42}

        pulumi.run(main)
        """,
    )

    assert named(recording, "made").inputs["metadata"] == {"name": "done"}
    assert recording.outputs == {"answer": 42}


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_an_exit_passes_through_and_leaves_no_trace(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error, match="3"):
        run(tmp_path, f"k8s.core.v1.Namespace('n')\nraise {error.__name__}(3)")

    assert pulumi.runtime.settings.get_root_resource() is None
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
