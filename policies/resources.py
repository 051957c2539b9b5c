"""A bundle in a cluster, as one component: namespaces first, everything that isolates last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from policies.manifests import Manifest, predecessors

TYPE = "cilia:policies:PolicyBundle"
FIELD_MANAGER = {"pulumi.com/patchFieldManager": "cilia"}
"""One field manager for everything, so that GitOps tools and later versions of this program take over cleanly."""


class PolicyBundle(pulumi.ComponentResource):
    """A bundle's manifests, each after those that must land before it.

    Attributes:
        objects: Every object by its key: kind, namespace and name.
    """

    objects: dict[str, pulumi.Resource]

    def __init__(
        self,
        name: str,
        manifests: Sequence[Manifest],
        provider: kubernetes.Provider,
        *,
        protect: bool,
        depends_on: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Applies the manifests.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            manifests: What to apply, in order.
            provider: Reaches the cluster.
            protect: Whether Pulumi refuses to delete namespaces; policies are never protected.
            depends_on: What must be there before: Cilium, its CRDs, Istio.
            opts: Options of the component.
        """
        super().__init__(TYPE, name, {}, opts)
        self.objects = {}
        before = predecessors(manifests)
        for manifest in manifests:
            own = [self.objects[key] for key in before[manifest.key]]
            self.objects[manifest.key] = _object(
                f"{name}-{manifest.key}",
                manifest,
                pulumi.ResourceOptions(
                    parent=self,
                    provider=provider,
                    protect=protect and manifest.kind == "Namespace",
                    depends_on=own or list(depends_on),
                ),
            )
        self.register_outputs({"objects": sorted(self.objects)})


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
