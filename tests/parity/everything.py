"""Clusters with every option that there is, whether or not they go together: what our program is able to send."""

from __future__ import annotations

from typing import Any

_GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shared/providers"
_VAULT = f"{_GROUP}/Microsoft.KeyVault/vaults/kv"
_ADDRESS = f"{_GROUP}/Microsoft.Network/publicIPAddresses/out"
_GUID = "11111111-2222-3333-4444-555555555555"

_SYSCTLS: dict[str, Any] = {
    "fsAioMaxNr": 65_536,
    "fsFileMax": 8192,
    "fsInotifyMaxUserWatches": 781_250,
    "fsNrOpen": 8192,
    "kernelThreadsMax": 1000,
    "netCoreNetdevMaxBacklog": 1000,
    "netCoreOptmemMax": 20_480,
    "netCoreRmemDefault": 212_992,
    "netCoreRmemMax": 212_992,
    "netCoreSomaxconn": 4096,
    "netCoreWmemDefault": 212_992,
    "netCoreWmemMax": 212_992,
    "netIpv4IpLocalPortRange": "32768 60999",
    "netIpv4NeighDefaultGcThresh1": 128,
    "netIpv4NeighDefaultGcThresh2": 512,
    "netIpv4NeighDefaultGcThresh3": 1024,
    "netIpv4TcpFinTimeout": 5,
    "netIpv4TcpkeepaliveIntvl": 10,
    "netIpv4TcpKeepaliveProbes": 1,
    "netIpv4TcpKeepaliveTime": 30,
    "netIpv4TcpMaxSynBacklog": 128,
    "netIpv4TcpMaxTwBuckets": 8000,
    "netIpv4TcpTwReuse": True,
    "netNetfilterNfConntrackBuckets": 65_536,
    "netNetfilterNfConntrackMax": 131_072,
    "vmMaxMapCount": 65_530,
    "vmSwappiness": 60,
    "vmVfsCachePressure": 100,
}
_DNS: dict[str, Any] = {
    "queryLogging": "Error",
    "protocol": "PreferUDP",
    "forwardDestination": "VnetDNS",
    "forwardPolicy": "Random",
    "maxConcurrent": 100,
    "cacheDurationInSeconds": 60,
    "serveStaleDurationInSeconds": 60,
    "serveStale": "Verify",
}
POOL: dict[str, Any] = {
    "vmSize": "Standard_D4ds_v5",
    "subnet": "nodes",
    "podSubnet": "pods",
    "allocation": "staticBlock",
    "minCount": 3,
    "maxCount": 5,
    "maxPods": 31,
    "maxSurge": "33%",
    "maxUnavailable": 1,
    "drainTimeoutInMinutes": 30,
    "nodeSoakDurationInMinutes": 5,
    "undrainableNodeBehavior": "Cordon",
    "zones": ["1"],
    "nodeLabels": {"a": "b"},
    "nodeTaints": ["a=b:NoSchedule"],
    "osDiskType": "Managed",
    "osDiskSizeGB": 128,
    "kubeletDiskType": "OS",
    "enableEncryptionAtHost": True,
    "enableFIPS": True,
    "enableNodePublicIP": True,
    "nodePublicIPPrefix": f"{_GROUP}/Microsoft.Network/publicIPPrefixes/nodes",
    "enableUltraSSD": True,
    "proximityPlacementGroup": f"{_GROUP}/Microsoft.Compute/proximityPlacementGroups/near",
    "capacityReservationGroup": f"{_GROUP}/Microsoft.Compute/capacityReservationGroups/kept",
    "hostGroup": f"{_GROUP}/Microsoft.Compute/hostGroups/own",
    "scaleDownMode": "Deallocate",
    "networkProfile": {
        "allowedHostPorts": [{"portStart": 80, "portEnd": 443, "protocol": "TCP"}],
        "applicationSecurityGroups": [f"{_GROUP}/Microsoft.Network/applicationSecurityGroups/nodes"],
        "nodePublicIPTags": [{"ipTagType": "RoutingPreference", "tag": "Internet"}],
    },
    "securityProfile": {"enableSecureBoot": True, "enableVTPM": True},
    "localDNSProfile": {"mode": "Required", "vnetDNSOverrides": {".": _DNS}, "kubeDNSOverrides": {".": _DNS}},
    "kubeletConfig": {
        "cpuManagerPolicy": "static",
        "cpuCfsQuota": True,
        "cpuCfsQuotaPeriod": "100ms",
        "topologyManagerPolicy": "restricted",
        "imageGcHighThreshold": 80,
        "imageGcLowThreshold": 70,
        "allowedUnsafeSysctls": ["net.*"],
        "containerLogMaxSizeMB": 10,
        "containerLogMaxFiles": 2,
        "podMaxPids": 100,
        "failSwapOn": False,
    },
    "linuxOSConfig": {
        "swapFileSizeMB": 1024,
        "transparentHugePageEnabled": "madvise",
        "transparentHugePageDefrag": "madvise",
        "sysctls": _SYSCTLS,
    },
    "gpuProfile": {"driver": "None"},
    "gpuInstanceProfile": "MIG1g",
    "tags": {"a": "b"},
}
_WINDOW = {
    "durationHours": 4,
    "startTime": "02:00",
    "utcOffset": "+01:00",
    "startDate": "2026-12-24",
    "notAllowedDates": [{"start": "2026-12-24", "end": "2026-12-31"}],
}
_MAIN: dict[str, Any] = {
    "kubernetesVersion": "1.35",
    "tier": "Premium",
    "network": "main",
    "networking": {
        "mode": "overlay",
        "dataplane": "cilium",
        "podCidr": "192.168.0.0/16",
        "ipFamilies": ["IPv4", "IPv6"],
        "outbound": {"type": "loadBalancer", "outboundIPs": [_ADDRESS]},
    },
    "acns": {"observability": True, "security": True, "transitEncryption": "WireGuard", "accelerationMode": "BpfVeth"},
    "dnsPrefix": "main",
    "nodeResourceGroup": "rg-nodes",
    "apiServer": {
        "enablePrivateCluster": True,
        "privateDNSZone": "aks",
        "enableVnetIntegration": True,
        "subnet": "api",
    },
    "aadProfile": {"adminGroupObjectIDs": [_GUID], "tenantID": _GUID},
    "identity": {},
    "kubeletIdentity": {},
    "maintenanceConfigurations": {
        "default": {
            "timeInWeek": [{"day": "Sunday", "hourSlots": [1]}],
            "notAllowedTime": [{"start": "2026-12-24T18:00:00Z", "end": "2026-12-26T18:00:00Z"}],
        },
        "aksManagedAutoUpgradeSchedule": {
            "schedule": {"absoluteMonthly": {"intervalMonths": 1, "dayOfMonth": 1}},
            **_WINDOW,
        },
        "aksManagedNodeOSUpgradeSchedule": {
            "schedule": {"relativeMonthly": {"intervalMonths": 1, "weekIndex": "First", "dayOfWeek": "Sunday"}},
            **_WINDOW,
        },
    },
    "upgradeSettings": {"overrideSettings": {"forceUpgrade": True, "until": "2026-12-24T18:00:00Z"}},
    "linuxProfile": {"sshPublicKeys": ["ssh-rsa AAAA"]},
    "autoScalerProfile": {
        "balanceSimilarNodeGroups": True,
        "daemonsetEvictionForEmptyNodes": True,
        "daemonsetEvictionForOccupiedNodes": True,
        "expander": "least-waste",
        "ignoreDaemonsetsUtilization": True,
        "maxEmptyBulkDelete": 10,
        "maxGracefulTerminationSec": 600,
        "maxNodeProvisionTime": "15m",
        "maxTotalUnreadyPercentage": 45,
        "newPodScaleUpDelay": "0s",
        "okTotalUnreadyCount": 3,
        "scaleDownDelayAfterAdd": "10m",
        "scaleDownDelayAfterDelete": "10s",
        "scaleDownDelayAfterFailure": "3m",
        "scaleDownUnneededTime": "10m",
        "scaleDownUnreadyTime": "20m",
        "scaleDownUtilizationThreshold": 0.5,
        "scanInterval": "10s",
        "skipNodesWithLocalStorage": True,
        "skipNodesWithSystemPods": True,
    },
    "nodeProvisioningProfile": {"mode": "Auto"},
    "imageCleaner": {"enabled": True},
    "customCATrustCertificates": ["-----BEGIN CERTIFICATE-----a-----END CERTIFICATE-----"],
    "keyVaultSecretsProvider": {},
    "istio": {
        "revisions": ["asm-1-30"],
        "ingressGateways": {"external": True},
        "egressGateways": {"out": {"pool": "gateway"}},
        "certificateAuthority": {
            "keyVaultId": _VAULT,
            "rootCertObjectName": "root",
            "certObjectName": "cert",
            "keyObjectName": "key",
            "certChainObjectName": "chain",
        },
    },
    "monitoring": {
        "metrics": {"workspace": "w"},
        "logs": {"workspace": "w"},
        "diagnostics": {"workspace": "w"},
        "defender": {"workspace": "w"},
    },
    "applicationRouting": {"nginx": "Internal", "dnsZoneResourceIds": [f"{_GROUP}/Microsoft.Network/dnsZones/a.io"]},
    "systemPool": {**POOL, "name": "system"},
    "pools": {
        "user": {**POOL, "mode": "User"},
        "spot": {"scaleSetPriority": "Spot", "scaleSetEvictionPolicy": "Delete", "spotMaxPrice": 1.5, "count": 1},
        "gateway": {"mode": "Gateway", "count": 2, "gatewayProfile": {"publicIPPrefixSize": 31}},
    },
}
_OTHER: dict[str, Any] = {
    "kubernetesVersion": "1.35",
    "network": "main",
    "networking": {
        "mode": "podSubnet",
        "outbound": {"type": "none", "containerRegistry": f"{_GROUP}/Microsoft.ContainerRegistry/registries/cache"},
    },
    "apiServer": {"authorizedIPRanges": ["73.140.245.0/24"]},
    "fqdnSubdomain": "other",
    "systemPool": {**POOL},
    "pools": {"user": {**POOL}},
}
_THIRD: dict[str, Any] = {
    "kubernetesVersion": "1.35",
    "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16", "outbound": {"type": "managedNATGateway"}},
    "systemPool": {},
}
_FOURTH: dict[str, Any] = {
    "kubernetesVersion": "1.35",
    "networking": {
        "mode": "overlay",
        "podCidr": "192.168.0.0/16",
        "outbound": {"type": "loadBalancer", "outboundIPPrefixes": [_ADDRESS]},
    },
    "systemPool": {},
}
_FIFTH: dict[str, Any] = {
    "kubernetesVersion": "1.35",
    "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16", "outbound": {"type": "loadBalancer"}},
    "maintenanceConfigurations": {
        "aksManagedAutoUpgradeSchedule": {
            "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Sunday"}},
            **_WINDOW,
        },
        "aksManagedNodeOSUpgradeSchedule": {"schedule": {"daily": {"intervalDays": 1}}, **_WINDOW},
    },
    "systemPool": {},
}

EVERYTHING: dict[str, Any] = {
    "azure-native:location": "westeurope",
    "cilia:environment": {"resourceGroup": {"name": "rg"}, "tags": {"a": "b"}},
    "cilia:monitoring": {"logAnalyticsWorkspaces": {"w": {}}, "azureMonitorWorkspaces": {"w": {}}},
    "cilia:networks": {
        "main": {
            "addressSpace": ["10.0.0.0/8"],
            "privateDnsZones": {"aks": {"name": "a.private.westeurope.azmk8s.io"}},
            "subnets": {
                "nodes": {"cidr": "10.0.0.0/16"},
                "pods": {"cidr": "10.1.0.0/16"},
                "api": {"cidr": "10.2.0.0/28"},
            },
        }
    },
    "cilia:clusters": {"main": _MAIN, "other": _OTHER, "third": _THIRD, "fourth": _FOURTH, "fifth": _FIFTH},
}
