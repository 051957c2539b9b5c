"""Requests and names as intents mean them."""

from __future__ import annotations

import pytest

from policies.requests import Request, Requests, name_matches


@pytest.mark.parametrize(
    ("requests", "request_", "expected"),
    [
        pytest.param(Requests(), Request("PUT", "/x", "h"), True, id="anything"),
        pytest.param(Requests(path="/data"), Request("GET", "/data?x=1", "h"), True, id="a-query-never-counts"),
        pytest.param(Requests(path="/data"), Request("GET", "/data/", "h"), False, id="exactly-the-path"),
        pytest.param(Requests(path="/data/*"), Request("GET", "/data/", "h"), True, id="below-it"),
        pytest.param(Requests(path="/data/*"), Request("GET", "/data", "h"), False, id="not-the-path-itself"),
        pytest.param(Requests(host="a.example.com"), Request("GET", "/", "A.example.com:80"), True, id="a-host"),
        pytest.param(Requests(host="a.example.com"), Request("GET", "/", "b.example.com"), False, id="another-host"),
        pytest.param(Requests(headers=(("x", "1"),)), Request("GET", "/", "h", (("x", "1"),)), True, id="a-header"),
        pytest.param(Requests(headers=(("x", "1"),)), Request("GET", "/", "h"), False, id="no-header"),
        pytest.param(Requests(methods=("GET",)), Request("get", "/", "h"), False, id="methods-by-case"),
    ],
)
def test_which_requests_are_allowed(*, requests: Requests, request_: Request, expected: bool) -> None:
    assert requests.allow(request_) == expected


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        pytest.param("api.example.com", "API.example.com.", True, id="a-name-in-any-case-with-a-dot"),
        pytest.param("*.example.com", "a.example.com", True, id="one-label"),
        pytest.param("*.example.com", "a.b.example.com", False, id="two-labels"),
        pytest.param("*.example.com", "example.com", False, id="no-label"),
        pytest.param("api-*.example.com", "api-.example.com", True, id="nothing-at-all"),
        pytest.param("a.example.com", "axexample.com", False, id="a-dot-is-a-dot"),
        pytest.param("*", "anything.at.all", True, id="every-name"),
    ],
)
def test_which_names_match(*, pattern: str, name: str, expected: bool) -> None:
    assert name_matches(pattern, name) == expected
