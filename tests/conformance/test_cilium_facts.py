"""What Cilium's engine makes of single rules: each fact here is one that compilers and lints rely on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conformance.notation import CLUSTER, NAMESPACES, app, ccnp, cnp, ends, flow, network_policy
from tests.conformance.oracles import Oracle

pytestmark = pytest.mark.conformance

Object = dict[str, Any]
HTTP: Object = {"ports": [{"port": "8080", "protocol": "TCP"}]}
DNS: list[Object] = [{"port": "53", "protocol": "UDP"}]
TO_DNS: Object = {"toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system"}}]}


@dataclass(frozen=True)
class Fact:
    """Manifests and what becomes of flows under them."""

    says: str
    manifests: list[Object]
    allowed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    options: Object = field(default_factory=dict)


def ingress(*rules: Object, **more: Any) -> Object:
    """A CNP about what comes in to api."""
    return cnp("in", {"endpointSelector": app("api"), "ingress": list(rules), **more})


def egress(*rules: Object, **more: Any) -> Object:
    """A CNP about what goes out from web."""
    return cnp("out", {"endpointSelector": app("web"), "egress": list(rules), **more})


def deny(*rules: Object, **more: Any) -> Object:
    """A CNP that denies what comes in to api."""
    return cnp("deny", {"endpointSelector": app("api"), "ingressDeny": list(rules), **more})


def everywhere(*rules: Object) -> Object:
    """A CCNP about what comes in to api."""
    return ccnp("in-everywhere", {"endpointSelector": app("api"), "ingress": list(rules)})


def plain(**spec: Any) -> Object:
    """A NetworkPolicy of api."""
    return network_policy("np", {"podSelector": app("api"), **spec})


def requests(*rules: Object, peer: str = "web") -> Object:
    """A rule that lets some requests through."""
    return {"fromEndpoints": [app(peer)], "toPorts": [{**HTTP, "rules": {"http": list(rules)}}]}


def names(*rules: Object) -> Object:
    """A rule that lets some names be asked for."""
    return {**TO_DNS, "toPorts": [{"ports": DNS, "rules": {"dns": list(rules)}}]}


EVERYBODY = (
    "web > api:8080",
    "printer > api:8080",
    "stranger > api:8080",
    "other-node > api:8080",
    "apiserver > api:8080",
)
GET_DATA = {"method": "GET", "path": "/data"}

NOTHING: dict[str, Object] = {
    "ingress [{}]": {},
    "fromEndpoints []": {"fromEndpoints": []},
    "fromEndpoints [] with ports": {"fromEndpoints": [], "toPorts": [HTTP]},
    "fromCIDR []": {"fromCIDR": []},
    "fromEntities []": {"fromEntities": []},
    "toPorts []": {"toPorts": []},
    "toPorts [{ports: []}]": {"toPorts": [{"ports": []}]},
}
NOBODY_GETS_IN = [
    Fact(f"{says} isolates and allows nothing, but the own node", [ingress(rule)], ("node > api:8080",), EVERYBODY)
    for says, rule in NOTHING.items()
]

PEERS = [
    Fact(
        "fromEndpoints [{}] in a CNP is the own namespace",
        [ingress({"fromEndpoints": [{}]})],
        EVERYBODY[:1],
        EVERYBODY[1:],
    ),
    Fact(
        "fromEndpoints [{}] in a CCNP is every pod, and nothing else",
        [everywhere({"fromEndpoints": [{}]})],
        (*EVERYBODY[:2], "dns > api:8080"),
        EVERYBODY[2:],
    ),
    Fact("a rule with ports alone lets anybody in there", [ingress({"toPorts": [HTTP]})], EVERYBODY, ("web > api:81",)),
    Fact(
        "toPorts [] beside peers is every port",
        [ingress({"fromEndpoints": [app("web")], "toPorts": []})],
        ("web > api:81", "web > api:53/UDP", "web > api:8/ICMP"),
        EVERYBODY[1:],
    ),
    Fact(
        "any port at all leaves ICMP out",
        [ingress({"fromEndpoints": [app("web")], "toPorts": [{"ports": [{"port": "0", "protocol": "ANY"}]}]})],
        ("web > api:81", "web > api:53/UDP"),
        ("web > api:8/ICMP",),
    ),
    Fact("fromEntities [all] is everybody", [ingress({"fromEntities": ["all"]})], EVERYBODY),
    Fact(
        "world is every address outside, the API server among them, and no pod or node",
        [ingress({"fromEntities": ["world"]})],
        ("stranger > api:8080", "apiserver > api:8080"),
        ("web > api:8080", "other-node > api:8080"),
    ),
    Fact(
        "cluster is every pod and node, and the API server",
        [ingress({"fromEntities": ["cluster"]})],
        ("web > api:8080", "printer > api:8080", "other-node > api:8080", "apiserver > api:8080"),
        ("stranger > api:8080",),
    ),
    Fact(
        "kube-apiserver is its address alone",
        [egress({"toEntities": ["kube-apiserver"]})],
        ("web > apiserver:443",),
        ("web > stranger:443",),
    ),
    Fact(
        "a deny of world beats an allow of the API server",
        [egress({"toEntities": ["kube-apiserver"]}, egressDeny=[{"toEntities": ["world"]}])],
        dropped=("web > apiserver:443",),
    ),
    Fact(
        "another namespace is named by a label",
        [ingress({"fromEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "office"}}]})],
        ("printer > api:8080",),
        ("web > api:8080",),
    ),
    Fact(
        "or by a label of its own, also in a CNP",
        [ingress({"fromEndpoints": [{"matchLabels": {"k8s:io.cilium.k8s.namespace.labels.team": "office"}}]})],
        ("printer > api:8080",),
        ("web > api:8080",),
    ),
    Fact(
        "an expression about the namespace takes the own one away",
        [
            ingress(
                {
                    "fromEndpoints": [
                        {"matchExpressions": [{"key": "k8s:io.kubernetes.pod.namespace", "operator": "Exists"}]}
                    ]
                }
            )
        ],
        EVERYBODY[:2],
        EVERYBODY[2:],
    ),
    Fact(
        "service accounts are labels",
        [ingress({"fromEndpoints": [{"matchLabels": {"io.cilium.k8s.policy.serviceaccount": "web"}}]})],
        EVERYBODY[:1],
        EVERYBODY[1:],
    ),
    Fact(
        "pod-template-hash is no part of the identity, so a rule about it matches nothing",
        [ingress({"fromEndpoints": [{"matchLabels": {"pod-template-hash": "5d4f8c7b9"}}]})],
        dropped=EVERYBODY,
    ),
    Fact(
        "and its absence matches every pod",
        [
            ingress(
                {
                    "fromEndpoints": [
                        {"matchExpressions": [{"key": "pod-template-hash", "operator": "DoesNotExist"}]},
                    ]
                }
            )
        ],
        EVERYBODY[:1],
        EVERYBODY[1:],
    ),
    Fact(
        "app.kubernetes.io labels are part of it",
        [egress({"toEndpoints": [{"matchLabels": {"app.kubernetes.io/name": "api"}}]})],
        ("web > api:8080",),
        ("web > dns:53",),
    ),
]

RANGES = [
    Fact(
        "toCIDR never selects pods, nodes or the host",
        [egress({"toCIDR": ["0.0.0.0/0"]})],
        ("web > stranger:443", "web > apiserver:443"),
        ("web > api:8080", "web > node:443", "web > other-node:443"),
    ),
    Fact(
        "nor does an ipBlock",
        [
            network_policy(
                "np",
                {
                    "podSelector": app("web"),
                    "policyTypes": ["Egress"],
                    "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}],
                },
            )
        ],
        ("web > stranger:443", "web > apiserver:443"),
        ("web > api:8080", "web > node:443", "web > other-node:443"),
    ),
    Fact(
        "an exception holds for its own entry alone",
        [
            egress({"toCIDRSet": [{"cidr": "203.0.113.0/24", "except": ["203.0.113.0/28"]}]}),
            cnp("also", {"endpointSelector": app("printer"), "egress": [{"toCIDR": ["203.0.113.5/32"]}]}),
        ],
        dropped=("web > stranger:443",),
    ),
    Fact(
        "another entry allows again",
        [
            egress(
                {"toCIDRSet": [{"cidr": "203.0.113.0/24", "except": ["203.0.113.0/28"]}]},
                {"toCIDR": ["203.0.113.5/32"]},
            )
        ],
        ("web > stranger:443",),
    ),
    Fact("two halves are the world", [egress({"toCIDR": ["0.0.0.0/1", "128.0.0.0/1"]})], ("web > stranger:443",)),
]

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

ISOLATION = [
    Fact("without rules everything passes", [], (*EVERYBODY, "web > stranger:443")),
    Fact(
        "a section that is missing or [] leaves its direction alone",
        [cnp("in", {"endpointSelector": app("api"), "ingress": [], "egress": [{}]})],
        EVERYBODY,
        ("api > web:80",),
    ),
    Fact(
        "rules that do not isolate leave everything open",
        [ingress({"fromEndpoints": [app("web")]}, enableDefaultDeny={"ingress": False})],
        EVERYBODY,
    ),
    Fact(
        "one rule that isolates is enough",
        [
            ingress({"fromEndpoints": [app("web")]}, enableDefaultDeny={"ingress": False}),
            cnp("isolate", {"endpointSelector": {}, "ingress": [{}]}),
        ],
        EVERYBODY[:1],
        EVERYBODY[1:],
    ),
    Fact(
        "a filter of requests that does not isolate lets every request through",
        [ingress(requests(GET_DATA), enableDefaultDeny={"ingress": False})],
        ("web > api:8080 GET /data", "web > api:8080 POST /other", "printer > api:8080"),
    ),
    Fact(
        "and filters as soon as anything isolates",
        [
            ingress(requests(GET_DATA), enableDefaultDeny={"ingress": False}),
            plain(policyTypes=["Ingress"], ingress=[]),
        ],
        ("web > api:8080 GET /data",),
        ("printer > api:8080",),
        ("web > api:8080 POST /other",),
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

REQUESTS = [
    Fact(
        "a path matches path and query, from end to end",
        [ingress(requests({"path": "/data"}))],
        ("web > api:8080 GET /data", "web > api:8080 POST /data"),
        ("printer > api:8080 GET /data",),
        ("web > api:8080 GET /data/", "web > api:8080 GET /data?x=1", "web > api:8080 GET /a/data", "web > api:8080"),
    ),
    Fact(
        "it is a regular expression",
        [ingress(requests({"path": "/d.ta(/.*)?"}))],
        ("web > api:8080 GET /data", "web > api:8080 GET /dXta/x?y"),
        (),
        ("web > api:8080 GET /dta",),
    ),
    Fact(
        "all of a rule holds, and any of several rules",
        [ingress(requests({**GET_DATA, "host": "shop"}, {"method": "PUT", "headers": ["X-Team: shop"]}))],
        ("web > api:8080 GET /data @shop", "web > api:8080 PUT /x X-Team=shop"),
        (),
        (
            "web > api:8080 GET /data @shop:8080",
            "web > api:8080 GET /data @SHOP",
            "web > api:8080 PUT /x X-Team=office",
            "web > api:8080 PUT /data",
        ),
    ),
    Fact(
        "methods keep their case",
        [ingress(requests({"method": "get"}))],
        refused=("web > api:8080 GET /data",),
    ),
    Fact("http [] filters nothing", [ingress(requests())], ("web > api:8080 POST /x", "web > api:8080")),
    Fact("http [{}] is every request", [ingress(requests({}))], ("web > api:8080 POST /x",), (), ("web > api:8080",)),
    Fact(
        "a rule without requests for the same peer lets every request through, and still nothing else",
        [ingress(requests(GET_DATA), {"fromEndpoints": [app("web")], "toPorts": [HTTP]})],
        ("web > api:8080 POST /x",),
        (),
        ("web > api:8080",),
    ),
    Fact(
        "so does one without ports",
        [ingress(requests(GET_DATA), {"fromEndpoints": [app("web")]})],
        ("web > api:8080 POST /x",),
    ),
    Fact(
        "and one with a range, through another selector, of another kind",
        [
            ingress(requests(GET_DATA)),
            plain(ingress=[{"from": [{"namespaceSelector": {}}], "ports": [{"port": 8000, "endPort": 9000}]}]),
        ],
        ("web > api:8080 POST /x",),
    ),
    Fact(
        "requests of several selectors add up",
        [ingress(requests(GET_DATA), {**requests({"method": "PUT"}), "fromEndpoints": [{}]})],
        ("web > api:8080 GET /data", "web > api:8080 PUT /x"),
        (),
        ("web > api:8080 POST /x",),
    ),
    Fact(
        "other peers are no part of it",
        [ingress(requests(GET_DATA), {"fromEntities": ["world"]})],
        ("stranger > api:8080 POST /x",),
        ("printer > api:8080 GET /data",),
        ("web > api:8080 POST /x",),
    ),
    Fact(
        "the own node is not filtered",
        [ingress(requests(GET_DATA))],
        ("node > api:8080 POST /x", "node > api:8080"),
    ),
    Fact(
        "requests are filtered at egress as well",
        [
            egress({"toEndpoints": [app("api")], "toPorts": [{**HTTP, "rules": {"http": [GET_DATA]}}]}),
            ingress({"fromEndpoints": [app("web")]}),
        ],
        ("web > api:8080 GET /data",),
        (),
        ("web > api:8080 POST /x",),
    ),
]

NAMES = [
    Fact(
        "*.example.com is one label, and not the apex",
        [egress({"toFQDNs": [{"matchPattern": "*.example.com"}]})],
        ("web > api.example.com:443",),
        ("web > example.com:443", "web > a.b.example.com:443", "web > stranger:443"),
    ),
    Fact(
        "a name is exact, whatever its case",
        [egress({"toFQDNs": [{"matchName": "Example.COM"}]})],
        ("web > example.com:443",),
        ("web > api.example.com:443",),
    ),
    Fact(
        "* is every name that was learned, and no address else",
        [egress({"toFQDNs": [{"matchPattern": "*"}]})],
        ("web > example.com:443", "web > a.b.example.com:443"),
        ("web > stranger:443", "web > apiserver:443"),
    ),
    Fact(
        "only names of the filter may be asked for",
        [egress(names({"matchPattern": "*.example.com"}))],
        ("web > dns:53/UDP ?api.example.com", "web > dns:53/UDP ?API.example.com.", "web > dns:53/UDP"),
        ("web > dns:53", "web > stranger:53/UDP"),
        ("web > dns:53/UDP ?example.com", "web > dns:53/UDP ?a.b.example.com", "web > dns:53/UDP ?evil.net"),
    ),
    Fact(
        "an allow of the same port voids the filter",
        [egress(names({"matchName": "example.com"}), {**TO_DNS, "toPorts": [{"ports": DNS}]})],
        ("web > dns:53/UDP ?evil.net",),
    ),
    Fact(
        "through another selector as well",
        [egress(names({"matchName": "example.com"}), {"toEntities": ["cluster"], "toPorts": [{"ports": DNS}]})],
        ("web > dns:53/UDP ?evil.net",),
    ),
    Fact(
        "an allow without ports does not",
        [egress(names({"matchName": "example.com"}), TO_DNS)],
        ("web > dns:53/UDP ?example.com", "web > dns:81"),
        (),
        ("web > dns:53/UDP ?evil.net",),
    ),
    Fact(
        "nor one of the other protocol",
        [
            egress(
                names({"matchName": "example.com"}),
                {**TO_DNS, "toPorts": [{"ports": [{"port": "53", "protocol": "TCP"}]}]},
            )
        ],
        ("web > dns:53 ?evil.net",),
        (),
        ("web > dns:53/UDP ?evil.net",),
    ),
    Fact("dns [] filters nothing", [egress(names())], ("web > dns:53/UDP ?evil.net",)),
    Fact(
        "toFQDNs [] with ports is anybody there",
        [egress({"toFQDNs": [], "toPorts": [HTTP]})],
        ("web > stranger:8080", "web > api:8080"),
        ("web > stranger:443",),
    ),
    Fact(
        "toServices that select nothing are, with ports, anybody there",
        [egress({"toServices": [{"k8sService": {"serviceName": "none", "namespace": "shop"}}], "toPorts": [HTTP]})],
        ("web > stranger:8080", "web > api:8080"),
        ("web > stranger:443",),
    ),
]

FACTS = {
    f"{group}: {fact.says}": fact
    for group, facts in {
        "isolation": [*NOBODY_GETS_IN, *ISOLATION],
        "peers": PEERS,
        "ranges": RANGES,
        "denies": DENIES,
        "NetworkPolicy": NETWORK_POLICIES,
        "ports": PORTS,
        "requests": REQUESTS,
        "names": NAMES,
    }.items()
    for fact in facts
}


@pytest.mark.parametrize("name", FACTS)
def test_cilium_does_what_we_believe(name: str, cilium: Oracle) -> None:
    fact = FACTS[name]
    expected = {
        text: verdict
        for verdict, flows in (("allowed", fact.allowed), ("dropped", fact.dropped), ("refused", fact.refused))
        for text in flows
    }
    answer = cilium.ask(
        {
            "endpoints": CLUSTER,
            "namespaces": NAMESPACES,
            "manifests": fact.manifests,
            "flows": [flow(text) for text in expected],
            **fact.options,
        }
    )
    assert answer["manifests"] == [{}] * len(fact.manifests)
    assert dict(zip(expected, map(ends, answer["flows"]), strict=True)) == expected
