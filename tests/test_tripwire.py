"""Every constraint of Azure, AKS, Cilium and Istio that is known has a home, or a reason to have none.

A new constraint comes with the rule that enforces it, or with the reason why none can.
"""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from components.rules import Rule
from stacks.catalogue import catalogue
from tests.source_tree import ROOT, modules

# How many constraints each family has; a number may be missing where a constraint was dropped.
FAMILIES = {
    "NET": range(1, 43),
    "CAP": range(1, 19),
    "VER": range(1, 19),
    "ACNS": range(1, 17),
    "IST": range(1, 18),
    "MUT": range(1, 27),
    "BYO": range(1, 20),
    "OUT": range(1, 9),
    "API": range(1, 9),
    "ID": range(1, 4),
    "NAM": range(1, 7),
    "POOL": range(1, 11),
    "POL": [number for number in range(1, 33) if number not in (21, 22, 27)],
}
CONSTRAINTS = {f"{family}-{number:02}" for family, numbers in FAMILIES.items() for number in numbers}

# The module whose code yields the rule.
ENFORCED = {
    **dict.fromkeys(
        ("NET-01", "NET-02", "NET-03", "NET-05", "NET-08", "NET-19", "NET-20", "NET-26"),
        "stacks.checks.net",
    ),
    "NET-07": "stacks.checks.existing",
    **dict.fromkeys(
        ("NET-22", "NET-23", "NET-24", "NET-25", "NET-28", "CAP-03", "CAP-09", "CAP-10", "CAP-11"),
        "stacks.checks.pod_subnets",
    ),
    **dict.fromkeys(
        ("NET-06", "NET-09", "NET-10", "NET-11", "NET-13", "NET-14", "NET-15", "NET-16", "NET-42"),
        "stacks.checks.ranges",
    ),
    **dict.fromkeys(("NET-17", "NET-18"), "stacks.checks.network_names"),
    **dict.fromkeys(("NET-30", "NET-32", "NET-33", "NET-35"), "stacks.checks.cluster_traffic"),
    **dict.fromkeys(
        ("NET-36", "CAP-14", "CAP-15", "OUT-01", "OUT-02", "OUT-03", "OUT-05", "OUT-06", "OUT-07"),
        "stacks.checks.outbound",
    ),
    "VER-01": "stacks.checks.dataplane",
    **dict.fromkeys(("NET-39", "NET-40"), "stacks.checks.dual_stack"),
    **dict.fromkeys(
        ("CAP-01", "CAP-02", "CAP-04", "CAP-06", "CAP-07", "CAP-08"),
        "stacks.checks.capacity",
    ),
    **dict.fromkeys(("CAP-12", "CAP-13"), "stacks.checks.upgrades"),
    **dict.fromkeys(
        ("ACNS-02", "ACNS-03", "ACNS-10", "ACNS-12", "VER-07", "VER-08", "VER-10", "CAP-17"),
        "stacks.checks.acns",
    ),
    **dict.fromkeys(("API-01", "API-02", "API-03"), "stacks.checks.api_server"),
    **dict.fromkeys(("API-07", "NET-29", "NET-41"), "stacks.checks.api_server_subnet"),
    **dict.fromkeys(("API-04", "API-05", "API-06", "API-08"), "stacks.checks.private_dns"),
    "VER-15": "stacks.checks.versions",
    **dict.fromkeys(("VER-04", "POOL-02", "POOL-03", "POOL-04", "POOL-07", "POOL-10"), "stacks.checks.pools"),
    "VER-14": "stacks.checks.isolation",
    **dict.fromkeys(("POOL-05", "POOL-09", "VER-13", "VER-16"), "stacks.checks.pool_kinds"),
    **dict.fromkeys(
        ("CAP-18", "ACNS-16", "BYO-02", "BYO-04", "BYO-05", "BYO-06", "BYO-14", "BYO-17", "BYO-18"),
        "stacks.checks.byocni",
    ),
    **dict.fromkeys(
        ("BYO-07", "BYO-09", "BYO-10", "BYO-11", "BYO-12", "BYO-13", "IST-15"), "stacks.checks.byocni_features"
    ),
    "NET-34": "stacks.checks.cluster_traffic",
    "BYO-16": "components.cluster.modes.base",
    **dict.fromkeys(("NAM-05", "NAM-06", "POOL-06"), "stacks.checks.node_settings"),
    **dict.fromkeys(("NAM-01", "NAM-02", "NAM-03", "NAM-04"), "stacks.checks.names"),
    **dict.fromkeys(("ID-02", "ID-03"), "stacks.checks.identity"),
    **dict.fromkeys(
        ("MUT-01", "MUT-02", "MUT-03", "MUT-05", "MUT-06", "MUT-07", "MUT-08", "MUT-09", "MUT-10", "MUT-14", "MUT-23"),
        "components.mutability.networking",
    ),
    **dict.fromkeys(("MUT-11", "MUT-12", "MUT-13", "MUT-15"), "components.mutability.egress"),
    **dict.fromkeys(
        ("MUT-16", "MUT-17", "MUT-18", "MUT-19", "MUT-20", "MUT-22"),
        "components.mutability.clusters",
    ),
    **dict.fromkeys(("MUT-21", "IST-09"), "components.mutability.mesh"),
    **dict.fromkeys(("MUT-04", "MUT-24", "MUT-25"), "components.mutability.pools"),
    "MUT-26": "components.mutability.networks",
    **dict.fromkeys(("ACNS-05", "POL-29"), "policies.resolve"),
    "ACNS-08": "policies.compile.compiler",
    **dict.fromkeys(("IST-11", "POL-09"), "policies.normalise"),
    "IST-14": "policies.agreement",
    **dict.fromkeys(("IST-03", "NET-31"), "stacks.checks.ingress"),
    **dict.fromkeys(("IST-01", "IST-02", "IST-17"), "stacks.checks.istio"),
    **dict.fromkeys(("VER-12", "ACNS-13"), "stacks.checks.monitoring"),
    **dict.fromkeys(("IST-06", "IST-07"), "stacks.checks.istio_gateways"),
    **dict.fromkeys(("IST-08", "IST-10"), "stacks.checks.istio_settings"),
    **dict.fromkeys(("ACNS-09", "IST-12", "IST-13"), "stacks.checks.istio_features"),
    **dict.fromkeys(("POL-23", "POL-25"), "policies.ends"),
    "IST-04": "policies.lint.lints",
    "ACNS-07": "policies.lint.cilium_traps",
    **dict.fromkeys(("POL-06", "POL-07"), "policies.lint.network_policy"),
    **dict.fromkeys(("POL-12", "POL-13", "POL-14", "POL-31"), "policies.lint.cilium_valid"),
    **dict.fromkeys(("POL-16", "POL-17", "POL-20"), "policies.lint.cilium_ports"),
    "POL-15": "policies.lint.cilium_traps",
    "POL-26": "policies.lint.fields",
}

# Why nothing can be wrong, and the test that proves it.
BY_CONSTRUCTION = {
    "NET-04": (
        "five addresses are taken off wherever addresses are counted",
        "tests/components/network/test_addresses.py::test_usable_addresses_are_all_but_five",
    ),
    "NET-12": (
        "modes without a pod range have no key for one",
        "tests/stacks/test_schema.py::test_mode_without_a_pod_range_has_no_key_for_one",
    ),
    "NET-27": (
        "needs of a subnet are summed over all clusters in it",
        "tests/stacks/checks/test_capacity.py::test_subnet_is_measured_for_all_clusters_in_it",
    ),
    "NET-38": (
        "subnets are resources of their own, never inline",
        "tests/components/network/test_plan.py::test_virtual_network_with_everything_has_these_properties",
    ),
    "NET-21": (
        "a pod subnet is declared as AKS makes it",
        "tests/stacks/checks/test_pod_subnets.py::test_pod_subnet_is_declared_as_azure_makes_it",
    ),
    "OUT-04": (
        "each outbound type has only its own settings",
        "tests/components/cluster/test_outbound.py::test_way_out_becomes_its_profile_and_no_other",
    ),
    "CAP-05": (
        "maxPods is always sent",
        "tests/components/cluster/test_pool_plan.py::test_max_pods_and_surge_are_always_sent",
    ),
    **dict.fromkeys(
        ("ACNS-01", "ACNS-04"),
        (
            "every switch is sent, and `enabled` follows from them",
            "tests/components/cluster/test_acns.py::test_every_switch_is_sent_whatever_is_said",
        ),
    ),
    "VER-02": (
        "there are no Windows pools",
        "tests/components/cluster/test_pool_plan.py::test_every_pool_is_linux_on_scale_sets",
    ),
    **dict.fromkeys(
        ("VER-03", "BYO-08"),
        (
            "kube-proxy is never configured",
            "tests/components/cluster/test_plan.py::test_kube_proxy_is_never_configured",
        ),
    ),
    "BYO-01": (
        "the mode has plugin none, and no key of another mode",
        "tests/components/cluster/test_byocni.py::test_network_profile_has_plugin_none_and_nothing_of_other_modes",
    ),
    "BYO-03": (
        "Cilium's pool is always sent, and is the cluster's pod range",
        "tests/components/cilium/test_plan.py::test_pool_is_the_clusters_own_and_never_the_charts_default",
    ),
    "BYO-15": (
        "everything in a cluster depends on its Cilium",
        "tests/test_program.py::test_everything_in_a_cluster_waits_for_its_own_cilium",
    ),
    "BYO-19": (
        "only a Cilium of one's own has a key for it",
        "tests/components/cilium/test_plan.py::test_field_becomes_these_values_and_no_others",
    ),
    **dict.fromkeys(
        ("VER-11", "VER-18", "ACNS-11"),
        (
            "values of preview APIs cannot be written",
            "tests/stacks/test_schema.py::test_only_values_of_azures_stable_api_are_offered",
        ),
    ),
    "IST-05": (
        "there is one ingress gateway of a kind, and no key for its ports",
        "tests/components/istio/test_plan.py::test_ingress_gateways_are_one_of_each_and_always_said",
    ),
    "POL-02": (
        "nodes are named by entity, and no CIDR of a bundle means one",
        "tests/policies/compile/test_cilium.py::test_what_a_network_policy_cannot_name_is_a_rule_of_cilium",
    ),
    "POL-04": (
        "a pod calls its own node only where a bundle says so",
        "tests/policies/test_verdict.py::test_a_pod_calls_its_own_node_only_where_that_is_allowed",
    ),
    "POL-10": (
        "the node that a pod runs on always gets in",
        "tests/policies/test_verdict.py::test_only_what_is_allowed_flows_between_isolated_pods",
    ),
    "OUT-08": (
        "the load balancer is Standard, pools are scale sets",
        "tests/components/cluster/test_plan.py::test_load_balancer_is_standard",
    ),
    "ID-01": (
        "every subnet and route table of a cluster has its role assignment",
        "tests/stacks/checks/test_identity.py::test_identity_has_its_rights_on_every_subnet_and_route_table",
    ),
    **dict.fromkeys(
        ("POOL-01", "POOL-08"),
        (
            "a cluster has a System pool of Linux nodes, and Windows cannot be written",
            "tests/components/cluster/test_pool_plan.py::test_every_pool_is_linux_on_scale_sets",
        ),
    ),
}

# What is found under another id: a lint that says more than the constraint.
UNDER = {
    "ACNS-06": "LINT-09",
    "IST-16": "LINT-18",
    "POL-01": "LINT-06",
    "POL-03": "LINT-14",
    "POL-08": "LINT-18",
    "POL-11": "LINT-01",
    "POL-18": "LINT-03",
    "POL-19": "LINT-13",
    "POL-24": "LINT-22",
    "POL-30": "LINT-08",
    "POL-32": "ACNS-05",
}

# Why a stack file cannot tell.
NOT_DECIDABLE = {
    "NET-37": "Services are not part of a stack",
    "CAP-16": "which labels of workloads change often is only seen in the cluster",
    "VER-05": "every version in the data file is newer than the 1.28 it asks for",
    "VER-06": "states that something is supported; which Azure CLI people have does not matter",
    "VER-09": "states that AKS does not let it be configured; there is no key for it",
    "VER-17": "host ports of workloads are not part of a stack; port ranges of policies are POL-07",
    "ACNS-14": "the images of workloads are not part of a stack",
    "POL-05": "traffic policies of Services are not part of a stack",
    "POL-28": "annotations of pods are not part of a stack",
    "ACNS-15": "depends on the API version that last wrote the cluster; the switches are always sent together",
}

PLACES = {
    "enforced": list(ENFORCED),
    "under another id": list(UNDER),
    "by construction": list(BY_CONSTRUCTION),
    "not decidable": list(NOT_DECIDABLE),
}


def test_there_are_220_constraints() -> None:
    assert len(CONSTRAINTS) == 220


def test_every_constraint_has_exactly_one_place() -> None:
    placed = [constraint for ids in PLACES.values() for constraint in ids]
    assert sorted(placed) == sorted(CONSTRAINTS)


@pytest.mark.parametrize("rule_id", ENFORCED)
def test_enforced_rule_is_declared_and_its_module_yields_it(rule_id: str) -> None:
    assert rule_id in catalogue()
    module = import_module(ENFORCED[rule_id])
    names = {name for name, value in vars(module).items() if isinstance(value, Rule) and value.id == rule_id}
    tree = ast.parse(modules()[ENFORCED[rule_id]].read_text(encoding="utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert names & used


def test_rule_that_is_declared_is_not_put_off_or_explained_away() -> None:
    elsewhere = {constraint for place, ids in PLACES.items() if place != "enforced" for constraint in ids}
    assert elsewhere & set(catalogue()) == set()


@pytest.mark.parametrize("constraint", UNDER)
def test_what_is_found_under_another_id_names_a_rule(constraint: str) -> None:
    assert UNDER[constraint] in catalogue()


@pytest.mark.parametrize("constraint", BY_CONSTRUCTION)
def test_what_holds_by_construction_has_a_test(constraint: str) -> None:
    file, _, test = BY_CONSTRUCTION[constraint][1].partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
