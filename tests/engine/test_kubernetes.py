"""The simulated Kubernetes provider and the API servers behind it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client, Kept
from tests.engine.invokes import kubeconfig
from tests.engine.kubernetes import Kubernetes
from tests.engine.wire import UNKNOWN

NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CILIUM_POLICY = "kubernetes:cilium.io/v2:CiliumNetworkPolicy"
RELEASE = "kubernetes:helm.sh/v3:Release"


def connect(azure: Client, kubernetes: Client, **more: Any) -> Kept:
    """Makes a cluster and points the provider at it."""
    samples.group(azure)
    cluster = samples.cluster(azure, **more)
    kubernetes.configure(kubeconfig=kubeconfig(cluster.outputs, "clusterUser"))
    return cluster


def manifest(version: str, kind: str, name: str | None, namespace: str | None = None, **more: Any) -> dict[str, Any]:
    metadata = {key: value for key, value in (("name", name), ("namespace", namespace)) if value}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def namespace(kubernetes: Client, name: str = "shop") -> Kept:
    return kubernetes.create(NAMESPACE, name, manifest("v1", "Namespace", name))


def policy(name: str | None = "deny", where: str | None = "shop") -> dict[str, Any]:
    return manifest("networking.k8s.io/v1", "NetworkPolicy", name, where, spec={"podSelector": {}})


def test_object_is_made_in_its_namespace_and_nowhere_else(azure: Client, kubernetes: Client) -> None:
    connect(azure, kubernetes)
    with pytest.raises(CallError, match='namespaces "shop" not found'):
        kubernetes.create(POLICY, "deny", policy())

    namespace(kubernetes)
    made = kubernetes.create(POLICY, "deny", policy())

    assert made.id == "shop/deny"
    assert made.outputs["metadata"]["uid"]


def test_missing_name_and_namespace_are_filled_in(kubernetes: Client) -> None:
    inputs = kubernetes.check(POLICY, "deny", policy(None, None))

    assert inputs["metadata"]["name"].startswith("deny-")
    assert inputs["metadata"]["namespace"] == "default"
    assert inputs["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert kubernetes.check(POLICY, "deny", policy(None, None), inputs)["metadata"] == inputs["metadata"]


def test_namespace_and_clusterwide_policy_have_no_namespace(kubernetes: Client) -> None:
    wide = manifest("cilium.io/v2", "CiliumClusterwideNetworkPolicy", "wide")

    assert kubernetes.check(NAMESPACE, "shop", manifest("v1", "Namespace", "shop"))["metadata"] == {"name": "shop"}
    assert kubernetes.check("kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy", "wide", wide)["metadata"] == {
        "name": "wide"
    }


def test_existing_object_is_refused(azure: Client, kubernetes: Client) -> None:
    connect(azure, kubernetes)
    namespace(kubernetes)

    with pytest.raises(CallError, match="shop already exists"):
        namespace(kubernetes)


def test_nothing_answers_without_the_cluster(azure: Client, kubernetes: Client) -> None:
    cluster = connect(azure, kubernetes)
    azure.delete(cluster)

    with pytest.raises(CallError, match=f"unreachable.*{cluster.outputs['fqdn']}"):
        namespace(kubernetes)
    assert kubernetes.preview(NAMESPACE, "shop", manifest("v1", "Namespace", "shop"))["kind"] == "Namespace"


def test_new_cluster_is_empty(azure: Client, kubernetes: Client) -> None:
    cluster = connect(azure, kubernetes)
    made = namespace(kubernetes)
    azure.delete(cluster)
    again = samples.cluster(azure)
    kubernetes.configure(kubeconfig=kubeconfig(again.outputs, "clusterUser"))

    assert kubernetes.refresh(made) is None
    namespace(kubernetes)


def test_cilium_policy_needs_cilium(azure: Client, kubernetes: Client) -> None:
    connect(
        azure,
        kubernetes,
        networkProfile={"networkPlugin": "none", "networkPluginMode": None, "networkPolicy": "none"}
        | {"networkDataplane": "azure", "podCidr": None},
    )
    namespace(kubernetes)
    inputs = manifest("cilium.io/v2", "CiliumNetworkPolicy", "dns", "shop")
    with pytest.raises(CallError, match=r'no matches for kind "CiliumNetworkPolicy".*the cluster runs no Cilium'):
        kubernetes.create(CILIUM_POLICY, "dns", inputs)

    chart = {"chart": "/charts/cilium", "name": "cilium", "namespace": "kube-system"}
    kubernetes.create(RELEASE, "cilium", chart)
    kubernetes.create(CILIUM_POLICY, "dns", inputs)


def test_managed_cilium_knows_cilium_policies(azure: Client, kubernetes: Client) -> None:
    connect(azure, kubernetes)

    kubernetes.create(CILIUM_POLICY, "dns", manifest("cilium.io/v2", "CiliumNetworkPolicy", "dns", "default"))


def test_mesh_objects_need_the_mesh(azure: Client, kubernetes: Client) -> None:
    connect(azure, kubernetes)
    inputs = manifest("security.istio.io/v1", "AuthorizationPolicy", "allow", "default")

    with pytest.raises(CallError, match="the cluster runs no Istio"):
        kubernetes.create("kubernetes:security.istio.io/v1:AuthorizationPolicy", "allow", inputs)


def test_namespace_takes_its_content_along(azure: Client, kubernetes: Client) -> None:
    connect(azure, kubernetes)
    shop = namespace(kubernetes)
    made = kubernetes.create(POLICY, "deny", policy())

    kubernetes.delete(shop)

    assert kubernetes.refresh(made) is None


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"spec": {"podSelector": {"matchLabels": {"a": "b"}}}}, []),
        ({"metadata": {"name": "other", "namespace": "shop"}}, ["metadata.name"]),
        ({"metadata": {"name": "deny", "namespace": "default"}}, ["metadata.namespace"]),
    ],
    ids=["spec", "name", "namespace"],
)
def test_only_name_and_place_replace_an_object(
    azure: Client, kubernetes: Client, change: dict[str, Any], replaces: list[str]
) -> None:
    connect(azure, kubernetes)
    namespace(kubernetes)
    made = kubernetes.create(POLICY, "deny", policy())

    diff = kubernetes.diff(made, {**policy(), **change})

    assert list(diff.replaces) == replaces
    assert diff.deleteBeforeReplace is bool(replaces)


def test_label_from_outside_comes_back_with_a_refresh(azure: Client, kubernetes: Client) -> None:
    cluster = connect(azure, kubernetes)
    made = namespace(kubernetes)
    with kubernetes.store.transaction() as world:
        world.kubernetes[cluster.outputs["fqdn"]][f"{NAMESPACE} shop"]["metadata"]["labels"] = {"a": "b"}

    again = kubernetes.refresh(made)

    assert again is not None
    assert again.inputs["metadata"] == {"name": "shop", "labels": {"a": "b"}}


def test_release_counts_its_revisions(azure: Client, kubernetes: Client) -> None:
    connect(azure, kubernetes)
    chart = {"chart": "/charts/cilium", "name": "cilium", "namespace": "kube-system", "version": "1.19.6"}
    made = kubernetes.create(RELEASE, "cilium", chart)

    changed = kubernetes.update(made, {**chart, "values": {"hubble": {"enabled": True}}})

    assert (made.id, made.outputs["status"]["revision"]) == ("kube-system/cilium", 1)
    assert changed.outputs["status"]["revision"] == 2


def config(host: str, token: str) -> str:
    return kubeconfig({"name": "aks", "fqdn": host}, "clusterUser").replace("planted", token)


ONE = config("one.example", "first")


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ({"kubeconfig": ONE}, {"kubeconfig": config("one.example", "second")}, []),
        ({"kubeconfig": ONE}, {"kubeconfig": config("two.example", "first")}, ["kubeconfig"]),
        ({"kubeconfig": ONE}, {"kubeconfig": UNKNOWN}, ["kubeconfig"]),
        ({"kubeconfig": ONE, "clusterIdentifier": "a"}, {"kubeconfig": UNKNOWN, "clusterIdentifier": "a"}, []),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ["clusterIdentifier"]),
        ({"kubeconfig": ONE}, {"kubeconfig": ONE, "clusterIdentifier": "a"}, []),
    ],
    ids=["token", "cluster", "unknown", "unknown but identified", "identified as another", "identifier added"],
)
def test_provider_is_replaced_when_it_leads_to_another_cluster(
    kubernetes: Client, old: dict[str, str], new: dict[str, str], replaces: list[str]
) -> None:
    assert Kubernetes(kubernetes.store).replaces_provider(old, new) == replaces


def test_cluster_outside_the_program_is_taken_to_be_there(kubernetes: Client) -> None:
    kubernetes.configure(context="legacy")

    namespace(kubernetes)

    with kubernetes.store.transaction() as world:
        assert list(world.kubernetes) == ["context:legacy"]


def test_planted_authority_is_base64() -> None:
    text = config("one.example", "first")

    assert base64.b64decode(text.split("certificate-authority-data: ")[1].split("}")[0]) == b"authority of one.example"
