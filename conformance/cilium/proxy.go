package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"

	cilium "github.com/cilium/proxy/go/cilium/api"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"

	"github.com/cilium/cilium/pkg/fqdn/dnsproxy"
	"github.com/cilium/cilium/pkg/fqdn/restore"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/u8proto"
)

// proxies of one pod: which of its rules are sent through which proxy.
type proxies struct {
	// ports by proxy ID, as the engine asks for them.
	ports map[string]uint16
	// redirects by proxy port; each direction, protocol and port of the pod has a proxy port of its own here.
	redirects map[uint16]redirect
	dns       *dnsproxy.DNSProxy
}

// redirect is what a proxy port is for.
type redirect struct {
	parser  policy.L7ParserType
	ingress bool
}

// firstProxyPort is where an agent's range begins; any number but 0 would do.
const firstProxyPort = 10000

func newProxies(logger *slog.Logger, owner *owner, selected policy.SelectorPolicy) (proxies, error) {
	found := proxies{
		map[string]uint16{},
		map[uint16]redirect{},
		dnsproxy.NewDNSProxy(dnsproxy.DNSProxyConfig{Logger: logger}, nil, nil),
	}
	for filter, rules := range selected.RedirectFilters() {
		port := resolved(filter, owner)
		if port == 0 {
			continue
		}
		parser := rules.Policy.L7Parser
		id := policy.ProxyID(owner.number, filter.Ingress, string(filter.Protocol), port, rules.Policy.GetListener())
		if number, ok := found.ports[id]; ok {
			if first := found.redirects[number].parser; first != parser {
				return found, fmt.Errorf("port %d is read as %s and as %s", port, first, parser)
			}
			continue
		}
		number := uint16(firstProxyPort + len(found.ports))
		found.ports[id] = number
		found.redirects[number] = redirect{parser, filter.Ingress}
		if parser == policy.ParserTypeDNS {
			at := restore.MakeV2PortProto(port, filter.U8Proto)
			if _, err := found.dns.UpdateAllowed(owner.GetID(), at, filter.GetPerSelectorPolicies()); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// resolved is a rule's first port; 0 for every port and for a name that no pod has.
func resolved(filter *policy.L4Filter, owner *owner) uint16 {
	if filter.Port == 0 && filter.PortName != "" {
		return owner.GetNamedPort(filter.Ingress, filter.PortName, filter.U8Proto)
	}
	return filter.Port
}

func (p *podPolicy) proxied(number uint16, peer *member, flow Flow, protocol u8proto.U8proto) (string, error) {
	switch to := p.proxies.redirects[number]; to.parser {
	case policy.ParserTypeDNS:
		return p.asked(peer, flow, protocol)
	case policy.ParserTypeHTTP:
		return p.requested(to.ingress, peer, flow)
	default:
		return "", fmt.Errorf("rules for %s are not understood here", to.parser)
	}
}

// asked is the DNS proxy's own answer; a connection over which nothing is asked passes.
func (p *podPolicy) asked(peer *member, flow Flow, protocol u8proto.U8proto) (string, error) {
	if flow.Query == "" {
		return allowed, nil
	}
	at := restore.MakeV2PortProto(flow.Port, protocol)
	ok, err := p.proxies.dns.CheckAllowed(p.owner.GetID(), at, peer.identity.ID, netip.Addr{}, flow.Query)
	if err != nil || !ok {
		return refused, err
	}
	return allowed, nil
}

// requested does with the rules what Cilium's filter in Envoy does: every rule that covers port and peer is asked,
// those without an own port too, and one that allows is enough, unless one denies. It follows getDirectionNetworkPolicy
// in Cilium's pkg/envoy/xds_server.go and cilium/proxy's network_policy.cc. Bytes that are no request never pass, as
// nothing but HTTP is understood there, whatever the rules say.
func (p *podPolicy) requested(ingress bool, peer *member, flow Flow) (string, error) {
	if flow.Request == nil {
		return refused, nil
	}
	rules := p.SelectorPolicy.L4Policy.Egress.PortRules
	if ingress {
		rules = p.SelectorPolicy.L4Policy.Ingress.PortRules
	}
	verdict := refused
	for filter := range rules.Filters() {
		if !p.covers(filter, flow.Port) {
			continue
		}
		everyPort := filter.Port == 0 && filter.PortName == ""
		for selector, one := range filter.GetPerSelectorPolicies() {
			if !selector.IsWildcard() && !selector.Selects(peer.identity.ID) {
				continue
			}
			if one.IsDeny() {
				return refused, nil
			}
			passes, err := lets(one, everyPort, flow.Request)
			if err != nil {
				return "", err
			}
			if passes {
				verdict = allowed
			}
		}
	}
	return verdict, nil
}

// covers tells whether a rule for TCP covers a port.
func (p *podPolicy) covers(filter *policy.L4Filter, port uint16) bool {
	if filter.U8Proto != u8proto.TCP && filter.U8Proto != u8proto.ANY {
		return false
	}
	if filter.Port == 0 && filter.PortName == "" {
		return true
	}
	first := resolved(filter, p.owner)
	return first != 0 && first <= port && port <= max(first, filter.EndPort)
}

func lets(one *policy.PerSelectorPolicy, everyPort bool, request *Request) (bool, error) {
	if one == nil || everyPort {
		return true, nil
	}
	if len(one.ServerNames) > 0 || one.TerminatingTLS != nil || one.OriginatingTLS != nil || one.Listener != "" {
		return false, fmt.Errorf("rules with TLS or a listener are not understood here")
	}
	if one.L7Parser != policy.ParserTypeHTTP || len(one.HTTP) == 0 {
		return true, nil
	}
	for _, rule := range one.EnvoyHTTPRules().GetHttpRules() {
		if isMeant(rule, request) {
			return true, nil
		}
	}
	return false, nil
}

// isMeant tells whether a request has all that a rule asks for. Rules that only change headers let everything through.
func isMeant(rule *cilium.HttpNetworkPolicyRule, request *Request) bool {
	for _, header := range rule.GetHeaders() {
		value, there := valueOf(request, header.GetName())
		if !there || matches(header, value) == header.GetInvertMatch() {
			return false
		}
	}
	return true
}

func valueOf(request *Request, name string) (string, bool) {
	switch name {
	case ":path":
		return request.Target, true
	case ":method":
		return request.Method, true
	case ":authority":
		return request.Host, true
	}
	value, there := request.Headers[strings.ToLower(name)]
	return value, there
}

// matches is Envoy's match of a header's value: an expression has to match all of it.
func matches(header *route.HeaderMatcher, value string) bool {
	switch pattern := header.GetStringMatch().GetMatchPattern().(type) {
	case *matcher.StringMatcher_Exact:
		return value == pattern.Exact
	case *matcher.StringMatcher_SafeRegex:
		return expression(pattern.SafeRegex.GetRegex()).MatchString(value)
	default:
		return header.GetPresentMatch()
	}
}

var expressions = map[string]*regexp.Regexp{}

// expression compiles what Cilium has already compiled once, so it cannot fail.
func expression(pattern string) *regexp.Regexp {
	found, ok := expressions[pattern]
	if !ok {
		found = regexp.MustCompile("^(?s:" + pattern + ")$")
		expressions[pattern] = found
	}
	return found
}
