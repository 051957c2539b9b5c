"""`cilia runbook`: the right commands for what a cluster has, ready to paste."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from cilia.main import main
from cilia.runbook_data import Facts, Runbook
from cilia.runbook_steps import RUNBOOK
from stacks.load import load_file
from tests.cilia.conftest import WriteStack
from tests.cilia.runbooks import AROUND, BYOCNI, ISTIO, PLATFORM, ZONE, book_of, commands
from tests.test_program import TODAY

GOLDEN = Path(__file__).parent / "golden"
IN_CLUSTER = ("network: main\n", "network: main\n      inCluster: gitops\n")
GITOPS = "Brought in by somebody else (inCluster: gitops)"
TOOL = re.compile(
    r"(?<![\w/.-])(?:(?:kubectl|istioctl|cilium)|helm upgrade --install \S+)(?: --(?:kube-)?context (\S+))?(?= )"
)
WORKLOADS = (
    "networking: {mode: overlay",
    "workloadIdentities: {backend: {serviceAccounts: [shop/backend]}}\n      networking: {mode: overlay",
)


def titles(book: Runbook) -> list[str]:
    """The capabilities of the one cluster of a stack."""
    (cluster,) = book.clusters
    return [capability.title for capability in cluster.capabilities]


def test_the_runbook_of_a_plain_cluster(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev")
    assert main(["runbook", "dev"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out == (GOLDEN / "runbook_plain.txt").read_text(encoding="utf-8")


def test_the_runbook_of_a_cluster_with_everything(capsys: pytest.CaptureFixture[str]) -> None:
    main(["runbook", str(PLATFORM), "-o", "md"])
    assert capsys.readouterr().out == (GOLDEN / "runbook_platform.md").read_text(encoding="utf-8")


def test_the_json_document_has_the_same_commands(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_stack("dev")
    assert main(["runbook", "dev", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cilia"] == 1
    assert (document["stack"], document["resourceGroup"], document["problems"]) == ("dev", "rg-test", [])
    (cluster,) = document["clusters"]
    assert (cluster["name"], cluster["azureName"]) == ("main", "aks-main")
    (proxy,) = (each for each in cluster["capabilities"] if each["title"] == "kube-proxy")
    assert proxy["steps"] == [
        {
            "title": "Cilium does its work",
            "commands": commands(book_of(file), "kube-proxy"),
            "expect": "Error from server (NotFound)",
        }
    ]


def test_only_what_a_cluster_has_is_in_its_runbook(write_stack: WriteStack) -> None:
    plain = titles(book_of(write_stack("dev")))
    assert plain == [
        "Credentials",
        "Cilium",
        "Connectivity test",
        "kube-proxy",
        "Way out",
        "Addresses",
        "Upgrades",
    ]
    more = titles(book_of(write_stack("mesh", ISTIO)))
    assert set(more) - set(plain) == {"Istio", "Mesh upgrade under way"}
    assert "Workload identity" in titles(book_of(write_stack("workloads", WORKLOADS)))


def test_addresses_of_the_way_out_are_those_of_the_clusters_own_gateway(shipped: Path) -> None:
    book = book_of(shipped / "stacks" / "Pulumi.prod.yaml")
    for cluster in book.clusters:
        (found,) = (capability for capability in cluster.capabilities if capability.title == "Way out")
        assert [step.commands[0].split(" --query")[0] for step in found.steps[1:]] == [
            "az network public-ip show --resource-group rg-cilia-prod --name pip-main-egress-1",
            "az network public-ip show --resource-group rg-cilia-prod --name pip-main-egress-2",
        ]


def test_every_command_of_every_shipped_stack_can_be_pasted(shipped: Path) -> None:
    for file in (PLATFORM, *sorted((shipped / "stacks").glob("Pulumi.*.yaml"))):
        book = book_of(file)
        lines = [
            line for row in book.clusters for each in row.capabilities for step in each.steps for line in step.commands
        ]
        assert subprocess.run(["bash", "-n"], input="\n".join(lines), text=True, check=False).returncode == 0
        for cluster in book.clusters:
            for capability in cluster.capabilities:
                for step in capability.steps:
                    for command in step.commands:
                        assert shlex.split(command)
                        assert "%(" not in command + step.title + step.expect


def test_commands_go_to_the_cluster_that_they_are_written_under_whichever_is_the_current_one(shipped: Path) -> None:
    for file in (PLATFORM, *sorted((shipped / "stacks").glob("Pulumi.*.yaml"))):
        for cluster in book_of(file).clusters:
            lines = [line for each in cluster.capabilities for step in each.steps for line in step.commands]
            contexts = [context for line in lines for context in TOOL.findall(line)]
            assert set(contexts) == {cluster.azure_name}


def test_subscription_is_chosen_where_the_file_names_it(write_stack: WriteStack) -> None:
    subscription = "11111111-2222-3333-4444-555555555555"
    named = ("azure-native:location", f"azure-native:subscriptionId: {subscription}\n  azure-native:location")
    assert commands(book_of(write_stack("dev", named)), "Credentials")[:3] == [
        "az login",
        f"az account set --subscription {subscription}",
        "az aks get-credentials --resource-group rg-test --name aks-main --overwrite-existing",
    ]


def test_what_somebody_else_brings_in_stands_before_everything_that_needs_it(write_stack: WriteStack) -> None:
    write_stack("byo", BYOCNI)
    book = book_of(Path("stacks/Pulumi.byo.yaml"))
    assert titles(book)[:2] == ["Credentials", GITOPS]
    assert commands(book, GITOPS) == [
        ".venv/bin/cilia values stacks/Pulumi.byo.yaml --out cilia-values",
        (
            "helm upgrade --install cilium cilium --repo https://helm.cilium.io --version 1.19.6"
            " --kube-context aks-main --namespace kube-system --values cilia-values/cilium-main.yaml"
            " --atomic --timeout 900s"
        ),
        "kubectl --context aks-main wait --for=condition=Ready nodes --all --timeout=600s",
    ]
    (steps,) = (each.steps for each in book.clusters[0].capabilities if each.title == GITOPS)
    assert steps[0].title == "Install or upgrade Cilium: nodes stay NotReady until this ran"


def test_objects_of_the_mesh_are_applied_by_somebody_else(write_stack: WriteStack) -> None:
    write_stack("mesh", ISTIO, IN_CLUSTER)
    assert commands(book_of(Path("stacks/Pulumi.mesh.yaml")), GITOPS) == [
        ".venv/bin/cilia values stacks/Pulumi.mesh.yaml --out cilia-values",
        ("kubectl --context aks-main apply --server-side --force-conflicts --filename cilia-values/objects-main.yaml"),
    ]


def test_policies_are_applied_by_somebody_else(write_stack: WriteStack) -> None:
    bundle = (
        "  cilia:clusters:",
        "  cilia:policies: {main: {bundles: [{name: deny-all-with-dns}]}}\n  cilia:clusters:",
    )
    write_stack("policies", IN_CLUSTER, bundle)
    assert commands(book_of(Path("stacks/Pulumi.policies.yaml")), GITOPS) == [
        ".venv/bin/cilia policies stacks/Pulumi.policies.yaml --out cilia-policies",
        "kubectl --context aks-main apply --server-side --force-conflicts --kustomize cilia-policies/main",
    ]


def test_cluster_that_needs_nothing_from_anybody_else_has_no_row_for_it(write_stack: WriteStack) -> None:
    assert GITOPS not in titles(book_of(write_stack("plain", IN_CLUSTER)))


def test_every_capability_is_one_that_some_cluster_has(tmp_path: Path, write_stack: WriteStack) -> None:
    by_others = tmp_path / "Pulumi.gitops.yaml"
    by_others.write_text(
        PLATFORM.read_text().replace("      network: main\n", "      network: main\n      inCluster: gitops\n")
    )
    facts = []
    for file in (PLATFORM, by_others, write_stack("around", AROUND, ZONE)):
        loaded = load_file(file, today=TODAY)
        assert loaded.checked is not None
        assert loaded.plan is not None
        facts += [Facts(view, loaded.plan, loaded) for view in loaded.checked.view.clusters]
    assert [capability.title for capability in RUNBOOK if not any(capability.has(each) for each in facts)] == []


def test_a_stack_with_errors_has_no_runbook(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", ("mode: overlay", "mode: overlays"))
    assert main(["runbook", "dev"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "networking" in err
    assert main(["runbook", "dev", "-o", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document.keys() == {"cilia", "stack", "problems"}


@pytest.mark.usefixtures("project")
def test_a_file_that_is_not_there_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbook", "missing.yaml"]) == 2
    assert capsys.readouterr().out == ""
