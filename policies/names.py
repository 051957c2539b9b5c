"""Names that Kubernetes, DNS and HTTP take, as value types of bundles; and short names that never collide.

A value is parsed once, here; nothing downstream asks again whether it is well formed.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from components.facts.names import label_value_fault
from components.facts.policy_features import MULTI_LABEL_NAMES, NAME_CHARACTERS
from components.rules import Rule
from components.values import shown

NAME = Rule(
    "BND-01",
    "Names in a bundle are names that Kubernetes, DNS and HTTP take",
    why="The API server refuses other names; some that it takes never match anything.",
    fix="Spell the name as the message says.",
    source="https://kubernetes.io/docs/concepts/overview/working-with-objects/names; cilium pkg/policy/api/fqdn.go",
)
PATH = Rule(
    "BND-02",
    "A path is `/data` exactly, or `/data/*` for what is below it, without a query",
    why="Cilium and Istio read dots, doubled slashes, percent signs and wildcards in paths differently; one meaning"
    " on both needs paths without them.",
    fix="Write the path as clients send it, and `/*` at its end for everything below.",
    source="docs/policies.md",
)

LABEL_CHARACTERS = 63
OBJECT_NAME_CHARACTERS = 253
_HASH_CHARACTERS = 10

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_ACCOUNT = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_PORT_NAME = re.compile(r"(?=.{1,15}$)(?!.*--)[a-z0-9-]*[a-z][a-z0-9-]*")
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?)+"
)
_PATTERN_LABEL = re.compile(r"[-A-Za-z0-9_*]{1,63}")
_METHOD = re.compile(r"[A-Z]+(-[A-Z]+)*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_]*[A-Za-z0-9])?")
_HEADER_VALUE = re.compile(r"[!-)+-~]([ !-~]*[!-)+-~])?")
_PATH = re.compile(r"/[A-Za-z0-9\-._~!$&'()+,;=:@/]*")
_LABEL_KEY_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_LABEL_KEY_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def parse_label_name(value: object) -> str:
    """A DNS label, as namespaces and Services are called: lowercase letters, digits and `-`.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if isinstance(value, str) and _LABEL.fullmatch(value):
        return value
    raise NAME.invalid(
        f"{shown(value)} is not a name of 1 to {LABEL_CHARACTERS} lowercase letters, digits and '-', starting and"
        " ending with a letter or digit; respell it"
    )


def parse_namespace_or_all(value: object) -> str:
    """A namespace's name, or `*`.

    Raises:
        PydanticCustomError: Neither (BND-01).
    """
    return "*" if value == "*" else parse_label_name(value)


def parse_account(value: object) -> str:
    """A service account's name.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if isinstance(value, str) and _ACCOUNT.fullmatch(value):
        return value
    raise NAME.invalid(f"{shown(value)} is not a service account; use lowercase letters, digits, '-' and '.'")


def parse_port_name(value: object) -> str:
    """A container port's name.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if isinstance(value, str) and _PORT_NAME.fullmatch(value):
        return value
    hint = "; write a port number without quotes" if isinstance(value, str) and value.isdigit() else ""
    raise NAME.invalid(
        f"{shown(value)} is not a port's name of 1 to 15 lowercase letters, digits and '-' with at least one"
        f" letter{hint or '; respell it'}"
    )


def parse_host(value: object) -> str:
    """A host name with at least one dot, in lowercase.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if isinstance(value, str) and _HOST.fullmatch(value) and not value.replace(".", "").isdigit():
        return value.lower()
    raise NAME.invalid(f"{shown(value)} is not a host name; write one such as api.example.com, without port or scheme")


def parse_dns_pattern(value: object) -> str:
    """A DNS name, or one whose labels hold `*`; every `*` stays within its label.

    Raises:
        PydanticCustomError: Not one, or a form whose meaning depends on Cilium's version (BND-01).
    """
    if not isinstance(value, str) or "*" not in value:
        return parse_host(value.removesuffix(".") if isinstance(value, str) else value)
    text = value.removesuffix(".").lower()
    version = ".".join(str(part) for part in MULTI_LABEL_NAMES)
    if "**" in text:
        raise NAME.invalid(
            f"{value!r}: '**' covers several labels from Cilium {version} on and one before; write one entry for each"
            " depth, such as *.example.com and *.*.example.com"
        )
    labels = text.split(".")
    if len(labels) < 2 or not all(_PATTERN_LABEL.fullmatch(label) for label in labels) or len(text) > NAME_CHARACTERS:
        raise NAME.invalid(f"{value!r} is not a name or pattern; write api.example.com or *.example.com")
    if labels[0].startswith("*") and labels[0] != "*":
        raise NAME.invalid(
            f"{value!r} covers {value[1:]} and names glued to it, but no subdomain; write {value[1:]} and"
            f" *.{value[1:].lstrip('.')} as two entries"
        )
    if all(set(label) == {"*"} for label in labels):
        raise NAME.invalid(
            f"{value!r} covers every name of that depth; write {{entity: outside}}, or a domain such as *.example.com"
        )
    return text


def parse_method(value: object) -> str:
    """An HTTP method in capitals.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if isinstance(value, str) and _METHOD.fullmatch(value):
        return value
    raise NAME.invalid(f"{shown(value)} is not an HTTP method; write one in capitals, such as GET")


def parse_path(value: object) -> str:
    """A path: exact, or with `/*` at its end for everything below it.

    Raises:
        PydanticCustomError: Not a path, or one that engines read differently (BND-02).
    """
    if not isinstance(value, str) or not value.startswith("/"):
        raise PATH.invalid(f"{shown(value)} is not a path; begin it with '/'")
    if "?" in value or "#" in value:
        raise PATH.invalid(f"{value!r} holds a query, which never counts; write {re.split('[?#]', value)[0]!r}")
    stem = value.removesuffix("*") if value.endswith("/*") else value
    if "*" in stem:
        raise PATH.invalid(f"{value!r} holds '*' elsewhere than in '/*' at its end; write the paths out")
    if not _PATH.fullmatch(stem):
        raise PATH.invalid(
            f"{value!r} holds characters that Cilium and Istio read differently; use letters, digits and"
            " -._~!$&'()+,;=:@"
        )
    if "//" in stem or any(part in (".", "..") for part in stem.split("/")):
        raise PATH.invalid(
            f"{value!r} holds '//', '/.' or '/..', which Cilium and Istio read differently; write the path without"
        )
    return value


def parse_header_name(value: object) -> str:
    """An HTTP header's name, in lowercase.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if isinstance(value, str) and _HEADER_NAME.fullmatch(value) and value.lower() != "host":
        return value.lower()
    raise NAME.invalid(f"{shown(value)} is not a header's name; use letters, digits and '-', and 'host:' for the host")


def parse_header_value(value: object) -> str:
    """An exact value of a header.

    Raises:
        PydanticCustomError: Not text that both engines compare exactly (BND-01).
    """
    if isinstance(value, str) and _HEADER_VALUE.fullmatch(value):
        return value
    raise NAME.invalid(
        f"{shown(value)} is not an exact header value; use printable ASCII, without '*' or blanks at its ends"
    )


def parse_pod_label_key(value: object) -> str:
    """A label's key.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if isinstance(value, str):
        prefix, slash, name = value.rpartition("/")
        if (not slash or _LABEL_KEY_PREFIX.fullmatch(prefix)) and _LABEL_KEY_NAME.fullmatch(name):
            return value
    raise NAME.invalid(f"{shown(value)} is not a label's key; write one such as app or example.com/team")


def parse_label_value(value: object) -> str:
    """A label's value.

    Raises:
        PydanticCustomError: Not one (BND-01).
    """
    if not isinstance(value, str):
        raise NAME.invalid(f"{shown(value)} where a label's value is meant; write text in quotes")
    if fault := label_value_fault(value):
        raise NAME.invalid(fault.replace("node label", "label"))
    return value


def shortened(text: str, longest: int) -> str:
    """The text itself if it fits, else its beginning and a hash of the whole: the same text, the same name."""
    if len(text) <= longest:
        return text
    return f"{text[: longest - _HASH_CHARACTERS - 1].rstrip('-.')}-{fingerprint(text)}"


def fingerprint(text: str) -> str:
    """A short hash of a text, of lowercase hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_CHARACTERS]


def slug(text: str) -> str:
    """A text as part of an object's name: lowercase letters, digits and single `-`; `*` reads `any`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("*", "any")).strip("-")


LabelName = Annotated[str, PlainValidator(parse_label_name), WithJsonSchema({"type": "string"})]
NamespaceOrAll = Annotated[str, PlainValidator(parse_namespace_or_all), WithJsonSchema({"type": "string"})]
Account = Annotated[str, PlainValidator(parse_account), WithJsonSchema({"type": "string"})]
PortName = Annotated[str, PlainValidator(parse_port_name), WithJsonSchema({"type": "string"})]
Host = Annotated[str, PlainValidator(parse_host), WithJsonSchema({"type": "string"})]
DnsPattern = Annotated[str, PlainValidator(parse_dns_pattern), WithJsonSchema({"type": "string"})]
Method = Annotated[str, PlainValidator(parse_method), WithJsonSchema({"type": "string"})]
HttpPath = Annotated[str, PlainValidator(parse_path), WithJsonSchema({"type": "string"})]
HeaderName = Annotated[str, PlainValidator(parse_header_name), WithJsonSchema({"type": "string"})]
HeaderValue = Annotated[str, PlainValidator(parse_header_value), WithJsonSchema({"type": "string"})]
PodLabelKey = Annotated[str, PlainValidator(parse_pod_label_key), WithJsonSchema({"type": "string"})]
LabelValue = Annotated[str, PlainValidator(parse_label_value), WithJsonSchema({"type": "string"})]
