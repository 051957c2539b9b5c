"""Istio's policies: what the webhook refuses, and what is valid and matches nothing, or everything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.facts.policy_features import ADDON_ROOT_NAMESPACE, ISTIO_ROOT_NAMESPACE, PolicyFeature
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from policies.capabilities import ENFORCEABLE
from policies.lint.network_policy import ALLOW_ALL
from policies.lint.source import Context, Object, Source, items, mapping, texts

WEBHOOK = Rule(
    "POL-50",
    "Istio's policies are ones that its webhook takes",
    why="The API server or istiod's webhook refuses others.",
    fix="Write it as the message says.",
    source="istio pkg/config/validation; CEL rules of the CRDs in istio/api",
)
LITERAL = Rule(
    "POL-51",
    "Texts in Istio's policies match what their author thinks",
    why=(
        "Istio knows exact texts, a leading or a trailing *, and templates; everything else is compared literally (I6)."
    ),
    fix="Write the text in one of these forms.",
    source="istio pilot/pkg/security/authz/matcher",
)
ROOT = Rule(
    "POL-47",
    "Mesh-wide policies are in the mesh's root namespace",
    why=(
        f"The add-on's root namespace is {ADDON_ROOT_NAMESPACE}: in {ISTIO_ROOT_NAMESPACE} a policy covers nothing,"
        " without a word."
    ),
    fix=f"Put it in {ADDON_ROOT_NAMESPACE}.",
    source="istio manifests/charts/istio-control; seed cluster observations",
)
IGNORED = Rule(
    "POL-52",
    "Selectors of PeerAuthentication are not in the root namespace, and there is one policy at each level",
    why=(
        "In the root namespace a policy with a selector is ignored; of two at one level the oldest wins, by creation"
        " time (I11)."
    ),
    fix="Put it in the workload's namespace, or merge the two.",
    source="istio pilot/pkg/security/authn/policy_applier.go",
)

_KEYS = re.compile(
    r"request\.headers\[.+\]|source\.(ip|namespace|principal|serviceAccount|trustDomain)|remote\.ip"
    r"|request\.auth\.(principal|audiences|presenter|claims\[.+\])|destination\.(ip|port)|connection\.sni"
    r"|experimental\.envoy\.filters\..+"
)
HTTP_FIELDS = ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths")
IDENTITY_FIELDS = ("principals", "namespaces", "serviceAccounts")
_LOOKS_LIKE_EXPRESSION = re.compile(r"\.\*|\.\+|\\.|^\^|\$$|\[.*\]|\(.*\)")
_HIGHEST_PORT = 65535
_ACTIONS_WITH_RULES = ("DENY", "CUSTOM")


def check_istio(source: Source, context: Context) -> Iterator[Problem]:
    """Everything about one of Istio's policies by itself."""
    if lacking := context.capabilities.lacks(PolicyFeature.MESH):
        yield ENFORCEABLE.error(("kind",), f"{source.kind} has no effect: {lacking}")
    yield from _root(source, context)
    spec = mapping(source.object.get("spec"))
    yield from _scope(spec, source)
    if source.kind == "AuthorizationPolicy":
        yield from _authorization(source, spec)
    elif source.kind == "PeerAuthentication":
        yield from _peer_authentication(spec)
    else:
        yield from _request_authentication(spec)


def _root(source: Source, context: Context) -> Iterator[Problem]:
    istio = context.capabilities.istio
    if istio and istio.addon and source.namespace == ISTIO_ROOT_NAMESPACE:
        message = f"the add-on's root namespace is {istio.root_namespace}; {ISTIO_ROOT_NAMESPACE} is one like any other"
        yield ROOT.error(("metadata", "namespace"), message)
    selects = "selector" in mapping(source.object.get("spec"))
    if istio and source.kind == "PeerAuthentication" and source.namespace == istio.root_namespace and selects:
        message = "a selector in the root namespace is ignored; put the policy in the workload's namespace"
        yield IGNORED.error(("spec", "selector"), message)


def _scope(spec: Object, source: Source) -> Iterator[Problem]:
    chosen = [key for key in ("selector", "targetRef", "targetRefs") if key in spec]
    if len(chosen) > 1:
        yield WEBHOOK.error(("spec",), f"{' and '.join(chosen)} stand together; keep one")
    for key, value in mapping(mapping(spec.get("selector")).get("matchLabels")).items():
        if not key or "*" in f"{key}{value}":
            yield WEBHOOK.error(
                ("spec", "selector", "matchLabels", str(key)), "labels take no wildcard; write whole labels"
            )
    references = [spec["targetRef"]] if "targetRef" in spec else [one for _, one in items(spec.get("targetRefs"), ())]
    if any(mapping(one).get("namespace") for one in references):
        yield WEBHOOK.error(("spec",), "a target in another namespace is refused; remove namespace")
    annotations = mapping(source.metadata.get("annotations"))
    if annotations.get("istio.io/dry-run") == "true":
        yield LITERAL.warning(
            ("metadata", "annotations"), "istio.io/dry-run is set, so that nothing is enforced; remove it"
        )


def _authorization(source: Source, spec: Object) -> Iterator[Problem]:
    action = str(spec.get("action", "ALLOW"))
    rules = list(items(spec.get("rules"), ("spec", "rules")))
    if action in _ACTIONS_WITH_RULES and not rules:
        yield WEBHOOK.error(
            ("spec",), f"{action} without rules is refused; add a rule, or use ALLOW without rules to deny all"
        )
    if (action == "CUSTOM") != ("provider" in spec):
        yield WEBHOOK.error(("spec",), "provider belongs to the action CUSTOM and to no other; add or remove it")
    if action == "ALLOW" and not rules and not source.means("deny-all"):
        message = "ALLOW without rules denies everything in its scope; annotate cilia/means: deny-all if that is meant"
        yield ALLOW_ALL.warning(("spec",), message)
    for path, rule in rules:
        yield from _rule(source, mapping(rule), path, action)


def _rule(source: Source, rule: Object, path: KeyPath, action: str) -> Iterator[Problem]:
    if not any(rule.get(key) for key in ("from", "to", "when")):
        what = {"ALLOW": "allows", "DENY": "denies"}.get(action, "matches")
        stated = source.means("allow-all" if action == "ALLOW" else "deny-all")
        if not stated and action in ("ALLOW", "DENY"):
            meaning = "allow-all" if action == "ALLOW" else "deny-all"
            message = (
                f"a rule without from, to and when {what} everything; name callers, or annotate cilia/means: {meaning}"
            )
            yield ALLOW_ALL.error(path, message)
    for where, one in items(rule.get("from"), (*path, "from")):
        yield from _source(mapping(mapping(one).get("source")), (*where, "source"))
    for where, one in items(rule.get("to"), (*path, "to")):
        yield from _operation(mapping(mapping(one).get("operation")), (*where, "operation"))
    for where, one in items(rule.get("when"), (*path, "when")):
        yield from _condition(mapping(one), where)


def _source(source: Object, path: KeyPath) -> Iterator[Problem]:
    if not any(source.values()):
        yield WEBHOOK.error(path, "an empty source is refused; name callers, or remove from")
    accounts = source.get("serviceAccounts") or source.get("notServiceAccounts")
    if accounts and any(key in source for key in ("principals", "notPrincipals", "namespaces", "notNamespaces")):
        yield WEBHOOK.error(path, "serviceAccounts stands beside principals or namespaces; keep one of them")
    for key in ("principals", "notPrincipals"):
        for where, text in items(source.get(key), (*path, key)):
            if isinstance(text, str) and text.startswith("spiffe://"):
                yield LITERAL.error(where, f"{shown(text)} never matches; write it without spiffe://")
            elif isinstance(text, str) and "*" not in text and text.count("/") != 4:
                message = f"{shown(text)} is no principal; write cluster.local/ns/<namespace>/sa/<account>"
                yield LITERAL.error(where, message)
    for key in ("serviceAccounts", "notServiceAccounts"):
        for where, text in items(source.get(key), (*path, key)):
            if isinstance(text, str) and ("*" in text or text.count("/") > 1):
                yield WEBHOOK.error(where, f"{shown(text)} is no service account; write <namespace>/<account>")
    yield from _wildcards(source, (*IDENTITY_FIELDS, "requestPrincipals"), path)


def _operation(operation: Object, path: KeyPath) -> Iterator[Problem]:
    if not any(operation.values()):
        yield WEBHOOK.error(path, "an empty operation is refused; name what is meant, or remove to")
    for key in ("ports", "notPorts"):
        for where, text in items(operation.get(key), (*path, key)):
            if not str(text).isdigit() or not 1 <= int(text) <= _HIGHEST_PORT:
                yield WEBHOOK.error(
                    where, f"{shown(text)} is no port; write a number from 1 to {_HIGHEST_PORT} in quotes"
                )
    yield from _methods(operation, path)
    for key in ("paths", "notPaths"):
        for where, text in items(operation.get(key), (*path, key)):
            if isinstance(text, str):
                yield from _path(text, where)
    yield from _wildcards(operation, ("hosts", "notHosts", "methods", "notMethods"), path)


def _methods(operation: Object, path: KeyPath) -> Iterator[Problem]:
    for key in ("methods", "notMethods"):
        for where, text in items(operation.get(key), (*path, key)):
            if isinstance(text, str) and text != text.upper():
                message = f"{shown(text)} never matches, as methods are compared by case; write {text.upper()}"
                yield LITERAL.error(where, message)


def _path(text: str, where: KeyPath) -> Iterator[Problem]:
    if "?" in text:
        yield LITERAL.error(where, f"{shown(text)} never matches, as paths are compared without their query; remove it")
    elif "{" in text or "}" in text:
        yield from _template(text, where)
    elif _LOOKS_LIKE_EXPRESSION.search(text):
        yield LITERAL.error(
            where, f"{shown(text)} is compared literally, not as a regular expression; write /data or /data/*"
        )
    elif "*" in text.removesuffix("*").removeprefix("*"):
        yield LITERAL.error(
            where, f"{shown(text)} holds '*' in its middle, which is compared literally; use {{*}} or {{**}}"
        )
    elif not text.startswith(("/", "*")):
        yield LITERAL.error(where, f"{shown(text)} never matches, as every path begins with '/'; add it")


def _template(text: str, where: KeyPath) -> Iterator[Problem]:
    segments = [one for one in text.split("/") if "{" in one or "}" in one]
    if (
        any(one not in ("{*}", "{**}") for one in segments)
        or "{**}" in segments[:-1]
        or "*" in re.sub(r"\{\*\*?\}", "", text)
    ):
        message = (
            f"{shown(text)} is no template: {{*}} and {{**}} are whole segments, {{**}} the last of them; respell it"
        )
        yield WEBHOOK.error(where, message)


def _condition(condition: Object, path: KeyPath) -> Iterator[Problem]:
    key = condition.get("key")
    if isinstance(key, str) and not _KEYS.fullmatch(key):
        yield WEBHOOK.error(
            (*path, "key"), f"{shown(key)} is no attribute that Istio knows; write one such as request.headers[x]"
        )
    if not condition.get("values") and not condition.get("notValues"):
        yield WEBHOOK.error(path, "a condition without values is refused; add values or notValues")


def _wildcards(fields: Object, keys: tuple[str, ...], path: KeyPath) -> Iterator[Problem]:
    for key in keys:
        for where, text in items(fields.get(key), (*path, key)):
            if isinstance(text, str) and "*" in text.removeprefix("*").removesuffix("*"):
                yield LITERAL.error(
                    where, f"{shown(text)} holds '*' in its middle, which is compared literally; write the texts out"
                )


def _peer_authentication(spec: Object) -> Iterator[Problem]:
    ports = spec.get("portLevelMtls")
    if ports is not None and not mapping(mapping(spec.get("selector")).get("matchLabels")):
        yield WEBHOOK.error(("spec", "portLevelMtls"), "portLevelMtls needs a selector; add one")
    for port in mapping(ports):
        if not str(port).isdigit() or not 1 <= int(port) <= _HIGHEST_PORT:
            yield WEBHOOK.error(
                ("spec", "portLevelMtls", str(port)), f"{shown(port)} is no port; write 1 to {_HIGHEST_PORT}"
            )


def _request_authentication(spec: Object) -> Iterator[Problem]:
    for path, one in items(spec.get("jwtRules"), ("spec", "jwtRules")):
        rule = mapping(one)
        keys = [key for key in ("jwks", "jwksUri", "jwks_uri") if rule.get(key)]
        if len(keys) > 1:
            yield WEBHOOK.error(path, f"{' and '.join(keys)} stand together; keep one")
        for key in ("jwksUri", "jwks_uri"):
            text = rule.get(key)
            if isinstance(text, str) and not text.startswith(("http://", "https://")):
                yield WEBHOOK.error((*path, key), f"{shown(text)} is no address; begin it with https://")
        timeout = rule.get("timeout")
        if isinstance(timeout, str) and not re.fullmatch(r"([0-9]+(\.[0-9]+)?(h|m|s|ms))+", timeout):
            yield WEBHOOK.error((*path, "timeout"), f"{shown(timeout)} is no duration; write one such as 5s")


def has_http(rule: Object) -> bool:
    """Whether a rule of an AuthorizationPolicy holds something that only HTTP has."""
    operations = [mapping(mapping(one).get("operation")) for _, one in items(rule.get("to"), ())]
    sources = [mapping(mapping(one).get("source")) for _, one in items(rule.get("from"), ())]
    keys = [str(mapping(one).get("key")) for _, one in items(rule.get("when"), ())]
    return (
        any(operation.get(field) for operation in operations for field in HTTP_FIELDS)
        or any(source.get(field) for source in sources for field in ("requestPrincipals", "notRequestPrincipals"))
        or any(key.startswith("request.") for key in keys)
    )


def identities(rule: Object) -> tuple[str, ...]:
    """Fields of a rule that ask for an identity."""
    sources = [mapping(mapping(one).get("source")) for _, one in items(rule.get("from"), ())]
    found = {
        field
        for source in sources
        for name in IDENTITY_FIELDS
        for field in (name, f"not{name[0].upper()}{name[1:]}")
        if texts(source.get(field))
    }
    return tuple(sorted(found))
