"""A failure is one line that a person can act on, with the place in their own file."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path

import pytest

from cilia.record import ProgramError, record
from tests.cilia.program import PREAMBLE_LINES, run, write


def failure(directory: Path, source: str, *, dry_run: bool = True) -> ProgramError:
    with pytest.raises(ProgramError) as caught:
        run(directory, source, dry_run=dry_run)
    return caught.value


NAMESPACE = 'namespace = k8s.core.v1.Namespace("n", metadata={"name": "n"})\n'
UNFIT = 'k8s.core.v1.ConfigMap("c",\n    data={"a": {1, 2}})'


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("def half(n):\n    return n / 0\nhalf(1)", 2, "division by zero"),
        ("{}['a']", 1, "no key 'a'"),
        ("raise ValueError('one\\ntwo')", 1, "one two"),
        ("raise ValueError", 1, "ValueError"),
        ("import nowhere", 1, "No module named 'nowhere'"),
        ("x = 1\nif x\n    pass", 2, "expected ':'"),
        (
            NAMESPACE + "namespace.metadata.name.apply(lambda name: name.missing)",
            2,
            "'str' object has no attribute 'missing'",
        ),
        (NAMESPACE + UNFIT, 2, "unexpected input of type set for a in ConfigMap"),
        (
            'azure.network.get_virtual_network(\n    resource_group_name="rg",\n    virtual_network_name="v")',
            1,
            "get_virtual_network asks the provider, which cannot answer offline; use get_virtual_network_output",
        ),
        (
            NAMESPACE + "k8s.core.v1.ConfigMap('m')\nk8s.core.v1.Namespace('n')",
            3,
            (
                "urn:pulumi:dev::cilia::kubernetes:core/v1:Namespace::n is already the URN of the resource made at "
                f"__main__.py:{PREAMBLE_LINES + 1}; give one of them another name"
            ),
        ),
    ],
    ids=[
        "raised-in-a-function",
        "key-error",
        "two-lines",
        "no-text",
        "missing-module",
        "syntax",
        "in-apply",
        "unfit-input",
        "plain-invoke",
        "duplicate-urn",
    ],
)
def test_a_failure_is_one_line_with_the_place_in_the_user_s_own_file(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    *,
    source: str,
    line: int,
    text: str,
) -> None:
    error = failure(tmp_path, source)

    line += PREAMBLE_LINES
    assert str(error) == f"__main__.py:{line}: {text}"
    assert (error.message, error.file, error.line) == (str(error), "__main__.py", line)
    assert error.details.splitlines()[0] == "Traceback (most recent call last):"
    assert capfd.readouterr() == ("", "")
    assert caplog.messages == []


def test_the_file_to_blame_may_be_another_one_of_the_user_s(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "net.py").write_text("def build():\n    raise LookupError('no such network')\n")

    error = failure(tmp_path, "from parts.net import build\nbuild()")

    assert str(error) == "parts/net.py:2: no such network"


SHARED = """
shared = namespace.metadata.name.apply(lambda name: name.missing)
copies = [pulumi.Output(shared.resources(), shared.future(), shared.is_known()) for _ in range(2)]
k8s.core.v1.ConfigMap("map", data={"key": copies[1]})
"""


def test_the_place_is_known_however_many_resources_wait_for_the_failing_value(tmp_path: Path) -> None:
    error = failure(tmp_path, NAMESPACE + SHARED)

    assert str(error) == f"__main__.py:{PREAMBLE_LINES + 3}: 'str' object has no attribute 'missing'"


def test_a_failed_program_leaves_nothing_to_complain_about_later(tmp_path: Path) -> None:
    failure(tmp_path, NAMESPACE + SHARED)

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        gc.collect()

    assert heard == []


def test_an_apply_that_only_an_update_runs_fails_only_there(tmp_path: Path) -> None:
    source = """
    group = azure.resources.ResourceGroup("group", resource_group_name="rg")
    identity = azure.managedidentity.UserAssignedIdentity("id", resource_group_name=group.name)
    identity.principal_id.apply(lambda principal: principal.broken)
    """

    assert [resource.name for resource in run(tmp_path, source).resources] == ["group", "id"]
    error = failure(tmp_path, source, dry_run=False)
    assert str(error) == f"__main__.py:{PREAMBLE_LINES + 3}: 'str' object has no attribute 'broken'"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("raise pulumi.RunError('a.yaml:1: bad\\nb.yaml:2: worse')", "a.yaml:1: bad\nb.yaml:2: worse"),
        (
            NAMESPACE + "def fail(name):\n    raise pulumi.RunError('later')\nnamespace.metadata.name.apply(fail)",
            "later",
        ),
        (
            "pulumi.Config().require('absent')",
            (
                "Missing required configuration variable 'cilia:absent'\n"
                "\tplease set a value using the command `pulumi config set cilia:absent <value>`"
            ),
        ),
    ],
    ids=["raised", "in-apply", "missing-configuration"],
)
def test_a_run_error_is_told_verbatim_and_blames_no_file(tmp_path: Path, source: str, text: str) -> None:
    error = failure(tmp_path, source)

    assert (str(error), error.file, error.line) == (text, None, None)


def test_a_directory_without_a_program_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="no Pulumi program here; expected a directory with") as caught:
        record(tmp_path, project="cilia", stack="dev", config={})

    assert caught.value.message.startswith(f"{tmp_path}: ")


def test_a_method_that_runs_in_the_provider_is_refused(tmp_path: Path) -> None:
    error = failure(tmp_path, NAMESPACE + "pulumi.runtime.call('kubernetes:x:Y/z', {}, namespace)")

    assert str(error) == "kubernetes:x:Y/z runs in its provider, which is not there in an offline preview"


def test_a_task_that_would_wait_for_ever_does_not_keep_a_failed_program_alive(tmp_path: Path) -> None:
    error = failure(tmp_path, "import asyncio\nasyncio.ensure_future(asyncio.Event().wait())\nraise ValueError('no')")

    assert str(error) == f"__main__.py:{PREAMBLE_LINES + 3}: no"


def test_the_next_recording_is_not_touched_by_a_failed_one(tmp_path: Path) -> None:
    failure(tmp_path, NAMESPACE + "namespace.id.apply(print)\nraise ValueError('no')")

    assert [resource.name for resource in run(tmp_path, NAMESPACE).resources] == ["n"]
    assert write(tmp_path, NAMESPACE) == tmp_path
