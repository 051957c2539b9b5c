"""The examples run as they are."""

from __future__ import annotations

from pathlib import Path

from cilia.record import record
from tests.sdk_types import unknown_properties

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def test_the_components_work_without_stack_files() -> None:
    recording = record(EXAMPLES / "without_stack_files", project="without-stack-files", stack="dev", config={})
    assert [f"{each.type.rpartition(':')[2]} {each.name}" for each in recording.resources] == [
        "ResourceGroup main",
        "Network main",
        "VirtualNetwork main",
        "Subnet main-nodes",
        "ClusterIdentity main",
        "UserAssignedIdentity main",
        "RoleAssignment main-subnet-nodes",
        "AksCluster main",
        "ManagedCluster main",
        "kubernetes main",
    ]
    azure = [each for each in recording.resources if each.type.startswith("azure-native:")]
    assert [unknown_properties(each.type, each.inputs) for each in azure] == [[]] * len(azure)
    assert recording.outputs == {"cluster": "aks-main", "nodes": {"now": 3, "limit": 251}}


def test_the_project_of_the_example_says_where_its_environment_is() -> None:
    example = EXAMPLES / "without_stack_files"
    (line,) = (line for line in (example / "Pulumi.yaml").read_text().splitlines() if "virtualenv:" in line)
    assert (example / line.split()[1]).resolve() == EXAMPLES.parents[1] / ".venv"
