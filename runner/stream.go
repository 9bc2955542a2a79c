package runner

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A sink reads the event stream.
type sink interface {
	// event takes the next event. ofPassing marks what a scenario printed that has passed: there may
	// be very much of it, and only those who show everything care.
	event(e parse.Event, ofPassing bool) error
}

// A stream hands each event to all who read it. It is called by one goroutine at a time.
type stream struct {
	sinks []sink
	err   error // the first of a sink; what comes after it is lost on that sink alone
}

func (s *stream) emit(e parse.Event) { s.send(e, false) }

func (s *stream) send(e parse.Event, ofPassing bool) {
	for _, sink := range s.sinks {
		if err := sink.event(e, ofPassing); err != nil {
			s.err = errors.Join(s.err, err)
		}
	}
}

// A jsonSink writes the stream as go test -json does: an event a line.
type jsonSink struct{ w io.Writer }

func (j *jsonSink) event(e parse.Event, _ bool) error {
	if j.w == nil {
		return nil
	}
	_, err := j.w.Write(append(e.Line(), '\n'))
	if err != nil {
		j.w = nil // said once
	}
	return err
}

// A verdictSink finds out whether anything failed, and did not pass when it was run again.
type verdictSink struct {
	failed atomic.Bool

	failures map[testName]bool // Test is empty for a package
	again    map[string]bool   // packages of which tests are run again
	unbuilt  bool
}

func (v *verdictSink) event(e parse.Event, _ bool) error {
	name := testName{e.Package, e.Test}
	switch {
	case e.Action == parse.ActionBuildFail:
		v.unbuilt = true
	case e.Action == parse.ActionFail:
		if v.failures == nil {
			v.failures = map[testName]bool{}
		}
		v.failures[name] = true
	case e.Action == parse.ActionPass && v.again[e.Package]:
		delete(v.failures, name)
	case e.Key == protocol.AttrRerun && e.Test == "":
		if v.again == nil {
			v.again = map[string]bool{}
		}
		v.again[e.Package] = true
	default:
		return nil
	}
	v.failed.Store(v.unbuilt || len(v.failures) > 0)
	return nil
}
