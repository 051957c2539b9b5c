# ruff: noqa: ARG002 - the methods take what server.py gives every provider
"""A simulated `kubernetes` provider and the API servers of the simulated clusters.

Enough for a program to be deployed without a cluster: check, diff, create, read, update, delete. An API server answers
while the simulated cluster behind its address exists; a namespace must exist before what is put into it; a custom
resource needs the cluster feature that brings its kind. It validates no object against a schema and runs no controller:
for that there is the real plugin and a real API server. Behaviours restate
https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go (4.34).
"""

from __future__ import annotations

import copy
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.engine.diff import Change, changes_below, refreshed
from tests.engine.provider import Difference, Naming, RefusedError, Urn
from tests.engine.rules.frozen import at
from tests.engine.rules.identity import CLUSTERS
from tests.engine.rules.rule import NAMESPACE
from tests.engine.store import Resource, Store, World
from tests.engine.wire import has_unknown, is_unknown

AUTONAMED = "pulumi.com/autonamed"
CLUSTER_SCOPED = frozenset(
    [
        "Namespace",
        "Node",
        "PersistentVolume",
        "StorageClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "PriorityClass",
        "IngressClass",
        "CiliumClusterwideNetworkPolicy",
        "CiliumNode",
        "CiliumIdentity",
        "CiliumLoadBalancerIPPool",
    ]
)
BUILT_IN_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
# https://learn.microsoft.com/azure/aks/istio-deploy-addon, -deploy-ingress, -deploy-egress
ISTIO_NAMESPACES = frozenset({"aks-istio-system", "aks-istio-ingress", "aks-istio-egress"})
# An object of these changes in place everywhere but here.
FORCE_NEW = frozenset({"apiVersion", "kind", "metadata.name", "metadata.namespace"})
# `clusterUnreachableReason` in the provider
UNREACHABLE = "configured Kubernetes cluster is unreachable: unable to load schema information from the API server"
RELEASE = "kubernetes:helm.sh/v3:Release"
RELEASE_FORCE_NEW = frozenset({"name", "namespace"})


@dataclass
class Kubernetes:
    """The provider, configured for one cluster."""

    store: Store
    config: dict[str, str] = field(default_factory=dict)

    def configure(self, config: dict[str, str]) -> None:
        """Takes the configuration."""
        self.config = config

    def replaces_provider(self, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
        """Which configuration makes the provider, and all it manages, new.

        Another cluster does, and a kubeconfig that nobody knows yet. With `clusterIdentifier` on both sides nothing
        else counts. Source: `DiffConfig`.
        """
        before, after = old.get("clusterIdentifier"), new.get("clusterIdentifier")
        if before and after:
            return ["clusterIdentifier"] if before != after else []
        if has_unknown(new.get("kubeconfig")):
            return ["kubeconfig"]
        return ["kubeconfig"] if _active_cluster(old) != _active_cluster(new) else []

    def check(
        self, urn: Urn, old: dict[str, Any], new: dict[str, Any], naming: Naming
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The inputs with a name and a namespace."""
        inputs = copy.deepcopy(new)
        if urn.type == RELEASE:
            inputs.setdefault("name", old.get("name") or f"{urn.name}-{naming.hex(urn.name, 8)}")
            inputs.setdefault("namespace", "default")
            return inputs, []
        missing = [("", f"missing required property '{name}'") for name in ("apiVersion", "kind") if name not in inputs]
        metadata = inputs.setdefault("metadata", {})
        if isinstance(metadata, dict):
            self._name(metadata, (old.get("metadata") or {}), urn, naming)
            if inputs.get("kind") not in CLUSTER_SCOPED:
                metadata.setdefault("namespace", "default")
        return inputs, missing

    def _name(self, metadata: dict[str, Any], old: dict[str, Any], urn: Urn, naming: Naming) -> None:
        if "name" in metadata:
            return
        named = (old.get("annotations") or {}).get(AUTONAMED) == "true"
        metadata["name"] = old["name"] if named else naming.proposed or f"{urn.name}-{naming.hex(urn.name, 8)}"
        metadata["annotations"] = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}

    def diff(
        self, urn: Urn, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        """Inputs against inputs; a replacement under the same name deletes first."""
        forced = RELEASE_FORCE_NEW if urn.type == RELEASE else FORCE_NEW
        found: list[Change] = changes_below(old_inputs, new, forced)
        autonamed = at(new, "metadata.annotations") or {}
        return Difference(found, any(change.replace for change in found) and autonamed.get(AUTONAMED) != "true")

    def preview(self, urn: Urn, inputs: dict[str, Any], old_outputs: dict[str, Any] | None = None) -> dict[str, Any]:
        """What a dry run answers: the object."""
        return inputs

    def create(self, urn: Urn, inputs: dict[str, Any], *, fail_at_end: bool = False) -> tuple[str, dict[str, Any]]:
        """The id and outputs of a new object, or of one taken over where the provider is told to. Raises: RefusedError.

        An object that exists is refused since 4.29 unless `upsertExistingObjects` is set; see the provider's arguments
        in the SDK.
        """
        with self.store.transaction() as world:
            objects = self._server(world)
            key = _key(urn, inputs)
            old = objects.get(key)
            if old is not None and urn.type == RELEASE:
                raise RefusedError(f'resource "{urn.text}" was not created: cannot re-use a name that is still in use')
            if old is not None and self.config.get("upsertExistingObjects") != "true":
                raise RefusedError(
                    f'resource "{urn.text}" was not successfully created by the Kubernetes '
                    f"API server: {key} already exists"
                )
            self._judge(world, objects, urn, inputs)
            world.order += 1
            objects[key] = _live(urn, inputs, world.order, old)
            return _object_id(inputs, urn), copy.deepcopy(objects[key])

    def update(self, urn: Urn, inputs: dict[str, Any], *, fail_at_end: bool = False) -> dict[str, Any]:
        """The outputs of a changed object. Raises: RefusedError."""
        with self.store.transaction() as world:
            objects = self._server(world)
            world.order += 1
            old = objects.get(_key(urn, inputs))
            objects[_key(urn, inputs)] = _live(urn, inputs, world.order, old)
            return copy.deepcopy(objects[_key(urn, inputs)])

    def current(self, urn: Urn, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The id and outputs of what inputs name."""
        with self.store.transaction() as world:
            return _object_id(inputs, urn), copy.deepcopy(self._server(world).get(_key(urn, inputs), {}))

    def read(
        self, urn: Urn, arm_id: str, old_inputs: dict[str, Any] | None, old_outputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The inputs and outputs of what exists now, or nothing when it is gone."""
        with self.store.transaction() as world:
            found = self._server(world).get(f"{urn.type} {arm_id}")
        if found is None:
            return None
        before = (
            old_inputs if old_inputs is not None else {name: value for name, value in found.items() if name != "status"}
        )
        return refreshed(before, old_outputs, found), found

    def delete(self, urn: Urn, arm_id: str) -> None:
        """Deletes an object, and with a namespace all that is in it. Raises: RefusedError."""
        with self.store.transaction() as world:
            objects = self._server(world)
            objects.pop(f"{urn.type} {arm_id}", None)
            if urn.type == "kubernetes:core/v1:Namespace":
                for key in [key for key in objects if key.partition(" ")[2].startswith(f"{arm_id}/")]:
                    del objects[key]

    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any]:
        """No function is simulated. Raises: RefusedError."""
        raise RefusedError(f"the simulated kubernetes provider has no function {token}")

    def _server(self, world: World) -> dict[str, Any]:
        """The objects of the cluster this provider talks to. Raises: RefusedError when nothing lets it in there."""
        host = host_of(self.config)
        if not host.startswith("context:") and cluster_at(world, host) is None:
            raise RefusedError(f"{UNREACHABLE}: no such host {host}")
        if world.control.cluster_login not in (self.config.get("kubeconfig") or ""):
            raise RefusedError(f"{UNREACHABLE}: the server has asked for the client to provide credentials")
        return world.kubernetes.setdefault(host, {})

    def _judge(self, world: World, objects: dict[str, Any], urn: Urn, inputs: dict[str, Any]) -> None:
        namespace = inputs.get("namespace") if urn.type == RELEASE else at(inputs, "metadata.namespace")
        made = {key.partition(" ")[2] for key in objects if key.startswith("kubernetes:core/v1:Namespace ")}
        known = BUILT_IN_NAMESPACES | made | _of_add_ons(cluster_at(world, host_of(self.config)))
        creates = urn.type == RELEASE and inputs.get("createNamespace")
        if namespace and namespace not in known and not creates:
            raise RefusedError(
                f'resource "{urn.text}" was not successfully created by the Kubernetes API '
                f'server: namespaces "{namespace}" not found'
            )
        lacking = _lacks(cluster_at(world, host_of(self.config)), objects, str(inputs.get("apiVersion", "")))
        if lacking:
            kind, version = inputs.get("kind"), inputs.get("apiVersion")
            raise RefusedError(
                f'creation of resource "{urn.text}" failed because the Kubernetes API server reported '
                "that the apiVersion for this resource does "
                "not exist. Verify that any required CRDs have been created: no matches for kind "
                f'"{kind}" in version "{version}" ({lacking})'
            )


def host_of(config: dict[str, str]) -> str:
    """The API server a configuration points to: a host, or `context:<name>` when no kubeconfig is in the program."""
    text = config.get("kubeconfig") or ""
    if not text:
        return f"context:{config.get('context', '')}"
    found = re.match(r"https://([^:/]+)", str(_active_cluster(config).get("server", "")))
    return found.group(1) if found else ""


def _active_cluster(config: dict[str, Any]) -> dict[str, Any]:
    """The cluster entry that a kubeconfig's current context uses."""
    text = config.get("kubeconfig")
    if not isinstance(text, str) or is_unknown(text):
        return {}
    document = yaml.safe_load(text) or {}
    contexts = {item["name"]: item["context"]["cluster"] for item in document.get("contexts") or []}
    clusters = {item["name"]: dict(item["cluster"]) for item in document.get("clusters") or []}
    return clusters.get(contexts.get(config.get("context") or document.get("current-context"))) or {}


def cluster_at(world: World, host: str) -> Resource | None:
    """The simulated cluster whose API server has this address."""
    found = (
        cluster
        for cluster in world.of_type(CLUSTERS)
        if host in (cluster.body.get("fqdn"), cluster.body.get("privateFQDN"))
    )
    return next(found, None)


def _of_add_ons(cluster: Resource | None) -> frozenset[str]:
    """The namespaces that AKS makes for its add-ons."""
    runs_istio = cluster is not None and at(cluster.body, "serviceMeshProfile.mode") == "Istio"
    return ISTIO_NAMESPACES if runs_istio else frozenset()


def _lacks(cluster: Resource | None, objects: dict[str, Any], version: str) -> str:
    """What a cluster lacks to know a kind, or an empty string.

    Only the groups that a cluster feature brings are judged.
    """
    if cluster is None:
        return ""
    releases = {
        str(value.get("chart", "")).rsplit("/", 1)[-1] for key, value in objects.items() if key.startswith(RELEASE)
    }
    group = version.partition("/")[0]
    if (
        group == "cilium.io"
        and at(cluster.body, "networkProfile.networkDataplane") != "cilium"
        and "cilium" not in releases
    ):
        return "the cluster runs no Cilium"
    if (
        group.endswith("istio.io")
        and at(cluster.body, "serviceMeshProfile.mode") != "Istio"
        and not releases & {"base", "istiod"}
    ):
        return "the cluster runs no Istio"
    return ""


def _object_id(inputs: dict[str, Any], urn: Urn) -> str:
    source = inputs if urn.type == RELEASE else inputs["metadata"]
    return "/".join(filter(None, (source.get("namespace"), source["name"])))


def _key(urn: Urn, inputs: dict[str, Any]) -> str:
    return f"{urn.type} {_object_id(inputs, urn)}"


def _live(urn: Urn, inputs: dict[str, Any], order: int, old: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object as the API server answers it."""
    result = copy.deepcopy(inputs)
    if urn.type == RELEASE:
        revision = int(((old or {}).get("status") or {}).get("revision", 0)) + 1
        result["status"] = {
            "name": inputs["name"],
            "namespace": inputs["namespace"],
            "revision": revision,
            "status": "deployed",
        }
        return result
    before = (old or {}).get("metadata") or {}
    uid = before.get("uid") or str(uuid.uuid5(NAMESPACE, f"{_key(urn, inputs)} {order}"))
    created = before.get("creationTimestamp") or "2026-01-01T00:00:00Z"
    result["metadata"].update(uid=uid, resourceVersion=str(order), creationTimestamp=created)
    return result
