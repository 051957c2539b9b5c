"""The JSON schema of a stack file, for editors: `python -m stacks.schema`, and with `--check` whether it is current.

Made from the models that parse the file, so that what an editor completes is what the tool takes. Rules that look at
several values at once are not in it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import models_json_schema

from components.monitoring.config import MonitoringConfig
from components.network.config import NetworkConfig
from components.values import KEY_PATTERN
from policies.attachment import ClusterPoliciesConfig, ExistingClusterConfig
from stacks.config import AcceptConfig, ClusterEntry, EnvironmentConfig
from stacks.generated import DOCS, write_or_check

Schema = dict[str, Any]

_REF = "#/$defs/{model}"
_OTHER_NAMESPACES = "^(?!cilia:)[^:]+:.+$"
_SECRET: Schema = {
    "type": "object",
    "description": "an encrypted value; `pulumi config set --secret --path cilia:secrets.<name>` writes it",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}
_PULUMI_KEYS = {
    "secretsprovider": "what encrypts this stack's secrets",
    "encryptedkey": "the stack's data key, encrypted by the secrets provider",
    "encryptionsalt": "the salt of this stack's passphrase",
}


def stack_schema() -> Schema:
    """The schema of a whole stack file, draft 2020-12."""
    models = (
        EnvironmentConfig,
        NetworkConfig,
        ClusterEntry,
        MonitoringConfig,
        ClusterPoliciesConfig,
        ExistingClusterConfig,
        AcceptConfig,
    )
    _, generated = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    definitions = generated["$defs"]
    for reference, tag in _tagged(definitions):
        chosen = definitions[reference.rpartition("/")[2]]
        chosen["required"] = sorted({*chosen.get("required", ()), tag})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of Cilia",
        "description": "One environment: stacks/Pulumi.<stack>.yaml",
        "type": "object",
        "properties": {
            "config": _config(),
            **{name: {"type": "string", "description": words} for name, words in _PULUMI_KEYS.items()},
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": {**{name: _tidied(schema) for name, schema in sorted(definitions.items())}, "Secret": _SECRET},
    }


def _config() -> Schema:
    return {
        "type": "object",
        "properties": {
            "azure-native:location": {
                "type": "string",
                "pattern": "^[a-z]+[a-z0-9]*$",
                "description": "the Azure region, such as westeurope; its only home",
            },
            "azure-native:subscriptionId": {
                "type": "string",
                "format": "uuid",
                "description": "the subscription; the one of the login if absent",
            },
            "cilia:environment": {"$ref": _REF.format(model=EnvironmentConfig.__name__)},
            "cilia:secrets": _named({"$ref": "#/$defs/Secret"}, "the only place for `secure:`"),
            "cilia:networks": _named({"$ref": _REF.format(model=NetworkConfig.__name__)}, "virtual networks by key"),
            "cilia:clusters": _named({"$ref": _REF.format(model=ClusterEntry.__name__)}, "AKS clusters by key"),
            "cilia:monitoring": {"$ref": _REF.format(model=MonitoringConfig.__name__)},
            "cilia:policies": _named(
                {"$ref": _REF.format(model=ClusterPoliciesConfig.__name__)},
                "bundles of network policies by cluster key",
            ),
            "cilia:existingClusters": _named(
                {"$ref": _REF.format(model=ExistingClusterConfig.__name__)},
                "clusters that this stack does not make, and gives nothing but policies",
            ),
            "cilia:accept": {
                "type": "array",
                "items": {"$ref": _REF.format(model=AcceptConfig.__name__)},
                "description": "warnings that somebody has looked at",
            },
        },
        "required": ["azure-native:location", "cilia:environment"],
        "patternProperties": {_OTHER_NAMESPACES: {}},
        "additionalProperties": False,
    }


def _named(schema: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "propertyNames": {"pattern": KEY_PATTERN},
        "additionalProperties": schema,
        "description": description,
    }


def _tagged(schema: Any) -> Iterator[tuple[str, str]]:
    """Each member of a union that is chosen by one of its keys, with that key, which a file therefore has to name."""
    if isinstance(schema, list):
        for item in schema:
            yield from _tagged(item)
    elif isinstance(schema, dict):
        if "discriminator" in schema:
            choice = schema["discriminator"]
            yield from ((reference, choice["propertyName"]) for reference in choice["mapping"].values())
        for value in schema.values():
            yield from _tagged(value)


def _tidied(schema: Any) -> Any:
    """A part of pydantic's schema without what helps nobody in an editor: made-up titles, null, OpenAPI's own words."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidied(value) for key, value in schema.items() if not _is_noise(key, value)}
    if "patternProperties" in tidy:
        tidy.setdefault("additionalProperties", False)
    choices = [choice for choice in tidy.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del tidy["anyOf"]
        return {**choices[0], **tidy}
    return {**tidy, "anyOf": choices} if choices else tidy


def _is_noise(key: str, value: object) -> bool:
    made_up_title = key == "title" and isinstance(value, str)
    return made_up_title or key == "discriminator" or (key == "default" and value is None)


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(stack_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check(DOCS / "stack.schema.json", text(), sys.argv[1:], module="stacks.schema"))
