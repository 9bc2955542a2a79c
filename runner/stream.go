package runner

import (
	"errors"
	"io"
	"sync/atomic"

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

// A verdictSink finds out whether anything failed.
type verdictSink struct{ failed atomic.Bool }

func (v *verdictSink) event(e parse.Event, _ bool) error {
	if e.Action == parse.ActionFail || e.Action == parse.ActionBuildFail {
		v.failed.Store(true)
	}
	return nil
}
