package main

import (
	"fmt"
	"log/slog"

	"github.com/cilium/cilium/pkg/crypto/certificatemanager"
	"github.com/cilium/cilium/pkg/endpoint/regeneration"
	envoypolicy "github.com/cilium/cilium/pkg/envoy/policy"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	"github.com/cilium/cilium/pkg/policy"
	policytypes "github.com/cilium/cilium/pkg/policy/types"
	"github.com/cilium/cilium/pkg/spanstat"
	testpolicy "github.com/cilium/cilium/pkg/testutils/policy"
	"github.com/cilium/cilium/pkg/u8proto"
)

// engine holds the policies of one case, and each pod's policy once it was asked for.
type engine struct {
	logger   *slog.Logger
	repo     *policy.Repository
	manager  identitymanager.IDManager
	cluster  *cluster
	policies map[*member]*podPolicy
}

// podPolicy is what an agent computes for one pod.
type podPolicy struct {
	*policy.EndpointPolicy
	owner   *owner
	proxies proxies
}

func verdicts(logger *slog.Logger, asked Case, manifests []manifest) ([]Verdict, error) {
	var entries policytypes.PolicyEntries
	for _, one := range manifests {
		entries = append(entries, one.entries...)
	}
	members, err := newCluster(asked, namesIn(entries))
	if err != nil {
		return nil, err
	}
	manager := identitymanager.NewIDManager(logger)
	translator := envoypolicy.NewEnvoyL7RulesTranslator(logger, certificatemanager.NewMockSecretManagerInline())
	repo := policy.NewPolicyRepository(
		logger, members.identities, nil, translator, manager, testpolicy.NewPolicyMetricsNoop())
	for _, one := range manifests {
		if one.problems == (Problems{}) {
			repo.ReplaceByResource(one.entries, one.resource)
		}
	}
	running := &engine{logger, repo, manager, members, map[*member]*podPolicy{}}
	found := make([]Verdict, len(asked.Flows))
	for i, flow := range asked.Flows {
		if found[i], err = running.verdict(flow); err != nil {
			return nil, fmt.Errorf("flow %d from %s to %s: %w", i, flow.From, flow.To, err)
		}
	}
	return found, nil
}

func (e *engine) verdict(flow Flow) (Verdict, error) {
	source, target := e.cluster.members[flow.From], e.cluster.members[flow.To]
	if source == nil || target == nil {
		return Verdict{}, fmt.Errorf("both ends must be endpoints of the case")
	}
	egress, err := e.direction(source, target, flow, policy.EgressKey())
	if err != nil {
		return Verdict{}, err
	}
	ingress, err := e.direction(target, source, flow, policy.IngressKey())
	return Verdict{egress, ingress}, err
}

// direction is the verdict of one end's policy about the other end; what is no pod has none.
func (e *engine) direction(subject, peer *member, flow Flow, key policy.Key) (string, error) {
	if !subject.pod {
		return "", nil
	}
	protocol, err := u8proto.ParseProtocol(flow.Protocol)
	if err != nil {
		return "", err
	}
	if flow.Port == 0 {
		return "", fmt.Errorf("port 0 is not a port")
	}
	own, err := e.policyOf(subject)
	if err != nil {
		return "", err
	}
	entry, _, _ := own.Lookup(key.WithIdentity(peer.identity.ID).WithPortProto(protocol, flow.Port))
	switch {
	case entry.IsDeny():
		return dropped, nil
	case entry.ProxyPort == 0:
		return allowed, nil
	default:
		return own.proxied(entry.ProxyPort, peer, flow, protocol)
	}
}

// policyOf computes a pod's policy as an agent does: rules that need a proxy get one first, else the engine skips them.
func (e *engine) policyOf(subject *member) (*podPolicy, error) {
	if found, ok := e.policies[subject]; ok {
		return found, nil
	}
	e.manager.Add(subject.identity)
	selected, _, err := e.repo.GetSelectorPolicy(subject.identity, 0, &statistics{}, uint64(subject.number))
	if err != nil {
		return nil, err
	}
	owner := &owner{subject, e.cluster}
	proxies, err := newProxies(e.logger, owner, selected)
	if err != nil {
		return nil, err
	}
	distilled := selected.DistillPolicy(e.logger, owner, proxies.ports)
	if err := distilled.Ready(); err != nil {
		return nil, err
	}
	found := &podPolicy{distilled, owner, proxies}
	e.policies[subject] = found
	return found, nil
}

// owner is a pod as the engine wants to know it.
type owner struct {
	*member
	cluster *cluster
}

func (o *owner) GetID() uint64                      { return uint64(o.number) }
func (o *owner) IsHost() bool                       { return false }
func (o *owner) PolicyDebug(string, ...any)         {}
func (o *owner) PreviousMapState() *policy.MapState { return nil }
func (o *owner) RegenerateIfAlive(*regeneration.ExternalRegenerationMetadata) <-chan bool {
	done := make(chan bool)
	close(done)
	return done
}

// GetNamedPort resolves a name: at ingress among the pod's own ports, at egress among those of all pods, where a name
// with two numbers is no port at all.
func (o *owner) GetNamedPort(ingress bool, name string, protocol u8proto.U8proto) uint16 {
	var number uint16
	if ingress {
		number, _ = o.ports.GetNamedPort(name, protocol)
	} else {
		number, _ = o.cluster.namedPorts.GetNamedPort(name, protocol)
	}
	return number
}

// statistics that nobody reads.
type statistics struct{ waiting, calculation spanstat.SpanStat }

func (s *statistics) WaitingForPolicyRepository() *spanstat.SpanStat { return &s.waiting }
func (s *statistics) SelectorPolicyCalculation() *spanstat.SpanStat  { return &s.calculation }
