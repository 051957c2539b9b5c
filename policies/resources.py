"""Bundles in a cluster, each as one component: namespaces first, everything that isolates last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from policies.manifests import Manifest, in_order, predecessors

TYPE = "cilia:policies:PolicyBundle"
EXISTING_TYPE = "cilia:policies:ExistingCluster"
FIELD_MANAGER = {"pulumi.com/patchFieldManager": "cilia"}
"""One field manager for everything, so that GitOps tools and later versions of this program take over cleanly."""


class ExistingCluster(pulumi.ComponentResource):
    """A cluster that this program did not make, as owner of the policies that it writes there.

    Attributes:
        provider: Reaches it by a context of the kubeconfig.
    """

    provider: kubernetes.Provider

    def __init__(self, name: str, context: str) -> None:
        """Makes the provider.

        Args:
            name: Pulumi name of the component and of the provider.
            context: The context.
        """
        super().__init__(EXISTING_TYPE, name, {})
        # another context is another cluster; a kubeconfig with other credentials is not
        self.provider = kubernetes.Provider(
            name, context=context, cluster_identifier=context, opts=pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs({"context": context})


class PolicyBundle(pulumi.ComponentResource):
    """A bundle in a cluster; `apply_bundles` makes it.

    Attributes:
        objects: Every object by its key: kind, namespace and name.
    """

    objects: dict[str, pulumi.Resource]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Registers the component; its objects follow."""
        super().__init__(TYPE, name, {}, opts)
        self.objects = {}


def apply_bundles(
    bundles: Mapping[str, Sequence[Manifest]],
    provider: pulumi.ProviderResource,
    *,
    protect: bool,
    depends_on: Sequence[pulumi.Resource] = (),
    deleted_with: pulumi.Resource | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> dict[str, PolicyBundle]:
    """Applies all bundles of one cluster, each object after those of any bundle that must land before it.

    Args:
        bundles: Manifests by the Pulumi name of their component; children are called `<name>-<key>`.
        provider: Reaches the cluster.
        protect: Whether Pulumi refuses to delete namespaces; policies are never protected.
        depends_on: What must be there before: Cilium, its CRDs, Istio.
        deleted_with: The cluster, if this program deletes it: everything in it goes along.
        opts: Options of the components.

    Returns:
        The components by their Pulumi names.
    """
    components = {name: PolicyBundle(name, opts) for name in bundles}
    owners = {manifest.key: name for name, manifests in bundles.items() for manifest in manifests}
    every = in_order(manifest for manifests in bundles.values() for manifest in manifests)
    before = predecessors(every)
    made: dict[str, pulumi.Resource] = {}
    for manifest in every:
        owner = owners[manifest.key]
        own = [made[key] for key in before[manifest.key]]
        made[manifest.key] = components[owner].objects[manifest.key] = _object(
            f"{owner}-{manifest.key}",
            manifest,
            pulumi.ResourceOptions(
                parent=components[owner],
                provider=provider,
                protect=protect and manifest.kind == "Namespace",
                depends_on=own or list(depends_on),
                deleted_with=deleted_with,
            ),
        )
    for component in components.values():
        component.register_outputs({"objects": sorted(component.objects)})
    return components


def _object(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """One object: typed where Kubernetes itself knows it, a custom resource where only the cluster does."""
    metadata: Any = manifest.object["metadata"]
    metadata = {**metadata, "annotations": {**metadata.get("annotations", {}), **FIELD_MANAGER}}
    found: pulumi.Resource
    if manifest.kind == "Namespace":
        found = kubernetes.core.v1.Namespace(name, metadata=metadata, opts=opts)
        return found
    if manifest.kind == "NetworkPolicy":
        spec: Any = manifest.object["spec"]
        found = kubernetes.networking.v1.NetworkPolicy(name, metadata=metadata, spec=spec, opts=opts)
        return found
    # the SDK's own class for these takes `spec` only, and Cilium's policies may have `specs`
    token = f"kubernetes:{manifest.object['apiVersion']}:{manifest.kind}"
    return pulumi.CustomResource(token, name, {**manifest.object, "metadata": metadata}, opts)
