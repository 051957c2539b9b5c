package main

import (
	"encoding/json"
	"fmt"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
)

// read turns a manifest into what Istio works with, and asks its validation.
func read(raw json.RawMessage) (*config.Config, Problems) {
	object := &crd.IstioKind{}
	if err := json.Unmarshal(raw, object); err != nil {
		return nil, Problems{Unknown: err.Error()}
	}
	kind := object.GroupVersionKind()
	schema, known := collections.Pilot.FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&kind))
	if !known {
		return nil, Problems{Unknown: fmt.Sprintf("kind %s is none of Istio's", kind)}
	}
	var problems Problems
	if len(object.Spec) > 0 {
		if spec, err := schema.NewInstance(); err != nil {
			problems.Unknown = err.Error()
		} else if err := config.ApplyJSONStrict(spec, string(object.Spec)); err != nil {
			problems.Unknown = err.Error()
		}
	}
	converted, err := crd.ConvertObject(schema, object, "")
	if err == nil {
		_, err = schema.ValidateConfig(*converted)
	}
	if err != nil {
		problems.Webhook = err.Error()
	}
	return converted, problems
}
