"""What denies, NetworkPolicies and ports mean to Cilium: facts that compilers and lints rely on."""

from __future__ import annotations

import pytest

from tests.conformance.facts import EVERYBODY, HTTP, Fact, by_name, check, deny, egress, ingress, plain
from tests.conformance.notation import app
from tests.conformance.oracles import Oracle

pytestmark = pytest.mark.conformance

DENIES = [
    Fact(
        "deny wins over an allow of the same port",
        [ingress({"fromEndpoints": [app("web")], "toPorts": [HTTP]}), deny({"fromEndpoints": [{}]})],
        dropped=("web > api:8080",),
    ),
    Fact(
        "deny of every port wins over an allow of one",
        [ingress({"toPorts": [HTTP]}), deny({"fromEndpoints": [app("web")]})],
        ("printer > api:8080",),
        ("web > api:8080",),
    ),
    Fact(
        "deny of one port leaves the others",
        [ingress({"fromEntities": ["all"]}), deny({"toPorts": [HTTP]})],
        ("web > api:81",),
        ("web > api:8080",),
    ),
    Fact(
        "deny wins over a NetworkPolicy",
        [plain(ingress=[{}]), deny({"fromEndpoints": [app("web")]})],
        ("printer > api:8080",),
        ("web > api:8080",),
    ),
    Fact("a deny alone isolates", [deny({"fromEndpoints": [app("web")]})], ("node > api:8080",), EVERYBODY),
    Fact(
        "unless it says that it does not",
        [deny({"fromEndpoints": [app("web")]}, enableDefaultDeny={"ingress": False})],
        EVERYBODY[1:],
        EVERYBODY[:1],
    ),
    Fact(
        "deny [{}] isolates and denies nothing", [deny({}), ingress({"toPorts": [HTTP]})], EVERYBODY, ("web > api:81",)
    ),
    Fact(
        "deny of the own node wins over its right to get in",
        [deny({"fromEntities": ["host"]})],
        dropped=("node > api:8080",),
    ),
]

NETWORK_POLICIES = [
    Fact("ingress [{}] is everybody", [plain(ingress=[{}])], EVERYBODY),
    Fact("ingress [] is nobody", [plain(policyTypes=["Ingress"], ingress=[])], ("node > api:8080",), EVERYBODY),
    Fact(
        "namespaceSelector {} is every pod, neither the world nor nodes",
        [plain(ingress=[{"from": [{"namespaceSelector": {}}]}])],
        EVERYBODY[:2],
        EVERYBODY[2:],
    ),
    Fact(
        "podSelector alone is the own namespace",
        [plain(ingress=[{"from": [{"podSelector": {}}]}])],
        EVERYBODY[:1],
        EVERYBODY[1:],
    ),
    Fact(
        "namespace and pods in one item are both",
        [
            plain(
                ingress=[
                    {"from": [{"namespaceSelector": {"matchLabels": {"team": "office"}}, "podSelector": app("web")}]}
                ]
            )
        ],
        dropped=EVERYBODY,
    ),
    Fact(
        "namespaces are named by kubernetes.io/metadata.name",
        [
            plain(
                ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "office"}}}]}]
            )
        ],
        EVERYBODY[1:2],
        EVERYBODY[:1],
    ),
    Fact(
        "a section is enforced though policyTypes leave it out, against Kubernetes' own rule",
        [plain(policyTypes=["Egress"], egress=[{}], ingress=[{"from": [{"podSelector": app("web")}]}])],
        EVERYBODY[:1],
        EVERYBODY[1:],
    ),
    Fact(
        "negative conditions alone mean pods",
        [
            plain(
                ingress=[
                    {
                        "from": [
                            {
                                "namespaceSelector": {
                                    "matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["office"]}]
                                }
                            }
                        ]
                    }
                ]
            )
        ],
        ("web > api:8080", "dns > api:8080"),
        EVERYBODY[1:],
    ),
    Fact(
        "before 1.19 they mean the world and nodes as well",
        [
            plain(
                ingress=[
                    {
                        "from": [
                            {
                                "namespaceSelector": {
                                    "matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["office"]}]
                                }
                            }
                        ]
                    }
                ]
            )
        ],
        ("web > api:8080", *EVERYBODY[2:]),
        EVERYBODY[1:2],
        options={"anyCluster": True},
    ),
    Fact(
        "a range of ports has both its ends",
        [plain(ingress=[{"ports": [{"port": 8000, "endPort": 8080}]}])],
        ("web > api:8000", "web > api:8080"),
        ("web > api:7999", "web > api:8081", "web > api:8000/UDP"),
    ),
    Fact(
        "NetworkPolicy and CNP are one union",
        [plain(ingress=[{"from": [{"podSelector": app("web")}]}]), ingress({"fromEntities": ["world"]})],
        ("web > api:8080", "stranger > api:8080"),
        ("printer > api:8080",),
    ),
]

PORTS = [
    Fact(
        "at ingress a name is the pod's own port",
        [ingress({"toPorts": [{"ports": [{"port": "http"}]}]})],
        ("web > api:8080",),
        ("web > api:80", "web > api:8080/UDP"),
    ),
    Fact(
        "at egress it is the port that pods have by that name",
        [egress({"toEndpoints": [app("api")], "toPorts": [{"ports": [{"port": "http"}]}]})],
        ("web > api:8080",),
        ("web > api:80", "web > dns:8080"),
    ),
    Fact(
        "at egress a name that pods give to two numbers is none",
        [egress({"toEndpoints": [app("api")], "toPorts": [{"ports": [{"port": "admin"}]}]})],
        dropped=("web > api:9000", "web > api:9001"),
    ),
    Fact(
        "an end below the port is no range",
        [ingress({"toPorts": [{"ports": [{"port": "8080", "endPort": 80, "protocol": "TCP"}]}]})],
        ("web > api:8080",),
        ("web > api:80", "web > api:1000"),
    ),
    Fact(
        "no protocol is TCP, UDP and SCTP",
        [ingress({"toPorts": [{"ports": [{"port": "8080"}]}]})],
        ("web > api:8080", "web > api:8080/UDP", "web > api:8080/SCTP"),
    ),
]

FACTS = by_name({"denies": DENIES, "NetworkPolicy": NETWORK_POLICIES, "ports": PORTS})


@pytest.mark.parametrize("name", FACTS)
def test_cilium_denies_and_joins_as_we_believe(name: str, cilium: Oracle) -> None:
    check(FACTS[name], cilium)
