# ruff: noqa: ARG002 - the methods take what server.py gives every provider
"""azure-native as the engine sees it: Check, Diff and the rest over plain dicts, with the simulated Azure behind.

A restatement of what https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/provider.go does
(3.x): no secrets accepted, inputs compared with inputs, an existing id refused by Create, a refresh that maps changed
outputs back onto inputs.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.engine import invokes
from tests.engine.arm import AzureError
from tests.engine.azure import Azure
from tests.engine.catalogue import KINDS, Kind, short_token
from tests.engine.diff import Change, changes, refreshed
from tests.engine.shapes import Shapes
from tests.engine.store import Store
from tests.engine.wire import UNKNOWN, has_unknown

CREATE_BEFORE_DELETE = "__createBeforeDelete"
DEFAULT_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


class RefusedError(Exception):
    """The provider itself says no; Azure was not asked or has nothing to do with it."""


@dataclass(frozen=True)
class Urn:
    """The parts of a URN that a provider looks at."""

    text: str

    @property
    def type(self) -> str:
        """The type token of the resource."""
        return self.text.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """The Pulumi name."""
        return self.text.split("::", 3)[3]


@dataclass(frozen=True)
class Difference:
    """A Diff's answer."""

    changes: list[Change]
    delete_before_replace: bool

    @property
    def replaces(self) -> list[str]:
        """The paths that force a replacement."""
        return [change.path for change in self.changes if change.replace]


@dataclass(frozen=True)
class Naming:
    """What the engine says about automatic names: a seed, and possibly a name that it proposes or enforces, or none."""

    seed: bytes = b""
    mode: str = ""  # "", "propose", "enforce", "disable"
    proposed: str = ""

    def hex(self, base: str, digits: int) -> str:
        """Digits that depend on nothing but the seed and the name."""
        return hashlib.sha256(self.seed + base.encode()).hexdigest()[:digits]


@dataclass
class AzureNative:
    """The provider.

    One instance serves every package of azure-native, plain and parameterized: each call says its type.
    """

    store: Store
    shapes: Shapes
    config: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.azure = Azure(self.store)

    @property
    def subscription(self) -> str:
        """The subscription that the provider manages."""
        return self.config.get("subscriptionId") or os.environ.get("ARM_SUBSCRIPTION_ID") or DEFAULT_SUBSCRIPTION

    def configure(self, config: dict[str, str]) -> None:
        """Takes the configuration. Raises: RefusedError when nobody is signed in."""
        self.config = config
        control = self.store.control()
        if control.login == "none":
            raise RefusedError("ERROR: Please run 'az login' to setup account.")

    def kind(self, token: str) -> Kind:
        """The type behind a token. Raises: RefusedError for one that is not in the catalogue."""
        short, _ = short_token(token)
        if short not in KINDS:
            raise RefusedError(
                f"Resource type {token} not found; the simulated azure-native knows "
                "what tests/engine/catalogue.py lists"
            )
        return KINDS[short]

    def _shapes(self, token: str) -> Shapes:
        """The schema, open for new properties when the token names a version that the SDK does not describe."""
        short, version = short_token(token)
        shape = self.shapes.resources.get(short)
        return self.shapes.for_newer_versions() if shape and version not in ("", shape.api_version) else self.shapes

    def _api_version(self, token: str) -> str:
        short, version = short_token(token)
        shape = self.shapes.resources.get(short)
        return version or (shape.api_version if shape else "")

    def check(
        self, urn: Urn, old: dict[str, Any], new: dict[str, Any], naming: Naming
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The inputs with the provider's defaults, and what is wrong with them as (property, reason)."""
        kind = self.kind(urn.type)
        inputs = dict(new)
        if kind.name_parameter not in inputs:
            self._name(kind, urn, old, inputs, naming)
        shape = self.shapes.resources.get(kind.token)
        if "location" not in inputs and shape is not None and "location" in shape.inputs:
            location = self._location(old, inputs)
            if location:
                inputs["location"] = location
        version = self._api_version(urn.type)
        if version:
            inputs.setdefault("azureApiVersion", version)
        failures = self._shapes(urn.type).failures(kind.token, inputs)
        missing = [name for name in kind.parameters if name not in inputs]
        return inputs, [
            *failures,
            *(("", f"missing required property '{name}'") for name in missing if ("", _missing(name)) not in failures),
        ]

    def _name(self, kind: Kind, urn: Urn, old: dict[str, Any], inputs: dict[str, Any], naming: Naming) -> None:
        parameter = kind.name_parameter
        if parameter in old:
            inputs[parameter] = old[parameter]
            if old.get(CREATE_BEFORE_DELETE):
                inputs[CREATE_BEFORE_DELETE] = True
            return
        if naming.mode == "disable":
            return
        proposed = naming.mode == "enforce" or (naming.mode == "propose" and kind.naming != "uuid")
        made = {
            "random": urn.name + naming.hex(urn.name, 8),
            "copy": urn.name,
            "uuid": str(uuid.UUID(naming.hex("", 32))),
        }
        inputs[parameter] = naming.proposed if proposed else made[kind.naming]
        if proposed or kind.naming != "copy":
            inputs[CREATE_BEFORE_DELETE] = True

    def _location(self, old: dict[str, Any], inputs: dict[str, Any]) -> str:
        """From the old inputs, else from the configuration, else from the resource group."""
        if "location" in old or "location" in self.config:
            return str(old.get("location") or self.config["location"])
        group = inputs.get("resourceGroupName")
        if group is None or has_unknown(group):
            return UNKNOWN if group else ""
        try:
            found = self.azure.get(f"/subscriptions/{self.subscription}/resourceGroups/{group}")
        except AzureError:
            return ""
        return str((found or {}).get("location", ""))

    def diff(
        self, urn: Urn, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        """What a change of inputs does.

        A property that is added with the value Azure answers already forces nothing.
        """
        kind = self.kind(urn.type)
        before = dict(old_inputs)
        if "azureApiVersion" not in before and "azureApiVersion" in old_outputs:
            before["azureApiVersion"] = old_outputs["azureApiVersion"]
        shape = self.shapes.resources.get(kind.token)
        found = [
            Change(change.path, change.rule_path, change.kind, False) if _is_known(change, old_outputs, new) else change
            for change in changes(kind, before, new, shape.defaults if shape else {})
        ]
        replaced = any(change.replace for change in found)
        named = before.get(CREATE_BEFORE_DELETE)
        return Difference(found, not named if isinstance(named, bool) else replaced)

    def _id(self, kind: Kind, inputs: dict[str, Any]) -> str:
        values = {**{name: inputs[name] for name in kind.parameters}, "subscriptionId": self.subscription}
        return re.sub(r"\{(\w+)\}", lambda found: str(values[found.group(1)]), kind.path)

    def _body(self, kind: Kind, inputs: dict[str, Any]) -> dict[str, Any]:
        dropped = {*kind.parameters, "azureApiVersion"} - {"scope"}
        return {name: value for name, value in inputs.items() if name not in dropped and not name.startswith("__")}

    def _outputs(self, token: str, response: dict[str, Any]) -> dict[str, Any]:
        short, _ = short_token(token)
        outputs = self._shapes(token).as_outputs(short, response)
        return {**outputs, "azureApiVersion": self._api_version(token)}

    def preview(self, urn: Urn, inputs: dict[str, Any], old_outputs: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is known of the outputs before anything happens; of an existing resource its name and location too."""
        short, _ = short_token(urn.type)
        outputs = self._shapes(urn.type).preview(short, inputs)
        known = old_outputs or {}
        return {**outputs, **{name: value for name, value in known.items() if name in ("name", "location")}}

    def create(self, urn: Urn, inputs: dict[str, Any], *, fail_at_end: bool = False) -> tuple[str, dict[str, Any]]:
        """The id and outputs of a new resource. Raises: RefusedError when the id exists, AzureError, HalfDoneError."""
        kind = self.kind(urn.type)
        arm_id = self._id(kind, inputs)
        if self.azure.get(arm_id) is not None:
            raise RefusedError(f"cannot create already existing resource '{arm_id}'")
        response = self.azure.put(arm_id, kind.token, self._body(kind, inputs), fail_at_end=fail_at_end)
        return self.azure.real_id(arm_id), self._outputs(urn.type, response)

    def update(self, urn: Urn, inputs: dict[str, Any], *, fail_at_end: bool = False) -> dict[str, Any]:
        """The outputs of a changed resource. Raises: AzureError, HalfDoneError."""
        kind = self.kind(urn.type)
        response = self.azure.put(self._id(kind, inputs), kind.token, self._body(kind, inputs), fail_at_end=fail_at_end)
        return self._outputs(urn.type, response)

    def current(self, urn: Urn, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The id and outputs of what inputs name, after something went wrong with it."""
        arm_id = self._id(self.kind(urn.type), inputs)
        return self.azure.real_id(arm_id), self._outputs(urn.type, self.azure.get(arm_id) or {})

    def read(
        self, urn: Urn, arm_id: str, old_inputs: dict[str, Any] | None, old_outputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The inputs and outputs of what exists now, or nothing when it is gone. Without old inputs it is an import."""
        kind, shapes = self.kind(urn.type), self._shapes(urn.type)
        response = self.azure.get(arm_id)
        if response is None:
            return None
        outputs = self._outputs(urn.type, response)
        now = shapes.as_inputs(kind.token, outputs)
        if old_inputs is None:
            return {**now, **_path_values(kind, arm_id)}, outputs
        before = shapes.as_inputs(kind.token, old_outputs)
        hidden = {name for name in kind.sub_resources if name not in old_inputs}
        seen = {name: value for name, value in now.items() if name not in hidden}
        return refreshed(old_inputs, before, seen), outputs

    def delete(self, urn: Urn, arm_id: str) -> None:
        """Deletes. Raises: AzureError."""
        self.azure.delete(arm_id)

    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any]:
        """A function's result. Raises: RefusedError, AzureError."""
        result = invokes.run(self.azure, self.subscription, token, args)
        if result is None:
            raise RefusedError(
                f"Invoke type {token} not found; the simulated azure-native knows what tests/engine/invokes.py has"
            )
        return result


def _missing(name: str) -> str:
    return f"missing required property '{name}'"


def _is_known(change: Change, old_outputs: dict[str, Any], new: dict[str, Any]) -> bool:
    """Azure set this top-level value by itself and the program now says the same."""
    added = change.kind == "ADD" and change.replace and change.path in old_outputs
    return added and old_outputs[change.path] == new.get(change.path)


def _path_values(kind: Kind, arm_id: str) -> dict[str, str]:
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(kind.path))
    found = re.fullmatch(pattern, arm_id, re.IGNORECASE)
    if found is None:
        raise RefusedError(f"'{arm_id}' is no id of {kind.token}; it looks like {kind.path}")
    return {name: value for name, value in found.groupdict().items() if name != "subscriptionId"}
