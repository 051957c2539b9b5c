"""What Pulumi itself does with resources, whatever they are: creates, replaces, protects, ignores, follows.

Sources: pulumi/pulumi pkg/resource/deploy/step_generator.go (3.260), pulumi-azure-native provider/pkg/provider/diff.go
(3.29), pulumi-kubernetes provider/pkg/provider/diff.go (4.34).
"""

from __future__ import annotations

from components.rules import Rule

_ENGINE = "pulumi/pulumi pkg/resource/deploy/step_generator.go"

PATH_PARAMETER = Rule(
    "PRV-01",
    "A name that is part of an id makes another resource",
    why="The provider deletes the old resource and makes one with the new name, whatever the resource is.",
    fix="Keep the name; rename in Pulumi only with an alias.",
    source="pulumi-azure-native provider/pkg/provider/diff.go",
)
FORCED = Rule(
    "PRV-02",
    "The provider replaces a resource for some of its properties",
    why="It deletes a resource with a name of its own first and makes it again, even where Azure could update it.",
    fix="Take the edit back, or plan the loss.",
    source="pulumi-azure-native provider/pkg/gen/replacement.go; pulumi-kubernetes provider/pkg/provider/diff.go",
)
ASKED = Rule(
    "PRV-03",
    "The program asks for a replacement",
    why="A property in `replaceOnChanges` changed.",
    fix="Make the new one beside the old one under another key.",
    source=_ENGINE,
)
FOLLOWS = Rule(
    "PRV-04",
    "What hangs on a replaced resource is replaced with it",
    why="A resource that is deleted before it is made again takes along everything whose fixed properties come from it:"
    " pools, the Kubernetes provider and every object that it manages.",
    fix="See to the cause.",
    source=_ENGINE,
)
PROTECTED = Rule(
    "PRV-05",
    "Protected resources are neither removed nor replaced",
    why="Pulumi stops before it touches them. A removal is judged by the protection of the last deployment, a"
    " replacement by"
    " that and the new one.",
    fix="If it is meant: `protect: false` in one apply, the removal in the next.",
    source=_ENGINE,
)
IGNORED = Rule(
    "PRV-06",
    "What the program ignores stays as it is",
    why="Pulumi puts the old input back over every property in `ignoreChanges`, because Azure changes it by itself.",
    fix="Nothing; to set it once, use the Azure command line tool.",
    source=_ENGINE,
)
STATE_ONLY = Rule(
    "PRV-07",
    "Names and options of Pulumi change nothing in Azure",
    why="They are kept in Pulumi's state only; protection decides what later deployments may do.",
    fix="Nothing; read what later deployments may do.",
    source=_ENGINE,
)
UPDATED = Rule(
    "PRV-08",
    "What no other rule knows is updated in place",
    why="The provider plans an update, and nothing is known that speaks against it; Azure has the last word.",
    fix="Look the property up if it matters.",
    source="pulumi-azure-native provider/pkg/provider/diff.go",
)
CREATED = Rule(
    "PRV-09",
    "What is new is created",
    why="Pulumi creates it in the order in which things depend on each other.",
    fix="Nothing.",
    source=_ENGINE,
)
DELETED = Rule(
    "PRV-10",
    "What is gone from the program is deleted",
    why="Pulumi deletes it at the end of a deployment, what depends on it first.",
    fix="If it is to stay, put it back, or set `retainOnDelete` in a deployment before.",
    source=_ENGINE,
)
IN_USE = Rule(
    "PRV-11",
    "What is in use cannot be deleted",
    why="A resource that is deleted before it is made again is still in use at that moment, and Azure refuses to delete"
    " it (InUseSubnetCannotBeDeleted and kin).",
    fix="Make the new one beside the old one under another key, move what uses it, then remove the old one.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet",
)
API_VERSION = Rule(
    "PRV-12",
    "Another version of Azure's API is an update in place",
    why="The program names the older type as an alias, so that Pulumi finds the same resource.",
    fix="Nothing; not together with `pulumi up --refresh`.",
    source="https://github.com/pulumi/pulumi-azure-native/issues/4400",
)
READ = Rule(
    "PRV-13",
    "What is only read is never changed",
    why="The program refers to something that exists, by its id or as another stack's output.",
    fix="Nothing.",
    source=_ENGINE,
)

EXISTS = Rule(
    "PRV-14",
    "Another name in Pulumi alone makes nothing new",
    why="Without an alias Pulumi takes it for another resource: it creates the new one first and deletes the old one"
    " last. Both are the same thing, so the provider refuses to create what exists already.",
    fix="Rename it in Pulumi's state in the same change: `pulumi state rename`. Or give the new one another name where"
    " it lives.",
    source='pulumi-azure-native, "cannot create already existing resource"; pulumi/pulumi-kubernetes#4278',
)
TAKEN_BACK = Rule(
    "PRV-15",
    "What the program ignored is compared again with what Pulumi remembers",
    why="While a property is in `ignoreChanges`, Pulumi keeps the input of the last deployment, whatever Azure has."
    " When the property leaves the list and nobody refreshed, the next deployment sees an old value there and writes,"
    " or replaces, what Azure had changed long ago.",
    fix="`pulumi refresh` first, and the value that Azure has into the file; then `pulumi preview` shows no change.",
    source="https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/; " + _ENGINE,
)

LOST = {
    "alertsmanagement:PrometheusRuleGroup": "its alerts, and the series that dashboards read",
    "authorization:RoleAssignment": "the right, until it is granted again",
    "containerservice:AgentPool": "its nodes; their pods run on only where other pools take them",
    "containerservice:ManagedCluster": (
        "everything in the cluster: workloads, addresses of load balancers, volumes whose reclaim policy is Delete"
    ),
    "containerservice:MaintenanceConfiguration": "the maintenance window",
    "managedidentity:FederatedIdentityCredential": "the workload's way to a token",
    "managedidentity:UserAssignedIdentity": "the principal with every right that it was granted",
    "monitor:AzureMonitorWorkspace": "the metrics in it",
    "monitor:DataCollectionEndpoint": "the way of what is collected through it",
    "monitor:DataCollectionRule": "what it collects: no metrics or logs from then on",
    "monitor:DataCollectionRuleAssociation": "what its rule collects of the cluster: no metrics or logs from then on",
    "monitor:DiagnosticSetting": "the logs of the control plane from then on",
    "network:NatGateway": "the way out of every subnet that uses it",
    "network:NetworkSecurityGroup": "the filter of every subnet that uses it",
    "network:PublicIPAddress": "the address itself, which Azure does not give back",
    "network:RouteTable": "the routes of every subnet that uses it",
    "network:Subnet": "the range with everything in it",
    "network:VirtualNetwork": "every subnet and peering in it",
    "network:VirtualNetworkPeering": "the traffic between both networks",
    "operationalinsights:Workspace": "the logs in it, after the days of soft delete",
    "privatedns:PrivateZone": "the names in it",
    "resources:ResourceGroup": "everything in it",
    "kubernetes:core/v1:Namespace": "every object in it, volumes included",
    "kubernetes:helm.sh/v3:Release": (
        "what the chart installed; with Cilium's, new pods get no network and nothing filters any more"
    ),
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": "what it allowed, and whom it isolated",
    "kubernetes:cilium.io/v2:CiliumNetworkPolicy": "what it allowed, and whom it isolated",
    "kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy": "what it allowed, and whom it isolated",
}
"""`module:Type` of azure-native, or the whole type of others -> what is gone when it is deleted."""

USERS_THAT_HOLD = {
    "network:Subnet": frozenset(
        {"containerservice:ManagedCluster", "containerservice:AgentPool", "network:PrivateEndpoint"}
    ),
    "network:VirtualNetwork": frozenset({"network:Subnet"}),
    "network:NetworkSecurityGroup": frozenset({"network:Subnet"}),
    "network:RouteTable": frozenset({"network:Subnet"}),
    "network:NatGateway": frozenset({"network:Subnet"}),
    "network:PublicIPAddress": frozenset({"network:NatGateway"}),
}
"""Type -> the types of what keeps Azure from deleting it."""
