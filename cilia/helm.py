"""What a person or a pipeline runs where this program does not install Cilium itself: values and the lines for Helm.

What only Azure or the stack's secrets know stays out of the values; the lines ask for it when they run. They may run
again and again, and are for bash or zsh: Helm reads secrets as files, where no comma or backslash means anything to it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from cilia.credentials import credentials
from components.cilium.plan import CiliumPlan, value_at
from components.facts import cilium as facts
from components.values import ArmProperties, Ref

_YAML_COLUMNS = 120


@dataclass(frozen=True, slots=True)
class Release:
    """A Cilium to install by hand.

    Attributes:
        stack: The stack.
        resource_group: The cluster's group.
        cluster: The cluster's Azure name, which is that of its context too.
        plan: The release.
        entra: Whether people sign in to the cluster with Entra.
        by_others: Whether something else than this program installs it.
    """

    stack: str
    resource_group: str
    cluster: str
    plan: CiliumPlan
    entra: bool
    by_others: bool

    @property
    def file(self) -> str:
        """What its values file is called."""
        return f"cilium-{self.plan.key}.yaml"

    @property
    def values(self) -> ArmProperties:
        """The values that are known and no secret."""
        return dict(_known(self.plan.values))

    def commands(self, file: str) -> Iterator[str]:
        """The lines to run, in order, `file` being where the values are; none where `pulumi up` installs it."""
        if self.by_others:
            yield from credentials(shlex.quote(self.resource_group), shlex.quote(self.cluster), entra=self.entra)
            yield from self.installation(file)

    def installation(self, file: str) -> Iterator[str]:
        """Those of somebody who has credentials already."""
        kubectl = f"kubectl --context {shlex.quote(self.cluster)}"
        if value_at(self.plan.values, "gatewayAPI", "enabled"):
            yield self._gateway_api(kubectl)
        if self.plan.ipsec_key is not None:
            yield (
                f"{kubectl} create secret generic {facts.IPSEC_SECRET} --namespace {self.plan.namespace}"
                f' --from-literal={facts.IPSEC_SECRET_KEY}="{self._asked(self.plan.ipsec_key)}"'
                f" --dry-run=client --output yaml | {kubectl} apply --server-side --force-conflicts --filename -"
            )
        yield " ".join(self._upgrade(file))

    def _gateway_api(self, kubectl: str) -> str:
        """What brings in the CRDs, which Cilium looks for only when it starts."""
        version = facts.parse_cilium_version(self.plan.version or "")
        crds = facts.GATEWAY_API_VERSIONS.get(version.minor_version) if version else None
        if crds is None:
            return "# before Cilium: the CRDs of the Gateway API, in the version that Cilium's documentation names"
        return f"{kubectl} apply --server-side --filename {_GATEWAY_API.format(version=crds)}"

    def _upgrade(self, file: str) -> Iterator[str]:
        plan = self.plan
        yield f"helm upgrade --install {plan.name} {shlex.quote(plan.chart)}"
        if plan.repository:
            yield f"--repo {plan.repository}"
        if plan.version:
            yield f"--version {plan.version}"
        yield f"--kube-context {shlex.quote(self.cluster)} --namespace {plan.namespace} --values {shlex.quote(file)}"
        for path, reference in _references(plan.values):
            if reference.kind == "secret":
                yield f'--set-file {shlex.quote(path)}=<(printf %s "{self._asked(reference)}")'
            else:
                yield f'--set-string {shlex.quote(path)}="{self._asked(reference)}"'
        if plan.waits:
            yield f"--atomic --timeout {plan.timeout_seconds}s"

    def _asked(self, reference: Ref) -> str:
        """What a shell puts in a reference's place."""
        if reference.kind == "secret":
            path = shlex.quote(f"cilia:secrets.{reference.key}")
            return f"$(pulumi config get --stack {shlex.quote(self.stack)} --path {path})"
        group, name = shlex.quote(self.resource_group), shlex.quote(self.cluster)
        query = QUERIES[reference.attribute]
        return f"$(az aks show --resource-group {group} --name {name} --query {query} --output tsv)"

    def text(self, file: str) -> str:
        """The values file: how to use it in comments, then the values."""
        what = f"Values of Cilium for {self.cluster}, stack {self.stack}"
        until = f"{what}. Its nodes stay NotReady until this ran:"
        lines = [until if self.by_others else f"{what}, which `pulumi up` installs: {_OURS}", *self.commands(file)]
        comments = "".join(f"# {line}\n" for line in lines)
        return comments + yaml.safe_dump(self.values, sort_keys=False, width=_YAML_COLUMNS)


_OURS = "nothing to run. What only Azure and the stack's secrets know is left out."
_GATEWAY_API = "https://github.com/kubernetes-sigs/gateway-api/releases/download/{version}/standard-install.yaml"
"""The stable CRDs; https://gateway-api.sigs.k8s.io/guides/getting-started/introduction/#installing-gateway-api."""
QUERIES = {"fqdn": "fqdn", "privateFQDN": "privateFqdn"}
"""As Azure CLI calls what ARM calls otherwise."""


def _known(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Ref):
            continue
        yield name, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(_known(value))
    if isinstance(value, list | tuple):
        # a place for what is asked for, or everything after it would move up
        return ["" if isinstance(item, Ref) else _plain(item) for item in value]
    return value


def _references(value: Any, path: str = "") -> Iterator[tuple[str, Ref]]:
    """Each reference with its path in Helm's own notation."""
    if isinstance(value, Ref):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            escaped = str(name).replace(".", "\\.")
            yield from _references(item, f"{path}.{escaped}" if path else escaped)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _references(item, f"{path}[{index}]")
