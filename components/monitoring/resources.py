"""Where data is kept, and what collects it, as components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_azure_native import dashboard, monitor, operationalinsights

from components.in_cluster import deploy_manifest
from components.monitoring.plan import (
    ENDPOINT,
    GRAFANA,
    LOGS,
    METRICS,
    RULE,
    CollectionPlan,
    MonitoredPlan,
)
from components.outputs import References, arguments
from components.values import Ref

WORKSPACES_TYPE = "cilia:monitoring:Workspaces"
COLLECTION_TYPE = "cilia:monitoring:Collection"

_CLASSES: dict[str, type[Any]] = {
    LOGS: operationalinsights.Workspace,
    METRICS: monitor.AzureMonitorWorkspace,
    GRAFANA: dashboard.Grafana,
    ENDPOINT: monitor.DataCollectionEndpoint,
    RULE: monitor.DataCollectionRule,
    "association": monitor.DataCollectionRuleAssociation,
    "diagnosticSetting": monitor.DiagnosticSetting,
}


class Workspaces(pulumi.ComponentResource):
    """What several clusters send their data to.

    Attributes:
        references: What other plans may refer to: the workspaces' ids, and the principals of dashboards.
    """

    references: dict[Ref, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        plans: Sequence[MonitoredPlan],
        references: References,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plans.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plans: What to deploy.
            references: Outputs that the plans refer to: the resource group.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(WORKSPACES_TYPE, name, {}, opts)
        self.references = {}
        for plan in plans:
            made = _deploy(f"{name}-{plan.key}", plan, {**references, **self.references}, self)
            self.references[plan.reference] = made.id
            if plan.kind == GRAFANA:
                self.references[Ref(GRAFANA, plan.key, "principalId")] = made.identity.apply(
                    lambda identity: identity.principal_id if identity else ""
                )
                self.references[Ref(GRAFANA, plan.key, "endpoint")] = made.properties.apply(
                    lambda properties: properties.endpoint if properties else ""
                )
        self.register_outputs({})


class Collection(pulumi.ComponentResource):
    """What collects the data of one cluster."""

    def __init__(
        self,
        name: str,
        plan: CollectionPlan,
        references: References,
        *,
        provider: pulumi.ProviderResource | None,
        depends_on: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to: the resource group, the cluster and workspaces.
            provider: The cluster's Kubernetes provider; None where something else writes to the cluster.
            depends_on: What must be in the cluster before anything is written to it.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(COLLECTION_TYPE, name, {}, opts)
        known = dict(references)
        for each in plan.resources:
            made = _deploy(f"{name}-{each.key.partition('/')[2]}", each, known, self)
            known[each.reference] = made.id
        if provider is not None:
            for manifest in plan.manifests:
                options = pulumi.ResourceOptions(parent=self, provider=provider, depends_on=list(depends_on))
                deploy_manifest(f"{name}-{manifest.key}", manifest, known, options)
        self.register_outputs({})


def _deploy(name: str, plan: MonitoredPlan, references: References, parent: pulumi.Resource) -> Any:
    options = pulumi.ResourceOptions(parent=parent, protect=plan.protect)
    return _CLASSES[plan.kind](name, **arguments(plan.properties, references), opts=options)
