// Command cilium asks Cilium's own policy engine about manifests: is each valid, and which flows pass.
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
	"log/slog"
	"os"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance/cilium:", err)
		os.Exit(2)
	}
}

func run(in io.Reader, out io.Writer) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	if err := configure(logger); err != nil {
		return err
	}
	judge, err := newJudge(logger)
	if err != nil {
		return err
	}
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
		if err := encoder.Encode(answer(logger, judge, asked)); err != nil {
			return err
		}
		if err := writer.Flush(); err != nil {
			return err
		}
	}
}

func answer(logger *slog.Logger, judge *judge, asked Case) Answer {
	manifests := judge.manifests(asked)
	verdicts, err := verdicts(logger, asked, manifests)
	if err != nil {
		return Answer{Error: err.Error()}
	}
	problems := make([]Problems, len(manifests))
	for i, one := range manifests {
		problems[i] = one.problems
	}
	return Answer{Manifests: problems, Flows: verdicts}
}
