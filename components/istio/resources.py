"""What the mesh needs inside its cluster, as one component."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.in_cluster import deploy_manifest
from components.istio.plan import MeshPlan
from components.outputs import References

TYPE = "cilia:istio:Mesh"


class Mesh(pulumi.ComponentResource):
    """Mesh configuration, injection labels, egress configurations and certificates in a cluster with the add-on.

    The add-on itself is a part of the cluster's inputs.

    Attributes:
        objects: What was written, by key.
    """

    objects: dict[str, pulumi.Resource]

    def __init__(
        self,
        name: str,
        plan: MeshPlan,
        references: References,
        *,
        provider: pulumi.ProviderResource,
        depends_on: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to: the identity that reads key vaults, and its tenant.
            provider: The cluster's Kubernetes provider.
            depends_on: What must be there before: the rights to read key vaults.
            opts: Options of the component.
        """
        super().__init__(TYPE, name, {}, opts)
        self.objects = {}
        for manifest in plan.manifests:
            options = pulumi.ResourceOptions(parent=self, provider=provider, depends_on=list(depends_on))
            self.objects[manifest.key] = deploy_manifest(f"{name}-{manifest.key}", manifest, references, options)
        self.register_outputs({})
