"""Whom Cilium's rules isolate and whom they name: facts that compilers and lints rely on."""

from __future__ import annotations

import pytest

from tests.conformance.facts import (
    EVERYBODY,
    GET_DATA,
    HTTP,
    Fact,
    Object,
    by_name,
    check,
    egress,
    everywhere,
    ingress,
    plain,
    requests,
)
from tests.conformance.notation import app, cnp, network_policy
from tests.conformance.oracles import Oracle

pytestmark = pytest.mark.conformance

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

FACTS = by_name({"isolation": [*NOBODY_GETS_IN, *ISOLATION], "peers": PEERS, "ranges": RANGES})


@pytest.mark.parametrize("name", FACTS)
def test_cilium_isolates_and_selects_as_we_believe(name: str, cilium: Oracle) -> None:
    check(FACTS[name], cilium)
