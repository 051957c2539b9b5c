package main

import "encoding/json"

// Case is a mesh with policies in it, and flows to ask about.
type Case struct {
	// RootNamespace is where policies for the whole mesh live.
	RootNamespace string              `json:"rootNamespace"`
	Workloads     map[string]Workload `json:"workloads"`
	Manifests     []json.RawMessage   `json:"manifests"`
	Flows         []Flow              `json:"flows"`
}

// Workload is a pod, or anything else that connects.
type Workload struct {
	Namespace      string            `json:"namespace"`
	Labels         map[string]string `json:"labels"`
	ServiceAccount string            `json:"serviceAccount"`
	Address        string            `json:"address"`
	// Sidecar says whether it has a proxy of Istio's, which as a client uses mutual TLS wherever it may.
	Sidecar bool `json:"sidecar"`
}

// Flow is a connection between two workloads, by their names in the case.
type Flow struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Port of the target's own, behind any Service.
	Port uint32 `json:"port"`
	// Request that is sent; without one the port does not speak HTTP, as its Service declares.
	Request *Request `json:"request"`
}

// Request is an HTTP request.
type Request struct {
	Method string `json:"method"`
	// Target is path and query. Proxies normalise paths before they compare them, so give a normal one.
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
	// Flows are allowed, refused by authorization, or plaintext where mutual TLS is demanded.
	Flows []string `json:"flows"`
}

// Problems of a manifest; with any of them it is not enforced.
type Problems struct {
	// Unknown is what a strict reader says about fields; the webhook drops them silently.
	Unknown string `json:"unknown,omitempty"`
	// Webhook is what the validation of Istio's webhook says.
	Webhook string `json:"webhook,omitempty"`
}

const (
	allowed   = "allowed"
	refused   = "refused"
	plaintext = "plaintext"
)
