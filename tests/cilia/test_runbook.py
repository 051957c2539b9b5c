"""`cilia runbook`: the right commands for what a cluster has, ready to paste."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from cilia.main import main
from cilia.runbook_data import ClusterRow, Facts, Runbook, runbook
from cilia.runbook_steps import RUNBOOK
from stacks.load import load_file
from tests.cilia.conftest import ROOT, WriteStack
from tests.test_program import TODAY

GOLDEN = Path(__file__).parent / "golden"
PLATFORM = ROOT / "docs" / "examples" / "stacks" / "Pulumi.platform.yaml"
ISTIO = (
    "networking: {mode: overlay",
    (
        "istio: {revisions: [asm-1-29, asm-1-30], tags: {stable: asm-1-29}, injection: {shop: stable},"
        " ingressGateways: {external: true}}\n      networking: {mode: overlay"
    ),
)
IN_CLUSTER = ("network: main\n", "network: main\n      inCluster: gitops\n")
BYOCNI = (
    "network: main\n      networking: {mode: overlay, podCidr: 192.168.0.0/16, serviceCidr: 172.20.0.0/16}",
    "network: main\n      inCluster: gitops\n      networking: {mode: byocni, podCidr: 192.168.0.0/16}",
)
GITOPS = "Brought in by somebody else (inCluster: gitops)"
TOOL = re.compile(
    r"(?<![\w/.-])(?:(?:kubectl|istioctl|cilium)|helm upgrade --install \S+)(?: --(?:kube-)?context (\S+))?(?= )"
)
_SHARED = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shared/providers"
_AUTHORITY = (
    f"certificateAuthority: {{keyVaultId: {_SHARED}/Microsoft.KeyVault/vaults/kv, rootCertObjectName: root,"
    " certObjectName: cert, keyObjectName: key, certChainObjectName: chain}"
)
AROUND = (
    "network: main\n",
    f"""network: main
      nodeProvisioningProfile: {{mode: Auto}}
      containerRegistries: {{images: {_SHARED}/Microsoft.ContainerRegistry/registries/Images}}
      monitoring: {{defender: {{workspace: {_SHARED}/Microsoft.OperationalInsights/workspaces/w}}}}
      maintenanceConfigurations: {{default: {{timeInWeek: [{{day: Sunday, hourSlots: [1]}}]}}}}
      keyVaultSecretsProvider: {{}}
      istio: {{revisions: [asm-1-30], {_AUTHORITY}}}
""",
)
ZONE = ("addressSpace", "privateDnsZones: {own: {name: example.internal}}\n      addressSpace")
EGRESS = (
    "network: main\n",
    """network: main
      pools: {egress: {mode: Gateway, vmSize: Standard_D4ds_v5, subnet: nodes, count: 2, maxPods: 30,
        gatewayProfile: {publicIPPrefixSize: 31}}}
""",
)
RESTART = "Restart what is in shop, so that it gets the new sidecar"
RESTARTED = "kubectl --context aks-main --namespace shop rollout restart deployments,statefulsets,daemonsets"
WORKLOADS = (
    "networking: {mode: overlay",
    "workloadIdentities: {backend: {serviceAccounts: [shop/backend]}}\n      networking: {mode: overlay",
)


def titles(book: Runbook) -> list[str]:
    """The capabilities of the one cluster of a stack."""
    (cluster,) = book.clusters
    return [capability.title for capability in cluster.capabilities]


def commands(book: Runbook, title: str) -> list[str]:
    """The commands for one capability of the one cluster of a stack."""
    (cluster,) = book.clusters
    (found,) = (capability for capability in cluster.capabilities if capability.title == title)
    return [command for step in found.steps for command in step.commands]


def flows(cluster: ClusterRow) -> list[tuple[str, ...]]:
    """The lines that look at flows."""
    steps = (step for each in cluster.capabilities if each.title == "Hubble" for step in each.steps)
    return [step.commands for step in steps if step.title == "Flows that are dropped"]


def book_of(file: Path) -> Runbook:
    return runbook(load_file(file, today=TODAY), RUNBOOK)


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


@pytest.mark.parametrize(
    ("tags", "label", "title", "line"),
    [
        pytest.param(
            "{}",
            "asm-1-29",
            (
                "shop still gets sidecars of asm-1-29: point it at asm-1-30 first,"
                " by clusters.main.istio.injection.shop of the stack file"
            ),
            "kubectl --context aks-main get namespace shop --label-columns istio.io/rev",
            id="old revision",
        ),
        pytest.param(
            "{stable: asm-1-29}",
            "stable",
            (
                "shop still gets sidecars of asm-1-29: point it at asm-1-30 first,"
                " by clusters.main.istio.tags.stable of the stack file"
            ),
            "istioctl --context aks-main --istioNamespace aks-istio-system tag list",
            id="tag of the old revision",
        ),
        pytest.param("{}", "asm-1-30", RESTART, RESTARTED, id="new revision"),
        pytest.param("{stable: asm-1-30}", "stable", RESTART, RESTARTED, id="tag of the new revision"),
    ],
)
def test_only_what_gets_the_new_sidecar_is_restarted(
    tags: str, label: str, title: str, line: str, write_stack: WriteStack
) -> None:
    mesh = (ISTIO[0], ISTIO[1].replace("{stable: asm-1-29}", tags).replace("shop: stable", f"shop: {label}"))
    (cluster,) = book_of(write_stack("mesh", mesh)).clusters
    (upgrade,) = (each for each in cluster.capabilities if each.title == "Mesh upgrade under way")
    assert upgrade.steps[0].commands == (
        "istioctl --context aks-main --istioNamespace aks-istio-system proxy-status --revision asm-1-29",
    )
    assert [(step.title, *step.commands) for step in upgrade.steps[1:]] == [(title, line)]


def test_each_cluster_has_ports_of_its_own_and_lets_go_of_them() -> None:
    main_cluster, lab = book_of(PLATFORM).clusters
    ((forward, wait, look, end),) = flows(main_cluster)
    assert forward == "kubectl --context aks-main --namespace kube-system port-forward service/hubble-relay 4245:443 &"
    relay = (
        "--server localhost:4245 --tls --tls-server-name instance.hubble-relay.cilium.io"
        ' --tls-ca-cert-files "$HOME/.hubble-aks-main-ca.crt"'
        ' --tls-client-cert-file "$HOME/.hubble-aks-main-tls.crt"'
        ' --tls-client-key-file "$HOME/.hubble-aks-main-tls.key"'
    )
    assert wait == f"for try in 1 2 3 4 5 6 7 8 9 10; do hubble status {relay} && break; sleep 1; done"
    assert (look, end) == (f"hubble observe {relay} --verdict DROPPED --last 50", "kill %%")
    ((forward, wait, look, end),) = flows(lab)
    assert forward == "cilium --context aks-lab hubble port-forward --port-forward 4246 &"
    assert wait == "for try in 1 2 3 4 5 6 7 8 9 10; do hubble status --server localhost:4246 && break; sleep 1; done"
    assert (look, end) == ("hubble observe --server localhost:4246 --verdict DROPPED --last 50", "kill %%")


@pytest.mark.parametrize(
    ("hubble", "expected"),
    [
        pytest.param("{}", None, id="none"),
        pytest.param("{relay: true}", ["Flows that are dropped"], id="relay"),
        pytest.param(
            "{relay: true, ui: true}",
            ["Flows that are dropped", "Its pictures, in a browser, until it is interrupted"],
            id="ui",
        ),
    ],
)
def test_hubble_of_ones_own_is_looked_at_where_there_is_one(
    hubble: str, expected: list[str] | None, write_stack: WriteStack
) -> None:
    own = (BYOCNI[0], BYOCNI[1].replace("192.168.0.0/16}", f"192.168.0.0/16, cilium: {{hubble: {hubble}}}}}"))
    (cluster,) = book_of(write_stack("byo", own)).clusters
    found = [step.title for each in cluster.capabilities if each.title == "Hubble" for step in each.steps]
    assert found == (expected or [])


@pytest.mark.parametrize(
    ("zone", "title", "query"),
    [
        pytest.param("system", "resolves in its networks only", "privateFqdn", id="system"),
        pytest.param("none", "public DNS has", "fqdn", id="none"),
    ],
)
def test_name_of_a_private_api_server_is_the_one_that_it_has(
    zone: str, title: str, query: str, write_stack: WriteStack
) -> None:
    private = f"apiServer: {{enablePrivateCluster: true, privateDNSZone: {zone}}}"
    (cluster,) = book_of(write_stack("dev", ("network: main\n", f"network: main\n      {private}\n"))).clusters
    (step,) = (
        each for each in cluster.capabilities[0].steps if each.title.startswith("Name of the private API server")
    )
    assert step.title == f"Name of the private API server, which {title}"
    assert step.commands == (f"az aks show --resource-group rg-test --name aks-main --query {query} --output tsv",)


def test_what_is_around_a_cluster_is_looked_at(write_stack: WriteStack) -> None:
    (cluster,) = book_of(write_stack("around", AROUND, ZONE)).clusters
    found = {each.title: {step.title: step.commands for step in each.steps} for each in cluster.capabilities}
    kubectl, aks = "kubectl --context aks-main", "--resource-group rg-test --name aks-main"
    assert found["Node auto-provisioning"] == {
        "What it may make nodes of": (f"{kubectl} get nodepools.karpenter.sh,aksnodeclasses.karpenter.azure.com",),
        "Nodes that it made, or makes": (f"{kubectl} get nodeclaims.karpenter.sh --output wide",),
        "What it decided of late, and why": (
            f"{kubectl} get events --all-namespaces --field-selector source=karpenter",
        ),
    }
    assert found["Registries"] == {
        "Nodes get images from images": (f"az aks check-acr {aks} --acr images.azurecr.io",),
    }
    assert found["Observability"] == {
        "Agents of Defender": (
            f"{kubectl} --namespace kube-system rollout status daemonset/microsoft-defender-collector-ds --timeout=60s",
        ),
    }
    assert found["Upgrades"]["When Azure may upgrade by itself"] == (
        "az aks maintenanceconfiguration list --resource-group rg-test --cluster-name aks-main --output json",
    )
    assert found["Private DNS"] == {
        "Networks that resolve names of example.internal": (
            (
                "az network private-dns link vnet list --resource-group rg-test --zone-name example.internal"
                " --query '[].{link: name, network: virtualNetwork.id, state: virtualNetworkLinkState}' --output table"
            ),
        )
    }
    assert found["Istio"]["Certificates that asm-1-30 signs with"] == (
        f"{kubectl} --namespace aks-istio-system logs deployment/istiod-asm-1-30 --container discovery | grep x509",
    )


@pytest.mark.parametrize(
    ("zone", "title", "place"),
    [
        pytest.param(
            "system",
            "the API server's zone",
            (
                '--resource-group "$(az aks show --resource-group rg-test --name aks-main --query nodeResourceGroup'
                ' --output tsv)" --zone-name "$(az network private-dns zone list --resource-group "$(az aks show'
                " --resource-group rg-test --name aks-main --query nodeResourceGroup --output tsv)\" --query '[].name'"
                ' --output tsv)"'
            ),
            id="system",
        ),
        pytest.param(
            f"{_SHARED}/Microsoft.Network/privateDnsZones/privatelink.westeurope.azmk8s.io",
            "privatelink.westeurope.azmk8s.io",
            (
                "--subscription 11111111-2222-3333-4444-555555555555 --resource-group rg-shared"
                " --zone-name privatelink.westeurope.azmk8s.io"
            ),
            id="existing",
        ),
        pytest.param("none", None, None, id="none"),
    ],
)
def test_zone_of_a_private_api_server_has_its_links_shown(
    zone: str, title: str | None, place: str | None, write_stack: WriteStack
) -> None:
    private = f"apiServer: {{enablePrivateCluster: true, privateDNSZone: {zone}}}"
    (cluster,) = book_of(write_stack("dev", ("network: main\n", f"network: main\n      {private}\n"))).clusters
    found = [step for each in cluster.capabilities if each.title == "Private DNS" for step in each.steps]
    query = "'[].{link: name, network: virtualNetwork.id, state: virtualNetworkLinkState}'"
    expected = (
        f"Networks that resolve names of {title}",
        (f"az network private-dns link vnet list {place} --query {query} --output table",),
    )
    assert [(step.title, step.commands) for step in found] == ([expected] if title else [])


def test_static_egress_without_a_mesh_has_its_rows(write_stack: WriteStack) -> None:
    assert commands(book_of(write_stack("egress", EGRESS)), "Static egress") == [
        "kubectl --context aks-main get nodes --selector agentpool=egress",
        (
            "kubectl --context aks-main get staticgatewayconfigurations.egressgateway.kubernetes.azure.com"
            " --all-namespaces --output custom-columns='NAMESPACE:.metadata.namespace,NAME:.metadata.name,"
            "POOL:.spec.gatewayNodepoolName,ADDRESSES:.status.egressIpPrefix'"
        ),
    ]


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
