"""What Cilium's proxies let through: facts about requests and names that compilers and lints rely on."""

from __future__ import annotations

import pytest

from tests.conformance.facts import (
    DNS,
    GET_DATA,
    HTTP,
    TO_DNS,
    Fact,
    by_name,
    check,
    egress,
    ingress,
    names,
    plain,
    requests,
)
from tests.conformance.notation import app
from tests.conformance.oracles import Oracle

pytestmark = pytest.mark.conformance

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

FACTS = by_name({"requests": REQUESTS, "names": NAMES})


@pytest.mark.parametrize("name", FACTS)
def test_cilium_filters_as_we_believe(name: str, cilium: Oracle) -> None:
    check(FACTS[name], cilium)
