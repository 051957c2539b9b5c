"""What a runbook asks about a cluster: only what it has is looked at, by the names that it has."""

from __future__ import annotations

import pytest

from cilia.runbook_data import ClusterRow
from tests.cilia.conftest import WriteStack
from tests.cilia.runbooks import AROUND, BYOCNI, EGRESS, ISTIO, PLATFORM, SHARED, ZONE, book_of, commands

RESTART = "Restart what is in shop, so that it gets the new sidecar"
RESTARTED = "kubectl --context aks-main --namespace shop rollout restart deployments,statefulsets,daemonsets"


def flows(cluster: ClusterRow) -> list[tuple[str, ...]]:
    """The lines that look at flows."""
    steps = (step for each in cluster.capabilities if each.title == "Hubble" for step in each.steps)
    return [step.commands for step in steps if step.title == "Flows that are dropped"]


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
            f"{SHARED}/Microsoft.Network/privateDnsZones/privatelink.westeurope.azmk8s.io",
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
