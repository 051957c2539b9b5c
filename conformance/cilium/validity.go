package main

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	cmtypes "github.com/cilium/cilium/pkg/clustermesh/types"
	ipcache "github.com/cilium/cilium/pkg/ipcache/types"
	"github.com/cilium/cilium/pkg/k8s"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	"github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2/validator"
	networking "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy/api"
	policytypes "github.com/cilium/cilium/pkg/policy/types"
	policyutils "github.com/cilium/cilium/pkg/policy/utils"
)

// judge says whether manifests are valid, and what the engine keeps of them.
type judge struct {
	logger *slog.Logger
	crds   *validator.NPValidator
}

// manifest as the engine takes it.
type manifest struct {
	resource ipcache.ResourceID
	entries  policytypes.PolicyEntries
	problems Problems
}

func newJudge(logger *slog.Logger) (*judge, error) {
	crds, err := validator.NewNPValidator(logger)
	return &judge{logger, crds}, err
}

func (j *judge) manifests(asked Case) []manifest {
	cluster := option.Config.ClusterName
	if asked.AnyCluster {
		cluster = cmtypes.PolicyAnyCluster
	}
	found := make([]manifest, len(asked.Manifests))
	for i, raw := range asked.Manifests {
		found[i] = j.manifest(raw, cluster)
	}
	return found
}

func (j *judge) manifest(raw json.RawMessage, cluster string) manifest {
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(raw, &object.Object); err != nil {
		return manifest{problems: Problems{Schema: err.Error()}}
	}
	switch kind := object.GetKind(); kind {
	case "NetworkPolicy":
		return j.networkPolicy(raw, cluster)
	case ciliumv2.CNPKindDefinition:
		return j.ciliumPolicy(object, raw, cluster)
	case ciliumv2.CCNPKindDefinition:
		return j.clusterwidePolicy(object, raw, cluster)
	default:
		return manifest{problems: Problems{Schema: fmt.Sprintf("kind %q is none of Cilium's", kind)}}
	}
}

func (j *judge) networkPolicy(raw json.RawMessage, cluster string) manifest {
	object := &networking.NetworkPolicy{}
	if err := json.Unmarshal(raw, object); err != nil {
		return manifest{problems: Problems{Agent: err.Error()}}
	}
	entries, err := k8s.ParseNetworkPolicy(j.logger, cluster, object)
	return manifest{
		resource: ipcache.NewResourceID(ipcache.ResourceKindNetpol, object.Namespace, object.Name),
		entries:  entries,
		problems: Problems{Agent: text(err)},
	}
}

func (j *judge) ciliumPolicy(object *unstructured.Unstructured, raw json.RawMessage, cluster string) manifest {
	if object.GetNamespace() == "" {
		return manifest{problems: Problems{Schema: "metadata.namespace is missing"}}
	}
	policy := &ciliumv2.CiliumNetworkPolicy{}
	problems := Problems{Schema: text(j.crds.ValidateCNP(object))}
	rules, err := parsed(raw, policy, cluster, policy.Parse, j.logger)
	problems.Agent = text(err)
	return manifest{
		resource: ipcache.NewResourceID(ipcache.ResourceKindCNP, policy.Namespace, policy.Name),
		entries:  policyutils.RulesToPolicyEntries(rules),
		problems: problems,
	}
}

func (j *judge) clusterwidePolicy(object *unstructured.Unstructured, raw json.RawMessage, cluster string) manifest {
	policy := &ciliumv2.CiliumClusterwideNetworkPolicy{}
	problems := Problems{Schema: text(j.crds.ValidateCCNP(object))}
	rules, err := parsed(raw, policy, cluster, policy.Parse, j.logger)
	problems.Agent = text(err)
	return manifest{
		resource: ipcache.NewResourceID(ipcache.ResourceKindCCNP, "", policy.Name),
		entries:  policyutils.RulesToPolicyEntries(rules),
		problems: problems,
	}
}

// parsed reads a policy and has the agent parse it, which sanitizes its rules.
func parsed(
	raw json.RawMessage, policy any, cluster string, parse func(*slog.Logger, string) (api.Rules, error), logger *slog.Logger,
) (api.Rules, error) {
	if err := json.Unmarshal(raw, policy); err != nil {
		return nil, err
	}
	return parse(logger, cluster)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
