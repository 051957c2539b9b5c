"""Networks: address spaces, subnets, what hangs on subnets, peerings.

Codes are Azure's own, as public error reports show them; a source stands where one report shows the whole text. Where
only the code is known, a comment says that the wording is ours. Ranges are IPv4 and IPv6 alike.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from tests.engine import arm
from tests.engine.arm import AzureError
from tests.engine.rules.rule import Rule, Write, own_lock
from tests.engine.store import Resource, World

SUBNETS = "microsoft.network/virtualnetworks/subnets"
PEERINGS = "microsoft.network/virtualnetworks/virtualnetworkpeerings"
POOLS = "microsoft.containerservice/managedclusters/agentpools"
# What occupies addresses of a subnet.
TENANTS = (POOLS, "microsoft.containerservice/managedclusters", "microsoft.network/privateendpoints")
DELEGATION = "Microsoft.ContainerService/managedClusters"

Range = ipaddress.IPv4Network | ipaddress.IPv6Network


def ranges(resource_id: str, prefixes: list[str]) -> list[Range]:
    """The ranges of some prefixes. Raises: AzureError for one with host bits, or none at all."""
    found: list[Range] = []
    for prefix in prefixes:
        try:
            found.append(ipaddress.ip_network(prefix))
        except ValueError:
            try:
                right = ipaddress.ip_network(prefix, strict=False)
            except ValueError:
                message = (
                    f"Address prefix {prefix} of resource {resource_id} is not formatted correctly."  # wording ours
                )
                raise AzureError(400, "InvalidAddressPrefixFormat", message) from None
            message = (
                f"The address prefix {prefix} in resource {resource_id} has an invalid CIDR notation. "
                f"For the given prefix length, the address prefix should be {right}."
            )
            raise AzureError(400, "InvalidCIDRNotation", message) from None
    return found


def subnet_ranges(body: dict[str, Any]) -> list[str]:
    """The prefixes of a subnet's body, in either of the two spellings."""
    return list(body.get("addressPrefixes") or ([body["addressPrefix"]] if body.get("addressPrefix") else []))


def network_ranges(body: dict[str, Any]) -> list[str]:
    """The prefixes of a network's body."""
    return list((body.get("addressSpace") or {}).get("addressPrefixes") or [])


def network_of(subnet_id: str) -> str:
    """The id of the network that a subnet or peering belongs to."""
    return arm.parent_of(subnet_id)


def tenants(world: World, subnet_id: str) -> list[Resource]:
    """What uses a subnet."""
    return [user for user in world.users_of(subnet_id) if arm.type_of(user.id) in TENANTS]


def _within(prefix: Range, spaces: list[Range]) -> bool:
    return any(prefix.version == space.version and prefix.subnet_of(space) for space in spaces)  # type: ignore[arg-type]


def _check_network(write: Write) -> None:
    spaces = ranges(write.id, network_ranges(write.body))
    if not spaces:
        raise AzureError(400, "NetcfgMissingAddressSpace", f"Virtual network '{write.name}' has no address space.")
    for subnet in write.world.of_type(SUBNETS, write.id):
        for prefix in ranges(subnet.id, subnet_ranges(subnet.body)):
            if not _within(prefix, spaces):
                raise _outside(subnet.name, write.name)


def _outside(subnet: str, network: str) -> AzureError:
    return AzureError(400, "NetcfgInvalidSubnet", f"Subnet '{subnet}' is not valid in virtual network '{network}'.")


def _check_subnet(write: Write) -> None:
    network = write.world.get(network_of(write.id))
    if network is None:
        return
    mine = ranges(write.id, subnet_ranges(write.body))
    if not mine:
        raise AzureError(
            400, "NoAddressPrefixOrPoolProvided", f"No address prefix or IPAM pool was provided for subnet {write.id}."
        )
    spaces = ranges(network.id, network_ranges(network.body))
    if not all(_within(prefix, spaces) for prefix in mine):
        raise _outside(write.name, network.name)
    for other in write.world.of_type(SUBNETS, network.id):
        if arm.key(other.id) != arm.key(write.id) and _overlap(mine, ranges(other.id, subnet_ranges(other.body))):
            message = (
                f"Subnet '{write.name}' is not valid because its IP address range overlaps "
                "with that of an existing subnet "
                f"in virtual network '{network.name}'."
            )
            raise AzureError(400, "NetcfgSubnetRangesOverlap", message)
    if write.old is not None:
        _check_used_subnet(write, write.old)


def _overlap(some: list[Range], others: list[Range]) -> bool:
    return any(one.version == other.version and one.overlaps(other) for one in some for other in others)


def _check_used_subnet(write: Write, old: Resource) -> None:
    users = tenants(write.world, write.id)
    lost = set(subnet_ranges(old.body)) - set(subnet_ranges(write.body))
    if users and lost:
        prefix = min(lost)
        message = f"IpPrefix {prefix} on Subnet {write.name} has active allocations and cannot be deleted."
        raise AzureError(400, "InUsePrefixCannotBeDeleted", message)
    needs = [
        user
        for user in users
        if arm.type_of(user.id) == POOLS and arm.key(user.body.get("podSubnetID", "")) == arm.key(write.id)
    ]
    if needs and DELEGATION not in {item.get("serviceName") for item in write.body.get("delegations") or []}:
        # AKS delegates a pod subnet to itself, and a later write without the delegation is refused; many a template
        # learns it at its second run.
        link = f"{write.id}/serviceAssociationLinks/AKSServiceLink"
        message = (
            f"Subnet {write.id} requires any of the following delegation(s) [{DELEGATION}] to "
            f"reference service association link {link}."
        )
        raise AzureError(400, "SubnetMissingRequiredDelegation", message)


def delegate_to_aks(world: World, subnet_id: str) -> None:
    """AKS delegates a pod subnet to itself when a pool starts to use it."""
    subnet = world.get(subnet_id)
    if subnet is None:
        return
    delegations = subnet.body.setdefault("delegations", [])
    if DELEGATION not in {item.get("serviceName") for item in delegations}:
        delegations.append({"name": "aks-delegation", "serviceName": DELEGATION})


def _keep_subnet(world: World, subnet: Resource) -> None:
    users = tenants(world, subnet.id)
    if users:
        # https://github.com/microsoft/nav-arm-templates/issues/161
        message = (
            f"Subnet {subnet.name} is in use by {users[0].id} and cannot be deleted. In order to delete the subnet, "
            "delete all the resources within the subnet. See aka.ms/deletesubnet."
        )
        raise AzureError(400, "InUseSubnetCannotBeDeleted", message)


def _keep_network(world: World, network: Resource) -> None:
    for subnet in world.of_type(SUBNETS, network.id):
        _keep_subnet(world, subnet)


def _keep_used(code: str, text: str, *user_types: str) -> Rule:
    """A rule for what subnets (or NAT gateways) refer to: it cannot be deleted while they do."""

    def refuse(world: World, resource: Resource) -> None:
        users = [user for user in world.users_of(resource.id) if arm.type_of(user.id) in user_types]
        if users:
            raise AzureError(
                400, code, text.format(id=resource.id, name=resource.name, users=", ".join(user.id for user in users))
            )

    return Rule(refuse_delete=refuse)


def _check_gateway(write: Write) -> None:
    for item in write.body.get("publicIpAddresses") or []:
        address = write.world.get(item.get("id", ""))
        if address is not None and (address.body.get("sku") or {}).get("name") not in ("Standard", "StandardV2"):
            # Code and wording ours; a NAT gateway takes Standard public IPs only:
            # https://learn.microsoft.com/azure/nat-gateway/nat-overview
            message = f"NAT gateway {write.id} cannot use public IP address {address.id}: its SKU is not Standard."
            raise AzureError(400, "NatGatewayPublicIpSkuMismatch", message)


def _complete_address(write: Write) -> None:
    write.body.setdefault("publicIPAddressVersion", "IPv4")
    write.body.setdefault("idleTimeoutInMinutes", 4)
    if write.body.get("publicIPAllocationMethod") == "Static":
        number = write.stored.order
        write.body["ipAddress"] = f"20.50.{number // 250}.{number % 250}"


def _check_peering(write: Write) -> None:
    remote_id = (write.body.get("remoteVirtualNetwork") or {}).get("id", "")
    local, remote = write.world.get(network_of(write.id)), write.world.get(remote_id)
    if local is None or remote is None:
        return
    if _overlap(ranges(local.id, network_ranges(local.body)), ranges(remote.id, network_ranges(remote.body))):
        message = (
            f"Cannot create or update peering {write.id}. Virtual networks {local.id} and {remote.id} cannot be peered "
            "because their address spaces overlap."
        )
        raise AzureError(400, "VnetAddressSpacesOverlap", message)


def _answer_peering(world: World, peering: Resource, answer: dict[str, Any]) -> None:
    remote_id = (peering.body.get("remoteVirtualNetwork") or {}).get("id", "")
    back = [p for p in world.of_type(PEERINGS, remote_id) if _points_to(p, network_of(peering.id))] if remote_id else []
    answer["peeringState"] = "Connected" if back else "Initiated"
    answer["peeringSyncLevel"] = "FullyInSync" if back else "RemoteNotInSync"


def _points_to(peering: Resource, network_id: str) -> bool:
    return arm.key((peering.body.get("remoteVirtualNetwork") or {}).get("id", "")) == arm.key(network_id)


def _network_lock(arm_id: str) -> str:
    """A network and all below it are one thing to Azure's operations."""
    return own_lock(arm_id.split("/subnets/", maxsplit=1)[0].split("/virtualNetworkPeerings/", maxsplit=1)[0])


# https://github.com/pulumi/pulumi-azure-native/issues/3051 (security group),
# https://github.com/ernestio/ernest/issues/514 (public IP), https://github.com/stackshy/cloudemu/pull/967 (the codes of
# route table and NAT gateway; their wording is ours).
GROUP_IN_USE = (
    "Network security group {id} cannot be deleted because it is in use by the following resources: {users}. "
    "In order to delete the Network security group, remove the association with the resource(s)."
)
TABLE_IN_USE = "Route table {name} is in use and cannot be deleted."
GATEWAY_IN_USE = "Nat gateway {id} cannot be deleted because it is in use by the following resources: {users}."
ADDRESS_IN_USE = "Public IP address {id} can not be deleted since it is still allocated to resource {users}."


def keep(world: World, resource: Resource) -> None:
    """Refuses to delete a network resource that something uses, by its own rule."""
    rule = RULES.get(arm.type_of(resource.id))
    if rule is not None:
        rule.refuse_delete(world, resource)


GATEWAY_IN_USE_RULE = _keep_used("InUseNatGatewayCannotBeDeleted", GATEWAY_IN_USE, SUBNETS)
ADDRESS_IN_USE_RULE = _keep_used("PublicIPAddressCannotBeDeleted", ADDRESS_IN_USE, "microsoft.network/natgateways")

RULES = {
    "microsoft.network/virtualnetworks": Rule(check=_check_network, refuse_delete=_keep_network, lock=_network_lock),
    SUBNETS: Rule(check=_check_subnet, refuse_delete=_keep_subnet, lock=_network_lock),
    PEERINGS: Rule(check=_check_peering, answer=_answer_peering, lock=_network_lock),
    "microsoft.network/networksecuritygroups": _keep_used(
        "InUseNetworkSecurityGroupCannotBeDeleted", GROUP_IN_USE, SUBNETS
    ),
    "microsoft.network/routetables": _keep_used("InUseRouteTableCannotBeDeleted", TABLE_IN_USE, SUBNETS),
    "microsoft.network/natgateways": Rule(check=_check_gateway, refuse_delete=GATEWAY_IN_USE_RULE.refuse_delete),
    "microsoft.network/publicipaddresses": Rule(
        complete=_complete_address, refuse_delete=ADDRESS_IN_USE_RULE.refuse_delete
    ),
}
