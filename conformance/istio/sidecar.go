package main

import (
	"errors"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	rbac "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	rbachttp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/rbac/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	rbactcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/rbac/v3"

	security "istio.io/api/security/v1beta1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/security/authn"
	"istio.io/istio/pilot/pkg/security/authz/builder"
	"istio.io/istio/pilot/pkg/security/trustdomain"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/labels"
)

// trustDomain of a mesh unless it says otherwise.
const trustDomain = "cluster.local"

// policies of a mesh, by kind.
type policies struct {
	authorization *model.AuthorizationPolicies
	peers         []*config.Config
}

func newPolicies(rootNamespace string) *policies {
	return &policies{authorization: &model.AuthorizationPolicies{
		NamespaceToPolicies: map[string][]model.AuthorizationPolicy{},
		RootNamespace:       rootNamespace,
	}}
}

func (p *policies) add(object *config.Config) {
	switch spec := object.Spec.(type) {
	case *security.AuthorizationPolicy:
		found := p.authorization.NamespaceToPolicies
		found[object.Namespace] = append(found[object.Namespace], model.AuthorizationPolicy{
			Name: object.Name, Namespace: object.Namespace, Annotations: object.Annotations, Spec: spec,
		})
	case *security.PeerAuthentication:
		p.peers = append(p.peers, object)
	}
}

// sidecar is what istiod configures for one workload.
type sidecar struct {
	http []*rbac.RBAC
	tcp  []*rbac.RBAC
	mtls authn.MergedPeerAuthentication
}

func (p *policies) sidecarOf(workload Workload) (*sidecar, error) {
	root := p.authorization.RootNamespace
	matcher := model.PolicyMatcherFor(workload.Namespace, workload.Labels, false).WithRootNamespace(root)
	selected := p.authorization.ListAuthorizationPolicies(matcher)
	if len(selected.Custom) > 0 {
		return nil, errors.New("policies with action CUSTOM are not understood here")
	}
	found := &sidecar{mtls: authn.ComposePeerAuthentication(root, p.peersOf(workload))}
	built := builder.New(trustdomain.NewBundle(trustDomain, nil), nil, selected, builder.Option{})
	if built == nil {
		return found, nil
	}
	var err error
	if found.http, err = httpRules(built.BuildHTTP()); err != nil {
		return nil, err
	}
	found.tcp, err = tcpRules(built.BuildTCP())
	return found, err
}

// peersOf selects as GetPeerAuthenticationsForWorkload does: the workload's namespace first, then the root namespace.
func (p *policies) peersOf(workload Workload) []*config.Config {
	var found []*config.Config
	for _, namespace := range []string{workload.Namespace, p.authorization.RootNamespace} {
		for _, one := range p.peers {
			selector := labels.Instance(one.Spec.(*security.PeerAuthentication).GetSelector().GetMatchLabels())
			if one.Namespace == namespace && selector.SubsetOf(workload.Labels) {
				found = append(found, one)
			}
		}
		if p.authorization.RootNamespace == workload.Namespace {
			break
		}
	}
	return found
}

func httpRules(filters []*hcm.HttpFilter) ([]*rbac.RBAC, error) {
	var found []*rbac.RBAC
	for _, filter := range filters {
		config := &rbachttp.RBAC{}
		if err := filter.GetTypedConfig().UnmarshalTo(config); err != nil {
			return nil, err
		}
		found = append(found, config.GetRules())
	}
	return found, nil
}

func tcpRules(filters []*listener.Filter) ([]*rbac.RBAC, error) {
	var found []*rbac.RBAC
	for _, filter := range filters {
		config := &rbactcp.RBAC{}
		if err := filter.GetTypedConfig().UnmarshalTo(config); err != nil {
			return nil, err
		}
		found = append(found, config.GetRules())
	}
	return found, nil
}

func (s *sidecar) verdict(source, target Workload, flow Flow) (string, error) {
	mode, perPort := s.mtls.PerPort[flow.Port]
	if !perPort {
		mode = s.mtls.Mode
	}
	encrypted := source.Sidecar && mode != model.MTLSDisable
	if mode == model.MTLSStrict && !encrypted {
		return plaintext, nil
	}
	seen := connection{source, target, encrypted, flow}
	rules := s.tcp
	if flow.Request != nil {
		rules = s.http
	}
	for _, one := range rules {
		passes, err := seen.passes(one)
		if err != nil {
			return "", err
		}
		if !passes {
			return refused, nil
		}
	}
	return allowed, nil
}
