package main

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	rbac "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	template "github.com/envoyproxy/go-control-plane/envoy/extensions/path/match/uri_template/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// connection is what Envoy's RBAC filter looks at.
type connection struct {
	source, target Workload
	// encrypted says that mutual TLS is used, so that the source has shown who it is.
	encrypted bool
	flow      Flow
}

// passes does what Envoy's RBAC filter does. Rules that are absent are of policies that are only tried out.
func (c connection) passes(rules *rbac.RBAC) (bool, error) {
	if rules == nil || rules.GetAction() == rbac.RBAC_LOG {
		return true, nil
	}
	for _, policy := range rules.GetPolicies() {
		permitted, err := some(policy.GetPermissions(), c.permission)
		if err != nil {
			return false, err
		}
		meant, err := some(policy.GetPrincipals(), c.principal)
		if err != nil {
			return false, err
		}
		if permitted && meant {
			return rules.GetAction() == rbac.RBAC_ALLOW, nil
		}
	}
	return rules.GetAction() != rbac.RBAC_ALLOW, nil
}

func some[T any](of []T, holds func(T) (bool, error)) (bool, error) {
	for _, one := range of {
		if found, err := holds(one); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

func every[T any](of []T, holds func(T) (bool, error)) (bool, error) {
	for _, one := range of {
		if found, err := holds(one); !found || err != nil {
			return false, err
		}
	}
	return true, nil
}

func not(found bool, err error) (bool, error) { return !found, err }

func (c connection) permission(one *rbac.Permission) (bool, error) {
	switch rule := one.GetRule().(type) {
	case *rbac.Permission_Any:
		return rule.Any, nil
	case *rbac.Permission_AndRules:
		return every(rule.AndRules.GetRules(), c.permission)
	case *rbac.Permission_OrRules:
		return some(rule.OrRules.GetRules(), c.permission)
	case *rbac.Permission_NotRule:
		return not(c.permission(rule.NotRule))
	case *rbac.Permission_Header:
		return c.header(rule.Header)
	case *rbac.Permission_UrlPath:
		return matches(rule.UrlPath.GetPath(), c.path())
	case *rbac.Permission_UriTemplate:
		return c.template(rule.UriTemplate)
	case *rbac.Permission_DestinationPort:
		return rule.DestinationPort == c.flow.Port, nil
	case *rbac.Permission_DestinationIp:
		return within(rule.DestinationIp, c.target.Address)
	default:
		return false, fmt.Errorf("permissions of type %T are not understood here", rule)
	}
}

func (c connection) principal(one *rbac.Principal) (bool, error) {
	switch rule := one.GetIdentifier().(type) {
	case *rbac.Principal_Any:
		return rule.Any, nil
	case *rbac.Principal_AndIds:
		return every(rule.AndIds.GetIds(), c.principal)
	case *rbac.Principal_OrIds:
		return some(rule.OrIds.GetIds(), c.principal)
	case *rbac.Principal_NotId:
		return not(c.principal(rule.NotId))
	case *rbac.Principal_Authenticated_:
		if !c.encrypted {
			return false, nil
		}
		return matches(rule.Authenticated.GetPrincipalName(), c.name())
	case *rbac.Principal_Header:
		return c.header(rule.Header)
	case *rbac.Principal_DirectRemoteIp:
		return within(rule.DirectRemoteIp, c.source.Address)
	case *rbac.Principal_RemoteIp:
		return within(rule.RemoteIp, c.source.Address)
	default:
		return false, fmt.Errorf("principals of type %T are not understood here", rule)
	}
}

// name is the one in the source's certificate.
func (c connection) name() string {
	return fmt.Sprintf("spiffe://%s/ns/%s/sa/%s", trustDomain, c.source.Namespace, c.source.ServiceAccount)
}

// path is the request's without its query.
func (c connection) path() string {
	path, _, _ := strings.Cut(c.flow.Request.Target, "?")
	return path
}

func (c connection) header(one *route.HeaderMatcher) (bool, error) {
	value, there := c.valueOf(one.GetName())
	if one.GetInvertMatch() {
		return false, fmt.Errorf("header %s is inverted, which is not understood here", one.GetName())
	}
	if !there {
		return false, nil
	}
	if one.GetPresentMatch() {
		return true, nil
	}
	return matches(one.GetStringMatch(), value)
}

func (c connection) valueOf(name string) (string, bool) {
	switch name {
	case ":path":
		return c.flow.Request.Target, true
	case ":method":
		return c.flow.Request.Method, true
	case ":authority":
		return c.flow.Request.Host, true
	}
	value, there := c.flow.Request.Headers[strings.ToLower(name)]
	return value, there
}

// template is Envoy's uri_template: `*` is one segment that is not empty, `**` any text.
func (c connection) template(one *core.TypedExtensionConfig) (bool, error) {
	config := &template.UriTemplateMatchConfig{}
	if err := one.GetTypedConfig().UnmarshalTo(config); err != nil {
		return false, err
	}
	pattern := regexp.QuoteMeta(config.GetPathTemplate())
	pattern = strings.ReplaceAll(pattern, `\*\*`, ".*")
	pattern = strings.ReplaceAll(pattern, `\*`, "[^/]+")
	return regexp.MatchString("^(?:"+pattern+")$", c.path())
}

// matches is Envoy's StringMatcher.
func matches(one *matcher.StringMatcher, value string) (bool, error) {
	fold := func(text string) string { return text }
	if one.GetIgnoreCase() {
		fold = strings.ToLower
	}
	switch pattern := one.GetMatchPattern().(type) {
	case *matcher.StringMatcher_Exact:
		return fold(value) == fold(pattern.Exact), nil
	case *matcher.StringMatcher_Prefix:
		return strings.HasPrefix(fold(value), fold(pattern.Prefix)), nil
	case *matcher.StringMatcher_Suffix:
		return strings.HasSuffix(fold(value), fold(pattern.Suffix)), nil
	case *matcher.StringMatcher_SafeRegex:
		return regexp.MatchString("^(?s:"+pattern.SafeRegex.GetRegex()+")$", value)
	default:
		return false, fmt.Errorf("strings matched by %T are not understood here", pattern)
	}
}

func within(network *core.CidrRange, address string) (bool, error) {
	first, err := netip.ParseAddr(network.GetAddressPrefix())
	if err != nil {
		return false, err
	}
	found, err := netip.ParseAddr(address)
	if err != nil {
		return false, err
	}
	return netip.PrefixFrom(first, int(network.GetPrefixLen().GetValue())).Contains(found), nil
}
