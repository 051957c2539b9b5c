"""Workflows have the least rights and pinned actions, and run nothing of a pull request where they may write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cilia.review.review_markdown import MARKER
from tests.source_tree import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def workflow(name: str) -> Any:
    """A workflow's content; YAML reads `on` as true."""
    return yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))


def steps(content: Any) -> list[dict[str, Any]]:
    """Every step of every job."""
    return [step for job in content["jobs"].values() for step in job.get("steps", ())]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_pinned_with_their_version_beside_them(file: Path) -> None:
    used = [line for line in file.read_text(encoding="utf-8").splitlines() if "uses: " in line]
    assert used
    assert [line for line in used if not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []
    assert [
        step["uses"]
        for step in steps(yaml.safe_load(file.read_text()))
        if "uses" in step and not PINNED.fullmatch(step["uses"])
    ] == []


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_rights_are_named_and_checkouts_keep_no_credentials(file: Path) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert content["permissions"] in ({}, {"contents": "read"})
    checkouts = [step for step in steps(content) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_no_script_contains_what_somebody_else_writes(file: Path) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert [step["run"] for step in steps(content) if "${{" in step.get("run", "")] == []


def test_job_that_runs_a_pull_request_only_reads_and_has_no_secrets() -> None:
    job = workflow("review")["jobs"]["review"]
    assert job["permissions"] == {"contents": "read"}
    assert "secrets" not in str(job)
    assert "pull_request_target" not in str(workflow("review"))


def test_job_that_comments_runs_nothing_of_the_pull_request() -> None:
    job = workflow("review")["jobs"]["comment"]
    assert job["permissions"] == {"pull-requests": "write"}
    assert [step.get("uses", "run").partition("@")[0] for step in job["steps"]] == ["actions/download-artifact", "run"]
    assert "head.repo.full_name == github.repository" in job["if"]
    assert MARKER in job["steps"][-1]["run"]


def test_what_needs_a_subscription_runs_only_where_somebody_set_it_up() -> None:
    assert workflow("pulumi-preview")["jobs"]["preview"]["if"].startswith("vars.PREVIEW_STACKS != '' && ")
    assert list(workflow("deploy")[True]) == ["workflow_call"]


def test_deployments_of_a_stack_never_overlap_and_need_an_environment() -> None:
    content = workflow("deploy")
    assert content["concurrency"] == {"group": "deploy-${{ inputs.stack }}", "cancel-in-progress": False}
    assert content["jobs"]["deploy"]["environment"] == "${{ inputs.environment }}"
