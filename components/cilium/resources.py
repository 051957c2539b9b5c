"""Cilium in a cluster that AKS gave no CNI, as one component."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from components.cilium.plan import CiliumPlan
from components.facts import cilium as facts
from components.outputs import References, substitute

TYPE = "cilia:cilium:CiliumRelease"


class CiliumRelease(pulumi.ComponentResource):
    """Cilium by its Helm chart, as a Helm release and not as a `Chart` of single objects.

    A release is one resource that Helm itself installs: it waits, rolls back what fails, runs the chart's hooks, and
    its values are what a preview shows. A `Chart` renders before there is a cluster to ask, which Cilium's refuses, and
    makes other certificates in every preview.

    Nodes are NotReady, and no pod starts, until the release is there: everything else in the cluster depends on it.
    It goes with its cluster; uninstalling it from a cluster that is about to go would only wait for pods on dead nodes.

    Attributes:
        release: The Helm release.
        ipsec_key: The Secret with the key of IPsec, where that is used.
    """

    release: kubernetes.helm.v3.Release
    ipsec_key: kubernetes.core.v1.Secret | None

    def __init__(
        self,
        name: str,
        plan: CiliumPlan,
        references: References,
        *,
        provider: pulumi.ProviderResource,
        cluster: pulumi.Resource,
        depends_on: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to: the API server's name, secrets.
            provider: The cluster's Kubernetes provider.
            cluster: The cluster, with its system pool.
            depends_on: What else must be there before, such as CRDs.
            opts: Options of the component.
        """
        super().__init__(TYPE, name, {}, opts)
        before: list[pulumi.Resource] = [cluster, *depends_on]
        self.ipsec_key = None
        if plan.ipsec_key is not None:
            self.ipsec_key = kubernetes.core.v1.Secret(
                f"{name}-ipsec",
                metadata={"name": facts.IPSEC_SECRET, "namespace": plan.namespace},
                string_data={facts.IPSEC_SECRET_KEY: substitute(plan.ipsec_key, references)},
                opts=pulumi.ResourceOptions(
                    parent=self, provider=provider, depends_on=list(before), deleted_with=cluster
                ),
            )
            before.append(self.ipsec_key)
        self.release = kubernetes.helm.v3.Release(
            f"{name}-cilium",
            name=plan.name,
            namespace=plan.namespace,
            chart=plan.chart,
            version=plan.version,
            repository_opts={"repo": plan.repository} if plan.repository else None,
            values=substitute(plan.values, references),
            atomic=True,
            cleanup_on_fail=True,
            skip_await=not plan.waits,
            timeout=plan.timeout_seconds,
            opts=pulumi.ResourceOptions(
                parent=self, provider=provider, depends_on=before, deleted_with=cluster, protect=plan.protect
            ),
        )
        self.register_outputs({"version": self.release.version})
