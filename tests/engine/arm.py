"""ARM resource ids and ARM errors, as the simulated cloud understands them.

Owns the reading of ids (parent, type, resource group) and the error shape that azure-native prints. Knows no resource
type.
"""

from __future__ import annotations


class AzureError(Exception):
    """A refusal by Azure.

    Printed as azure-native prints it (`PulumiAzcoreResponseError` in provider/pkg/azure/client_azcore.go).
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f'Status={status} Code="{code}" Message="{message}"')
        self.status = status
        self.code = code
        self.message = message


class HalfDoneError(Exception):
    """Azure accepted the request and the operation then failed: the resource exists, in a state nobody asked for."""

    def __init__(self, error: AzureError) -> None:
        super().__init__(str(error))


def key(arm_id: str) -> str:
    """The form of an id under which two spellings of it are equal: ARM ids ignore case."""
    return arm_id.rstrip("/").lower()


def name_of(arm_id: str) -> str:
    """The last segment of an id."""
    return arm_id.rstrip("/").rsplit("/", 1)[-1]


def resource_group_of(arm_id: str) -> str:
    """The resource group's name in an id, or an empty string above resource groups."""
    parts = arm_id.split("/")
    return parts[4] if len(parts) > 4 and parts[3].lower() == "resourcegroups" else ""


def resource_group_id(arm_id: str) -> str:
    """The id of the resource group that holds a resource, or an empty string above resource groups."""
    parts = arm_id.split("/")
    return "/".join(parts[:5]) if resource_group_of(arm_id) else ""


def subscription_of(arm_id: str) -> str:
    """The subscription in an id, or an empty string above subscriptions."""
    parts = arm_id.split("/")
    return parts[2] if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""


def type_of(arm_id: str) -> str:
    """The lower-case ARM type of an id, such as `microsoft.network/virtualnetworks/subnets`."""
    head, found, tail = key(arm_id).rpartition("/providers/")
    if not found:
        return (
            "microsoft.resources/resourcegroups"
            if resource_group_of(head or tail)
            else "microsoft.resources/subscriptions"
        )
    parts = tail.split("/")
    return "/".join([parts[0], *parts[1::2]])


def type_name_of(arm_id: str) -> str:
    """The ARM type of an id as it is spelt in the id."""
    parts = arm_id.rpartition("/providers/")[2].split("/")
    return "/".join([parts[0], *parts[1::2]])


def parent_of(arm_id: str) -> str:
    """The id that must exist before this one can, or nothing.

    It is the enclosing resource, the scope of an extension or the resource group.
    """
    head, _, tail = arm_id.rstrip("/").rpartition("/providers/")
    parts = tail.split("/")
    if not head:
        return ""
    if len(parts) > 3:
        return f"{head}/providers/{'/'.join(parts[:-2])}"
    return head if "/providers/" in head.lower() or resource_group_of(head) else ""


def is_below(arm_id: str, ancestor: str) -> bool:
    """Whether an id is the ancestor itself or lies under it."""
    return key(arm_id) == key(ancestor) or key(arm_id).startswith(key(ancestor) + "/")
