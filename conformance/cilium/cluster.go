package main

import (
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/cilium/cilium/pkg/identity"
	k8sutils "github.com/cilium/cilium/pkg/k8s/utils"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/labelsfilter"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	policytypes "github.com/cilium/cilium/pkg/policy/types"
	"github.com/cilium/cilium/pkg/types"
)

// configure sets what an agent reads from its configuration, to the values that AKS and the chart's defaults have.
func configure(logger *slog.Logger) error {
	option.Config.ClusterName = "default"
	option.Config.EnableIPv4 = true
	option.Config.EnableIPv6 = false
	option.Config.EnableL7Proxy = true
	option.Config.AllowLocalhost = option.AllowLocalhostAlways
	policy.SetPolicyEnabled(option.DefaultEnforcement)
	api.InitEntities(option.Config.ClusterName) // without it the entity `cluster` selects nothing
	return labelsfilter.ParseLabelPrefixCfg(logger, nil, nil, "")
}

// identities are given as an agent gives them: pods with the same labels share one.
type identities struct {
	byLabels map[string]*identity.Identity
	all      identity.IdentityMap
}

func newIdentities() *identities {
	return &identities{map[string]*identity.Identity{}, identity.ListReservedIdentities()}
}

func (i *identities) of(lbls labels.Labels, scope identity.NumericIdentity) *identity.Identity {
	key := string(lbls.SortedList())
	found, ok := i.byLabels[key]
	if !ok {
		number := scope + identity.MinimalNumericIdentity + identity.NumericIdentity(len(i.byLabels))
		found = identity.NewIdentity(number, lbls)
		i.byLabels[key] = found
		i.all[number] = found.LabelArray
	}
	return found
}

// cluster is a case's endpoints as the engine sees them.
type cluster struct {
	members map[string]*member
	// namedPorts of every pod: rules for egress resolve names among them all, as an agent does.
	namedPorts types.NamedPortMultiMap
	identities identity.IdentityMap
}

// member is an endpoint with its identity.
type member struct {
	number   uint16
	identity *identity.Identity
	ports    types.NamedPortMap
	pod      bool
}

func newCluster(asked Case, selectors []*api.FQDNSelector) (*cluster, error) {
	given := newIdentities()
	named := types.NewNamedPortMultiMap()
	found := &cluster{map[string]*member{}, named, given.all}
	for _, name := range slices.Sorted(maps.Keys(asked.Endpoints)) {
		one := asked.Endpoints[name]
		id, err := identify(one, asked.Namespaces[one.Namespace], given, selectors)
		if err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", name, err)
		}
		ports := types.NamedPortMap{}
		for portName, port := range one.Ports {
			if err := ports.AddPort(portName, port.Port, port.Protocol); err != nil {
				return nil, fmt.Errorf("endpoint %s, port %s: %w", name, portName, err)
			}
		}
		named.Update(nil, ports)
		found.members[name] = &member{uint16(len(found.members) + 1), id, ports, one.Kind == "pod"}
	}
	return found, nil
}

func identify(
	one Endpoint, namespace map[string]string, given *identities, selectors []*api.FQDNSelector,
) (*identity.Identity, error) {
	switch one.Kind {
	case "pod":
		return given.of(podLabels(one, namespace), identity.IdentityScopeGlobal), nil
	case "world", "apiServer":
		lbls, err := outsideLabels(one, selectors)
		if err != nil {
			return nil, err
		}
		return given.of(lbls, identity.IdentityScopeLocal), nil
	}
	number := identity.GetReservedID(one.Kind)
	if number == identity.IdentityUnknown {
		return nil, fmt.Errorf("there is no kind %q", one.Kind)
	}
	return identity.LookupReservedIdentity(number), nil
}

// meta is the part of a namespace that labels are made from.
type meta struct {
	name   string
	labels map[string]string
}

func (m meta) GetName() string              { return m.name }
func (m meta) GetLabels() map[string]string { return m.labels }

// podLabels are the labels of a pod's identity: what the agent adds, without what its filter drops.
func podLabels(one Endpoint, namespace map[string]string) labels.Labels {
	of := map[string]string{"kubernetes.io/metadata.name": one.Namespace}
	maps.Copy(of, namespace)
	sanitized := k8sutils.SanitizePodLabels(one.Labels, meta{one.Namespace, of}, one.ServiceAccount, option.Config.ClusterName)
	kept, _ := labelsfilter.Filter(labels.Map2Labels(sanitized, labels.LabelSourceK8s))
	return kept
}

// outsideLabels are those of an address outside: its range, the world, the names that it was learned by, and for the
// API server its own.
func outsideLabels(one Endpoint, selectors []*api.FQDNSelector) (labels.Labels, error) {
	address, err := netip.ParseAddr(one.Address)
	if err != nil {
		return nil, err
	}
	lbls := labels.GetCIDRLabels(netip.PrefixFrom(address, address.BitLen()))
	if one.Kind == "apiServer" {
		lbls.MergeLabels(labels.LabelKubeAPIServer)
	}
	for _, selector := range selectors {
		expression, err := selector.ToRegex()
		if err != nil {
			return nil, err
		}
		for _, name := range one.Names {
			if expression.MatchString(strings.ToLower(strings.TrimSuffix(name, ".")) + ".") {
				label := selector.IdentityLabel()
				lbls[label.Key] = label
			}
		}
	}
	return lbls, nil
}

// namesIn lists the names that rules select addresses by.
func namesIn(entries policytypes.PolicyEntries) []*api.FQDNSelector {
	var found []*api.FQDNSelector
	for _, entry := range entries {
		for _, peer := range entry.L3 {
			if selector, ok := peer.GetFQDNSelector(); ok {
				found = append(found, selector)
			}
		}
	}
	return found
}
