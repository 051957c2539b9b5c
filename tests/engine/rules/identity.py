"""Identities, role assignments, federated credentials."""

from __future__ import annotations

import time
from typing import Any

from tests.engine import arm
from tests.engine.arm import AzureError
from tests.engine.rules.rule import Rule, Write, stable_uuid
from tests.engine.store import World

IDENTITIES = "microsoft.managedidentity/userassignedidentities"
CREDENTIALS = f"{IDENTITIES}/federatedidentitycredentials"
ASSIGNMENTS = "microsoft.authorization/roleassignments"
CLUSTERS = "microsoft.containerservice/managedclusters"
DASHBOARDS = "microsoft.dashboard/grafana"

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
PRIVATE_DNS_ZONE_CONTRIBUTOR = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
MANAGED_IDENTITY_OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830"

# https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
CREDENTIALS_PER_IDENTITY = 20


def principals(world: World) -> dict[str, str]:
    """Every principal that Azure knows, with its type: managed identities, and those that belong to a resource."""
    known = {str(resource.body.get("principalId")): "ServicePrincipal" for resource in world.of_type(IDENTITIES)}
    own = (found.body.get("identity") or {} for kind in (CLUSTERS, DASHBOARDS) for found in world.of_type(kind))
    known.update({identity["principalId"]: "ServicePrincipal" for identity in own if "principalId" in identity})
    return known


def holds_role(world: World, principal: str, arm_id: str, *roles: str) -> bool:
    """Whether a principal has one of some roles on a resource or above it, and the assignment has propagated.

    Owner and Contributor always do.
    """
    wanted = {*roles, OWNER, CONTRIBUTOR}
    ripe = time.time() - world.control.propagation_seconds
    return any(
        assignment.body["principalId"] == principal
        and arm.name_of(assignment.body["roleDefinitionId"]).lower() in wanted
        and arm.is_below(arm_id, assignment.body["scope"])
        and assignment.created <= ripe
        for assignment in world.of_type(ASSIGNMENTS)
    )


def _complete_identity(write: Write) -> None:
    write.body["principalId"] = stable_uuid(write.stored, "principal")
    write.body["clientId"] = stable_uuid(write.stored, "client")
    write.body["tenantId"] = write.world.control.tenant


def _complete_dashboard(write: Write) -> None:
    """Azure gives a dashboard an identity and an address: https://learn.microsoft.com/rest/api/managed-grafana ."""
    body, region = write.body, write.body.get("location")
    if (body.get("identity") or {}).get("type") == "SystemAssigned":
        ids = {"principalId": stable_uuid(write.stored, "principal"), "tenantId": write.world.control.tenant}
        body["identity"] = {**body["identity"], **ids}
    name = f"{write.name}-{stable_uuid(write.stored, 'endpoint')[:8]}"
    body["properties"] = {**(body.get("properties") or {}), "endpoint": f"https://{name}.{region}.grafana.azure.com"}


def _check_assignment(write: Write) -> None:
    body, old = write.body, write.old
    if old is not None and (old.body["principalId"], old.body["roleDefinitionId"]) != (
        body["principalId"],
        body["roleDefinitionId"],
    ):
        # https://github.com/Azure/Enterprise-Scale/issues/1747; that a role cannot be exchanged either is how Terraform
        # treats it.
        message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
        raise AzureError(400, "RoleAssignmentUpdateNotPermitted", message)
    known = principals(write.world).get(body["principalId"])
    wanted = body.get("principalType") or "ServicePrincipal"
    if known is None and wanted == "ServicePrincipal":
        message = f"Principal {body['principalId']} does not exist in the directory {write.world.control.tenant}."
        raise AzureError(400, "PrincipalNotFound", message)
    if known is not None and wanted != known:
        message = (
            f"The PrincipalId '{body['principalId']}' has type '{known}' , which is different "
            f"from specified PrinciaplType '{wanted}'."
        )
        raise AzureError(400, "UnmatchedPrincipalType", message)
    for other in write.world.of_type(ASSIGNMENTS):
        same = all(_same(other.body[name], body[name]) for name in ("principalId", "roleDefinitionId", "scope"))
        if same and arm.key(other.id) != arm.key(write.id):
            # https://github.com/aztfmod/terraform-azurerm-caf/pull/1589
            raise AzureError(409, "RoleAssignmentExists", "The role assignment already exists.")


def _same(one: str, other: str) -> bool:
    """Role definitions are the same whether they are named below a subscription or above all of them."""
    short = [arm.name_of(value) if "/roledefinitions/" in value.lower() else value for value in (one, other)]
    return arm.key(short[0]) == arm.key(short[1])


def _check_credential(write: Write) -> None:
    identity = arm.parent_of(write.id)
    others = [item for item in write.world.of_type(CREDENTIALS, identity) if arm.key(item.id) != arm.key(write.id)]
    mine = (write.body.get("issuer"), write.body.get("subject"))
    if any((other.body.get("issuer"), other.body.get("subject")) == mine for other in others):
        # https://github.com/Azure/bicep-types-az/issues/2029 (text; the code is a guess)
        raise AzureError(409, "Conflict", "Issuer and subject combination already exists for this Managed Identity.")
    if len(others) >= CREDENTIALS_PER_IDENTITY:
        message = (
            f"The number of Federated Identity Credentials of {identity} "
            f"exceeds {CREDENTIALS_PER_IDENTITY}."
        )  # wording ours
        raise AzureError(400, "BadRequest", message)


def _credential_lock(arm_id: str) -> str:
    return arm.key(arm.parent_of(arm_id)) + "/federatedidentitycredentials"


def _too_many_credentials(arm_id: str) -> AzureError:
    # https://github.com/Azure/bicep-registry-modules/issues/1447
    message = (
        "Too many Federated Identity Credentials are written concurrently for the managed "
        f"identity '{arm.parent_of(arm_id)}'. "
        "Concurrent Federated Identity Credentials writes under the same managed identity are not supported."
    )
    return AzureError(409, "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", message)


def user_assigned(world: World, ids: list[str]) -> dict[str, Any]:
    """What Azure answers where a list of identity ids was sent: a map with each one's ids."""
    found = [world.get(arm_id) for arm_id in ids]
    return {
        identity.id: {name: identity.body[name] for name in ("clientId", "principalId")}
        for identity in found
        if identity is not None
    }


RULES = {
    IDENTITIES: Rule(complete=_complete_identity),
    CREDENTIALS: Rule(check=_check_credential, lock=_credential_lock, busy=_too_many_credentials),
    ASSIGNMENTS: Rule(check=_check_assignment),
    DASHBOARDS: Rule(complete=_complete_dashboard),
}
