"""Parameters: put in after parsing, in text only, every one declared, given and used."""

from __future__ import annotations

from typing import Any

import pytest

from policies.parse import parse_bundle
from stacks.wording import problems_of
from tests.policies.builder import Object, shop


def parsed(parameters: Object, given: Object, flow: Object) -> Any:
    """A bundle with parameters and one flow."""
    bundle = shop({"egress": [{"from": "backend", **flow}]}, parameters=parameters)
    return parse_bundle(bundle, given, problems_of)


def test_a_value_is_put_into_text() -> None:
    found = parsed({"domain": {"type": "host", "default": "example.com"}}, {}, {"to": {"fqdn": "api.${domain}"}})
    assert found.problems == ()
    assert found.config.layers[0].egress[0].to.fqdn == "api.example.com"


def test_the_stacks_value_wins_over_the_default() -> None:
    parameters = {"domain": {"type": "host", "default": "example.com"}}
    found = parsed(parameters, {"domain": "example.org"}, {"to": {"fqdn": "${domain}"}})
    assert found.config.layers[0].egress[0].to.fqdn == "example.org"


def test_a_text_that_is_one_parameter_becomes_its_value() -> None:
    found = parsed({"port": {"type": "port"}}, {"port": 8443}, {"to": {"fqdn": "a.example.com"}, "ports": ["${port}"]})
    assert found.problems == ()
    assert found.config.layers[0].egress[0].ports[0].port == 8443


def test_a_value_never_changes_the_files_structure() -> None:
    found = parsed({"x": {}}, {"x": "{fqdn: evil.example.com}"}, {"to": "${x}"})
    (problem,) = found.problems
    assert str(problem) == (
        "layers[0].egress[0].to.workload: '{fqdn: evil.example.com}' is not a name of 1 to 63 lowercase letters,"
        " digits and '-', starting and ending with a letter or digit; respell it [BND-01]"
    )


@pytest.mark.parametrize(
    ("parameters", "given", "expected"),
    [
        pytest.param(
            {"domain": {"type": "host"}},
            {},
            "parameters.domain: the parameter 'domain' has no value; give one in cilia:policies, or a default here"
            " [BND-07]",
            id="no-value",
        ),
        pytest.param(
            {"domain": {"default": "a.example.com"}},
            {"domian": "x"},
            "parameters.domian: the bundle declares no parameter 'domian'; did you mean 'domain'? [BND-07]",
            id="undeclared",
        ),
        pytest.param(
            {"domian": {"default": "a.example.com"}},
            {},
            "layers[0].egress[0].to.fqdn: ${domain} is not a parameter of this bundle; did you mean 'domian'? [BND-07]",
            id="unknown",
        ),
        pytest.param(
            {"domain": {"default": "a.example.com"}, "other": {"default": "x"}},
            {},
            "parameters.other: warning: the parameter 'other' is used nowhere; remove it, or write ${other} [BND-07]",
            id="unused",
        ),
        pytest.param(
            {"domain": {"type": "host"}},
            {"domain": "no host"},
            "parameters.domain: 'no host' is not a host name; write one such as api.example.com, without port or"
            " scheme; it is a parameter of type host [BND-07]",
            id="wrong-type",
        ),
        pytest.param(
            {"domain": {"type": "port"}},
            {"domain": 0},
            "parameters.domain: the number 0 is not a port; write a number from 1 to 65535; it is a parameter of type"
            " port [BND-07]",
            id="no-port",
        ),
        pytest.param(
            {"domain": {"type": "port"}},
            {"domain": "8080"},
            "parameters.domain: '8080' is not a port; write a number from 1 to 65535 without quotes; it is a parameter"
            " of type port [BND-07]",
            id="a-port-in-quotes",
        ),
        pytest.param(
            {"domain": {}},
            {"domain": ""},
            "parameters.domain: '' is empty text, which would select or allow something else; write a value; it is a"
            " parameter of type string [BND-07]",
            id="empty-text",
        ),
    ],
)
def test_a_parameter_that_is_wrong_is_one_line(parameters: Object, given: Object, expected: str) -> None:
    found = parsed(parameters, given, {"to": {"fqdn": "${domain}"}})
    assert expected in [str(problem) for problem in found.problems]
    assert not any("${domain}' is not" in problem.message for problem in found.problems)


def test_a_value_never_makes_a_pattern_of_a_name() -> None:
    found = parsed({"tenant": {}}, {"tenant": "*"}, {"to": {"fqdn": "${tenant}.example.com"}})
    assert [str(problem) for problem in found.problems] == [
        (
            "layers[0].egress[0].to.fqdn: '*' in the value of tenant would make a pattern of '${tenant}.example.com';"
            " write the pattern here, or let the parameter be the whole text [BND-07]"
        )
    ]
    assert parsed({"name": {}}, {"name": "*.example.com"}, {"to": {"fqdn": "${name}"}}).problems == ()
