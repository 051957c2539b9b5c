package main

import "encoding/json"

// Case is a cluster with policies in it, and connections to ask about.
type Case struct {
	// AnyCluster leaves out the requirement that peers are of this cluster: Cilium before 1.19, or
	// policy-default-local-cluster switched off.
	AnyCluster bool `json:"anyCluster"`
	// Namespaces holds the labels of namespaces; their names need not be among them.
	Namespaces map[string]map[string]string `json:"namespaces"`
	Endpoints  map[string]Endpoint          `json:"endpoints"`
	Manifests  []json.RawMessage            `json:"manifests"`
	Flows      []Flow                       `json:"flows"`
}

// Endpoint is something with an address.
type Endpoint struct {
	// Kind is pod, world, apiServer (outside the cluster), host (the node that pods run on), remote-node, health,
	// ingress, init or unmanaged.
	Kind           string            `json:"kind"`
	Namespace      string            `json:"namespace"`
	Labels         map[string]string `json:"labels"`
	ServiceAccount string            `json:"serviceAccount"`
	Ports          map[string]Port   `json:"ports"`
	// Address of what is outside.
	Address string `json:"address"`
	// Names under which pods have learned the address from DNS.
	Names []string `json:"names"`
}

// Port is a container port.
type Port struct {
	Port     int    `json:"port"`
	Protocol string `json:"protocol"`
}

// Flow is a connection between two endpoints, by their names in the case.
type Flow struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Protocol string `json:"protocol"`
	// Port of the target; for ICMP the type.
	Port uint16 `json:"port"`
	// Request that is sent; a flow through a proxy for HTTP without one carries something else.
	Request *Request `json:"request"`
	// Query is a name asked for over DNS.
	Query string `json:"query"`
}

// Request is an HTTP request.
type Request struct {
	Method string `json:"method"`
	// Target is path and query.
	Target string `json:"target"`
	// Host is the Host header, with its port if it has one.
	Host string `json:"host"`
	// Headers by name in lowercase.
	Headers map[string]string `json:"headers"`
}

// Answer to a case; the lists are in the case's order.
type Answer struct {
	Error     string     `json:"error,omitempty"`
	Manifests []Problems `json:"manifests"`
	Flows     []Verdict  `json:"flows"`
}

// Problems of a manifest; with any of them it is not enforced.
type Problems struct {
	// Schema is what the CRD's schema and the search for unknown fields say.
	Schema string `json:"schema,omitempty"`
	// Agent is what the agent says when it parses the object.
	Agent string `json:"agent,omitempty"`
}

// Verdict of a flow per direction: allowed, dropped, or refused by the proxy that reads requests; empty where no pod
// is at that end.
type Verdict struct {
	Egress  string `json:"egress,omitempty"`
	Ingress string `json:"ingress,omitempty"`
}

const (
	allowed = "allowed"
	dropped = "dropped"
	refused = "refused"
)
