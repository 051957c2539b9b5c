"""Managed clusters: what AKS asks of their surroundings, what it adds, what it takes along when one is deleted."""

from __future__ import annotations

from typing import Any

from tests.engine import arm
from tests.engine.arm import AzureError
from tests.engine.rules import combinations, frozen, identity, pools
from tests.engine.rules.identity import CLUSTERS
from tests.engine.rules.rule import Rule, Write, stable_uuid
from tests.engine.store import Resource, World

POOL_TOKEN = "containerservice:AgentPool"
# Add-ons that AKS gives an identity, with the names that those have.
# https://learn.microsoft.com/azure/aks/use-managed-identity#summary-of-managed-identities-used-by-aks
ADDON_IDENTITIES = {
    "azureKeyvaultSecretsProvider": "azurekeyvaultsecretsprovider",
    "azurepolicy": "azurepolicy",
    "omsagent": "omsagent",
}
# AKS's defaults for what a request omits. https://learn.microsoft.com/rest/api/aks/managed-clusters/create-or-update
NETWORK_DEFAULTS: dict[str, Any] = {
    "networkPlugin": "azure",
    "networkPolicy": "none",
    "networkDataplane": "azure",
    "loadBalancerSku": "standard",
    "serviceCidr": "10.0.0.0/16",
    "dnsServiceIP": "10.0.0.10",
    "outboundType": "loadBalancer",
    "ipFamilies": ["IPv4"],
}
OVERLAY_POD_CIDR = "10.244.0.0/16"
DEFAULTS: dict[str, Any] = {
    "enableRBAC": True,
    "disableLocalAccounts": False,
    "supportPlan": "KubernetesOfficial",
    "sku": {"name": "Base", "tier": "Free"},
    "autoUpgradeProfile": {"nodeOSUpgradeChannel": "NodeImage"},
    "maxAgentPools": 100,
    "servicePrincipalProfile": {"clientId": "msi"},
}


def _profiles(write: Write) -> list[dict[str, Any]]:
    return list(write.body.get("agentPoolProfiles") or [])


def _check(write: Write) -> None:
    world, body = write.world, write.body
    sent = _profiles(write)
    known = {pool["name"]: pool for pool in pools.bodies(world, write.id)}
    if write.old is not None:
        _check_update(write, sent, known)
    together = [*sent, *(pool for name, pool in known.items() if name not in {one["name"] for one in sent})]
    pools.keep_a_system_pool(together)
    for path, feature in world.control.unregistered_features.items():
        if frozen.at(body, path) not in (None, False):
            # https://github.com/hashicorp/terraform-provider-azurerm/pull/19664
            subscription = arm.subscription_of(write.id)
            message = (
                f"The feature '{feature}' is not registered for subscription {subscription}. "
                "Please register the feature to use it."
            )
            raise AzureError(400, "BadRequest", message)
    for pool in sent:
        pools.check_subnets(world, pool)
    _check_identity(write, together)
    pools.check_quota(world, together, write.id)
    combinations.check(world, _with_network_defaults(body, write.old), together)


def _check_update(write: Write, sent: list[dict[str, Any]], known: dict[str, dict[str, Any]]) -> None:
    assert write.old is not None
    frozen.check_cluster({**write.old.body, "agentPoolProfiles": list(known.values())}, write.body)
    if (
        frozen.at(write.old.body, "oidcIssuerProfile.enabled")
        and frozen.at(write.body, "oidcIssuerProfile.enabled") is False
    ):
        raise AzureError(400, "OIDCIssuerFeatureCannotBeDisabled", "OIDC issuer feature cannot be disabled.")
    for pool in sent:
        if pool["name"] not in known:
            # https://github.com/pulumi/pulumi-azure-native/issues/579
            message = (
                "A new agent pool was introduced. Adding agent pools to an existing cluster is "
                "not allowed through managed cluster operations. "
                "For agent pool specific change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api"
            )
            raise AzureError(400, "BadRequest", message)
        frozen.check_pool(known[pool["name"]], pool, "agentPoolProfile")


def _identity_ids(body: dict[str, Any]) -> list[str]:
    return list((body.get("identity") or {}).get("userAssignedIdentities") or [])


def _check_identity(write: Write, together: list[dict[str, Any]]) -> None:
    """A user-assigned identity must exist and hold its rights before the cluster asks for them.

    A system-assigned one comes into being with the cluster; AKS uses the caller's rights then, so nothing is asked
    here.
    """
    world = write.world
    found = [world.get(arm_id) for arm_id in _identity_ids(write.body)]
    if None in found:
        lost = _identity_ids(write.body)[found.index(None)]
        message = (
            f"Identity operation for resource '{write.id}' failed with error 'Failed to "
            "perform resource identity operation. "
            f"Status: 'NotFound'. Response: '{lost} was not found.'."
        )
        raise AzureError(400, "FailedIdentityOperation", message)
    for holder in found:
        assert holder is not None
        _check_network_rights(write, together, holder)
        _check_other_rights(write, holder)


def _check_network_rights(write: Write, together: list[dict[str, Any]], holder: Resource) -> None:
    subnets = [pool.get(name) for pool in together for name in ("vnetSubnetID", "podSubnetID")]
    subnets.append(frozen.at(write.body, "apiServerAccessProfile.subnetId"))
    principal = holder.body["principalId"]
    for subnet in dict.fromkeys(filter(None, subnets)):
        if not identity.holds_role(write.world, principal, subnet, identity.NETWORK_CONTRIBUTOR):
            # The form of https://github.com/Azure/aad-pod-identity/pull/550, with AKS's own action.
            message = (
                f"The client '{holder.body['clientId']}' with object id '{principal}' has permission to perform action "
                f"'Microsoft.ContainerService/managedClusters/write' on scope '{write.id}'; however, "
                "it does not have permission to perform "
                "action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked "
                f"scope(s) '{subnet}' or the linked scope(s) are "
                "invalid."
            )
            raise AzureError(403, "LinkedAuthorizationFailed", message)


def _check_other_rights(write: Write, holder: Resource) -> None:
    principal = holder.body["principalId"]
    zone = frozen.at(write.body, "apiServerAccessProfile.privateDNSZone") or ""
    if zone.startswith("/") and not identity.holds_role(
        write.world, principal, zone, identity.PRIVATE_DNS_ZONE_CONTRIBUTOR
    ):
        # https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/customprivatednszonemissingpermissions-error
        message = (
            "Service principal or user-assigned identity must be given permission to read and "
            f"write to custom private dns zone {zone}."
        )
        raise AzureError(400, "CustomPrivateDNSZoneMissingPermissionError", message)
    kubelet = frozen.at(write.body, "identityProfile.kubeletidentity.resourceId") or ""
    if kubelet and not identity.holds_role(write.world, principal, kubelet, identity.MANAGED_IDENTITY_OPERATOR):
        message = (
            "The cluster using user-assigned managed identity must be granted 'Managed Identity "
            "Operator' role to assign kubelet identity."
        )
        raise AzureError(400, "CustomKubeletIdentityMissingPermissionError", message)


def _with_network_defaults(body: dict[str, Any], old: Resource | None) -> dict[str, Any]:
    """A cluster's body with its network profile filled up: what was asked for, what was there, what AKS defaults to."""
    profile = {**((old.body.get("networkProfile") if old else None) or {}), **(body.get("networkProfile") or {})}
    if not profile:
        profile = {"networkPlugin": "azure", "networkPluginMode": "overlay"}
    for name, value in NETWORK_DEFAULTS.items():
        profile.setdefault(name, value)
    if profile.get("networkPluginMode") == "overlay":
        profile.setdefault("podCidr", OVERLAY_POD_CIDR)
    for plural, singular in (("podCidrs", "podCidr"), ("serviceCidrs", "serviceCidr")):
        if singular in profile and len(profile.get(plural) or []) < 2:
            profile[plural] = [profile[singular]]
    return {**body, "networkProfile": profile}


def _complete(write: Write) -> None:
    world, body, cluster = write.world, write.body, write.stored
    before = write.old.body if write.old else {}
    sent = body.pop("agentPoolProfiles", None) or []
    body.update(_with_network_defaults(body, write.old))
    for name, value in {**DEFAULTS, **_kept(before)}.items():
        body.setdefault(name, value)
    body.setdefault("kubernetesVersion", "1.33")
    changed = before.get("kubernetesVersion") != body["kubernetesVersion"]
    body["currentKubernetesVersion"] = (
        pools.running_version(world, body["kubernetesVersion"]) if changed else before["currentKubernetesVersion"]
    )
    body["powerState"] = {"code": "Running"}
    body["provisioningState"] = "Succeeded"
    body["resourceUID"] = stable_uuid(cluster, "uid").replace("-", "")[:24]
    _complete_addresses(write)
    _complete_identities(write)
    for profile in sent:
        pool = {name: value for name, value in profile.items() if name != "name"}
        pool_id = f"{write.id}/agentPools/{profile['name']}"
        known = world.get(pool_id)
        pools.complete(world, body, pool, known.body if known else None)
        world.put(pool_id, POOL_TOKEN, pool)


def _kept(before: dict[str, Any]) -> dict[str, Any]:
    """What a write that omits it leaves alone."""
    names = ("kubernetesVersion", "nodeResourceGroup", "dnsPrefix", "oidcIssuerProfile", "identityProfile", "sku")
    return {name: before[name] for name in names if name in before}


def _complete_addresses(write: Write) -> None:
    body, cluster = write.body, write.stored
    region = str(body.get("location", "")).lower().replace(" ", "")
    body.setdefault("dnsPrefix", f"{cluster.name}-dns"[:54]) if "fqdnSubdomain" not in body else None
    prefix = f"{body.get('dnsPrefix') or body.get('fqdnSubdomain')}-{stable_uuid(cluster, 'fqdn')[:8]}"
    access = body.get("apiServerAccessProfile") or {}
    if access.get("enablePrivateCluster"):
        body["privateFQDN"] = f"{prefix}.{stable_uuid(cluster, 'zone')}.privatelink.{region}.azmk8s.io"
    if not access.get("enablePrivateCluster") or access.get("enablePrivateClusterPublicFQDN") is not False:
        body["fqdn"] = f"{prefix}.hcp.{region}.azmk8s.io"
    body["azurePortalFQDN"] = f"{prefix}.portal.hcp.{region}.azmk8s.io"
    if (body.get("oidcIssuerProfile") or {}).get("enabled"):
        tenant, issuer = write.world.control.tenant, stable_uuid(cluster, "issuer")
        body["oidcIssuerProfile"] = {
            "enabled": True,
            "issuerURL": f"https://{region}.oic.prod-aks.azure.com/{tenant}/{issuer}/",
        }


def _complete_identities(write: Write) -> None:
    world, body, cluster = write.world, write.body, write.stored
    own = dict(body.get("identity") or {})
    if isinstance(own.get("userAssignedIdentities"), list):
        own["userAssignedIdentities"] = identity.user_assigned(world, own["userAssignedIdentities"])
    if own.get("type") == "SystemAssigned":
        own.update(principalId=stable_uuid(cluster, "principal"), tenantId=world.control.tenant)
    body["identity"] = own
    group_id = _node_group(write)
    made_id = frozen.at(body, "identityProfile.kubeletidentity.resourceId")
    kubelet_id = made_id or _made_identity(write, group_id, f"{write.name}-agentpool")
    profile = {"kubeletidentity": {"resourceId": kubelet_id, **_ids(world, kubelet_id)}}
    body["identityProfile"] = {**(body.get("identityProfile") or {}), **profile}
    for addon, prefix in ADDON_IDENTITIES.items():
        if frozen.at(body, f"addonProfiles.{addon}.enabled"):
            own_id = _made_identity(write, group_id, f"{prefix}-{write.name}")
            body["addonProfiles"][addon]["identity"] = {"resourceId": own_id, **_ids(world, own_id)}


def _node_group(write: Write) -> str:
    """The id of the resource group that AKS makes for what belongs to the nodes."""
    location = write.body.get("location")
    default = f"MC_{arm.resource_group_of(write.id)}_{write.name}_{location}"
    group = write.body.setdefault("nodeResourceGroup", default)
    group_id = f"/subscriptions/{arm.subscription_of(write.id)}/resourceGroups/{group}"
    if write.world.get(group_id) is None:
        write.world.put(group_id, "resources:ResourceGroup", {"location": location, "managedBy": write.id})
    return group_id


def _ids(world: World, identity_id: str) -> dict[str, Any]:
    """How AKS answers an identity, beside its resource id."""
    found = world.get(identity_id)
    return {"objectId": found.body["principalId"], "clientId": found.body["clientId"]} if found else {}


def _made_identity(write: Write, group_id: str, name: str) -> str:
    """The id of an identity that AKS makes, for nodes or for an add-on."""
    made = Write(
        write.world,
        f"{group_id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}",
        {"location": write.body.get("location")},
        None,
    )
    made.store("managedidentity:UserAssignedIdentity")
    identity.RULES[identity.IDENTITIES].complete(made)
    return made.id


def _answer(world: World, cluster: Resource, answer: dict[str, Any]) -> None:
    answer["agentPoolProfiles"] = pools.bodies(world, cluster.id)


def _deleted(world: World, cluster: Resource) -> None:
    group = cluster.body.get("nodeResourceGroup")
    if group:
        world.remove(f"/subscriptions/{arm.subscription_of(cluster.id)}/resourceGroups/{group}")
    for host in filter(None, (cluster.body.get("fqdn"), cluster.body.get("privateFQDN"))):
        world.kubernetes.pop(host, None)


RULES = {CLUSTERS: Rule(check=_check, complete=_complete, answer=_answer, deleted=_deleted)}
