// Command istio asks Istio's own code about manifests: is each valid, and which flows does a target's sidecar let in.
//
// It reads cases as JSON from its input, one after the other, and writes one answer per case and line, in order, until
// the input ends. A case that cannot be read ends the program with status 2.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"istio.io/istio/pkg/log"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance/istio:", err)
		os.Exit(2)
	}
}

func run(in io.Reader, out io.Writer) error {
	quiet()
	decoder := json.NewDecoder(bufio.NewReader(in))
	decoder.DisallowUnknownFields()
	writer := bufio.NewWriter(out)
	encoder := json.NewEncoder(writer)
	for {
		var asked Case
		if err := decoder.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(answer(asked)); err != nil {
			return err
		}
		if err := writer.Flush(); err != nil {
			return err
		}
	}
}

// quiet keeps Istio's log off the standard output, where answers go.
func quiet() {
	for _, scope := range log.Scopes() {
		scope.SetOutputLevel(log.NoneLevel)
	}
}

func answer(asked Case) Answer {
	given := Answer{Manifests: make([]Problems, len(asked.Manifests)), Flows: make([]string, len(asked.Flows))}
	policies := newPolicies(asked.RootNamespace)
	for i, raw := range asked.Manifests {
		object, problems := read(raw)
		given.Manifests[i] = problems
		if problems == (Problems{}) {
			policies.add(object)
		}
	}
	sidecars := map[string]*sidecar{}
	for i, flow := range asked.Flows {
		verdict, err := judge(asked, policies, sidecars, flow)
		if err != nil {
			return Answer{Error: fmt.Sprintf("flow %d from %s to %s: %v", i, flow.From, flow.To, err)}
		}
		given.Flows[i] = verdict
	}
	return given
}

func judge(asked Case, policies *policies, sidecars map[string]*sidecar, flow Flow) (string, error) {
	source, known := asked.Workloads[flow.From]
	target, alsoKnown := asked.Workloads[flow.To]
	if !known || !alsoKnown {
		return "", errors.New("both ends must be workloads of the case")
	}
	if !target.Sidecar {
		return allowed, nil
	}
	if sidecars[flow.To] == nil {
		made, err := policies.sidecarOf(target)
		if err != nil {
			return "", err
		}
		sidecars[flow.To] = made
	}
	return sidecars[flow.To].verdict(source, target, flow)
}
