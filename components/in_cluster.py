"""From manifests to Pulumi: each becomes a resource of the Kubernetes provider."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.manifests import Manifest
from components.outputs import References, substitute

# annotations that the provider reads: https://www.pulumi.com/registry/packages/kubernetes/installation-configuration
_FORCE = "pulumi.com/patchForce"


def deploy_manifest(
    name: str, manifest: Manifest, references: References, opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    """The resource for a manifest; `name` is its Pulumi name."""
    content = substitute(manifest.content, references)
    metadata = content["metadata"]
    fields: dict[str, Any] = {key: value for key, value in content.items() if key not in ("apiVersion", "kind")}
    resource: pulumi.Resource
    if manifest.patches:
        # what the file says wins over what somebody typed
        annotations = {_FORCE: "true", **metadata.get("annotations", {})}
        resource = kubernetes.core.v1.NamespacePatch(name, metadata={**metadata, "annotations": annotations}, opts=opts)
    elif manifest.kind == "v1 ConfigMap":
        resource = kubernetes.core.v1.ConfigMap(name, **fields, opts=opts)
    elif manifest.kind == "apps/v1 Deployment":
        resource = kubernetes.apps.v1.Deployment(name, **fields, opts=opts)
    else:
        resource = kubernetes.apiextensions.CustomResource(
            name, api_version=content["apiVersion"], kind=content["kind"], **fields, opts=opts
        )
    return resource
