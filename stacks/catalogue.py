"""Every rule there is, whichever module declares it."""

from __future__ import annotations

from importlib import import_module

from components.rules import Rule

MODULES = (
    "components.cluster.modes.base",
    "components.istio.config",
    "components.mutability.access",
    "components.mutability.cilium",
    "components.mutability.clusters",
    "components.mutability.defaults",
    "components.mutability.deployment",
    "components.mutability.egress",
    "components.mutability.filters",
    "components.mutability.mesh",
    "components.mutability.namespaces",
    "components.mutability.networking",
    "components.mutability.networks",
    "components.mutability.platform",
    "components.mutability.policies",
    "components.mutability.pools",
    "components.mutability.upgrades",
    "components.network.plan",
    "components.values",
    "policies.agreement",
    "policies.attachment",
    "policies.bundle",
    "policies.capabilities",
    "policies.cluster",
    "policies.compile.compiler",
    "policies.config",
    "policies.dns",
    "policies.ends",
    "policies.injection",
    "policies.lint.authorization",
    "policies.lint.cilium_ports",
    "policies.lint.cilium_traps",
    "policies.lint.cilium_valid",
    "policies.lint.declared",
    "policies.lint.fields",
    "policies.lint.istio",
    "policies.lint.labels",
    "policies.lint.lints",
    "policies.lint.network_policy",
    "policies.lint.together",
    "policies.names",
    "policies.normalise",
    "policies.parameters",
    "policies.resolve",
    "stacks.check",
    "stacks.checks.acns",
    "stacks.checks.api_server",
    "stacks.checks.api_server_subnet",
    "stacks.checks.azure_names",
    "stacks.checks.byocni",
    "stacks.checks.byocni_features",
    "stacks.checks.capacity",
    "stacks.checks.chart_values",
    "stacks.checks.cluster_traffic",
    "stacks.checks.dataplane",
    "stacks.checks.dual_stack",
    "stacks.checks.existing",
    "stacks.checks.identity",
    "stacks.checks.ingress",
    "stacks.checks.isolation",
    "stacks.checks.istio",
    "stacks.checks.istio_features",
    "stacks.checks.istio_gateways",
    "stacks.checks.istio_settings",
    "stacks.checks.maintenance",
    "stacks.checks.monitoring",
    "stacks.checks.names",
    "stacks.checks.net",
    "stacks.checks.network_names",
    "stacks.checks.node_settings",
    "stacks.checks.outbound",
    "stacks.checks.pod_subnets",
    "stacks.checks.pool_kinds",
    "stacks.checks.pool_order",
    "stacks.checks.pools",
    "stacks.checks.private_dns",
    "stacks.checks.ranges",
    "stacks.checks.routes",
    "stacks.checks.security_groups",
    "stacks.checks.sizes",
    "stacks.checks.upgrades",
    "stacks.checks.versions",
    "stacks.checks.without_effect",
    "stacks.checks.workloads",
    "stacks.load",
    "stacks.policies",
    "stacks.wording",
    "stacks.yaml_rules",
)
"""The modules that declare rules, in order of name."""


def catalogue() -> dict[str, Rule]:
    """Every rule of these modules by id, in order of id."""
    rules = {
        value.id: value
        for module in MODULES
        for value in vars(import_module(module)).values()
        if isinstance(value, Rule)
    }
    return dict(sorted(rules.items()))
