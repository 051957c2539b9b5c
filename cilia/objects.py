"""What somebody applies where this program writes nothing into a cluster: objects, and the lines for kubectl.

What only Azure knows stays out of the files as `${NAME}`; the lines ask for it when they run.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from cilia.credentials import credentials
from components.manifests import Manifest
from components.values import Ref

_YAML_COLUMNS = 120


class _Dumper(yaml.SafeDumper):
    """Text of several lines as it reads."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)
_PROGRAMS_OWN = "pulumi.com/"
"""Annotations that only Pulumi's provider reads."""
_QUESTIONS = {
    "secretsProviderClientId": (
        "SECRETS_PROVIDER_CLIENT_ID",
        (
            "az aks show --resource-group {group} --name {cluster}"
            " --query addonProfiles.azureKeyvaultSecretsProvider.identity.clientId --output tsv"
        ),
    ),
    "tenantId": ("TENANT_ID", "az account show --query tenantId --output tsv"),
}
"""What Azure is asked, by the attribute that a plan refers to: the variable, and the command."""


@dataclass(frozen=True, slots=True)
class Objects:
    """Everything to apply to one cluster.

    Attributes:
        stack: The stack.
        resource_group: The cluster's group.
        cluster: The cluster's Azure name, which is that of its context too.
        key: The cluster's key.
        manifests: The objects, in order.
        entra: Whether people sign in to the cluster with Entra.
    """

    stack: str
    resource_group: str
    cluster: str
    key: str
    manifests: tuple[Manifest, ...]
    entra: bool

    @property
    def file(self) -> str:
        """What their file is called."""
        return f"objects-{self.key}.yaml"

    @property
    def contents(self) -> list[dict[str, Any]]:
        """The objects, with `${NAME}` for what only Azure knows."""
        return [dict(_plain(_without_annotations(manifest.content))) for manifest in self.manifests]

    def commands(self, file: str) -> Iterator[str]:
        """The lines to run, in order; `file` is where the objects are."""
        yield from credentials(shlex.quote(self.resource_group), shlex.quote(self.cluster), entra=self.entra)
        yield from self.application(file)

    def application(self, file: str) -> Iterator[str]:
        """Those of somebody who has credentials already."""
        group, name = shlex.quote(self.resource_group), shlex.quote(self.cluster)
        apply = f"kubectl --context {name} apply --server-side --force-conflicts --filename"
        asked = {ref.attribute: None for manifest in self.manifests for ref in _references(manifest.content)}
        if not asked:
            yield f"{apply} {shlex.quote(file)}"
            return
        for attribute in asked:
            variable, question = _QUESTIONS[attribute]
            yield f'export {variable}="$({question.format(group=group, cluster=name)})"'
        wanted = "".join(f"${{{_QUESTIONS[attribute][0]}}}" for attribute in asked)
        yield f"envsubst '{wanted}' < {shlex.quote(file)} | {apply} -"

    def text(self, file: str) -> str:
        """The file: how to use it in comments, then the objects."""
        lines = [f"Objects for {self.cluster}, stack {self.stack}, which nothing else writes:", *self.commands(file)]
        if any(manifest.patches for manifest in self.manifests):
            lines.append("Of a Namespace only the labels are meant: never let anything prune it.")
        comments = "".join(f"# {line}\n" for line in lines)
        return comments + "---\n".join(
            yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=_YAML_COLUMNS) for content in self.contents
        )


def _without_annotations(content: Mapping[str, Any]) -> dict[str, Any]:
    """The object without what only Pulumi's provider reads."""
    metadata = dict(content["metadata"])
    annotations = {
        name: value for name, value in metadata.pop("annotations", {}).items() if not name.startswith(_PROGRAMS_OWN)
    }
    return {**content, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


def _plain(value: Any) -> Any:
    if isinstance(value, Ref):
        return f"${{{_QUESTIONS[value.attribute][0]}}}"
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _references(value: Any) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)
