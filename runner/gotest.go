package runner

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// goTest runs the plan run, and the scenarios of the orchestrated tests in it as they become known.
// It returns when all that has ended.
func (r *run) goTest() error {
	reader := &eventReader{event: r.event, other: r.nonEvent}
	if r.only != nil {
		reader.event = r.gather
	}
	errs := &copied{w: r.Stderr}
	r.slots = newSlots(r.Parallel)
	e, err := r.planRun(reader, errs)
	reader.close()
	if err == nil && r.only != nil {
		err = r.single()
	}
	r.explorations.Wait()
	r.slots.close()
	r.stopBuilds() // nobody waits for one any more
	r.background.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeper.finish(err == nil && e.status == "")
	switch {
	case err != nil:
		return err
	case r.err != nil:
		return r.err
	case r.ctx.Err() != nil:
		return context.Cause(r.ctx)
	case e.status != "" && !reader.any:
		// It did not come to testing. What is wrong stands on standard error.
		if errs.n == 0 {
			return usagef("go test: %s", e.status)
		}
		return &UsageError{ErrSaid}
	case e.status != "" || r.verdict.failed.Load():
		return ErrFailed
	}
	return nil
}

// planRun runs go test, less what the journal has of it.
func (r *run) planRun(reader *eventReader, errs *copied) (exit, error) {
	if r.journal != nil {
		r.journal.replay(r.event)
		if r.rest != nil && len(r.rest) == 0 {
			return exit{}, nil
		}
		reader.event = func(e parse.Event) {
			if r.ctx.Err() == nil { // else it may tell of an end that the interrupt has put to it
				r.journal.event(e)
			}
			r.event(e)
		}
	}
	return r.executor.execute(r.ctx, command{
		path: r.goTool,
		args: r.testArgs(),
		dir:  r.Dir,
		env: with(with(r.Env, protocol.EnvMode, protocol.ModePlan),
			protocol.EnvTimeout, r.ScenarioTimeout.String()),
		output: reader,
		errors: errs,
	})
}

// testArgs are the arguments of the go command for the plan run.
func (r *run) testArgs() []string {
	args := slices.Concat([]string{"test", "-json"}, r.buildFlags(), r.goArgs.test)
	if r.coverage != nil {
		args = append(args, "-coverprofile="+r.coverage.plan)
	}
	if r.Run != "" {
		args = append(args, "-run="+r.Run)
	}
	if r.rest != nil {
		args = append(args, r.rest...)
	} else {
		args = append(args, r.patterns()...)
	}
	if len(r.goArgs.own) > 0 {
		args = append(append(args, "-args"), r.goArgs.own...)
	}
	return args
}

// event deals with an event of go test.
func (r *run) event(e parse.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeper.event(e)
}

// nonEvent deals with a line of go test that is no event: some of its errors are printed so.
func (r *run) nonEvent(line []byte) {
	fmt.Fprintf(r.Stderr, "%s\n", line)
}

// An eventReader is an io.Writer that takes the output of go test -json apart into events.
type eventReader struct {
	event func(parse.Event)
	other func(line []byte) // a line that is no event
	any   bool              // there was an event

	line []byte
}

func (r *eventReader) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, tail, found := bytes.Cut(rest, []byte("\n"))
		r.line = append(r.line, line...)
		if found {
			r.close()
		}
		rest = tail
	}
	return len(p), nil
}

// close deals with the line that is complete.
func (r *eventReader) close() {
	line := bytes.TrimRight(r.line, "\r")
	if len(line) == 0 {
		return
	}
	r.line = nil // an event keeps its line
	e, err := parse.Decode(line)
	if err != nil {
		r.other(line)
		return
	}
	r.any = true
	r.event(e)
}

// copied is an io.Writer that counts what it hands on.
type copied struct {
	w io.Writer
	n int
}

func (c *copied) Write(p []byte) (int, error) {
	c.n += len(p)
	return c.w.Write(p)
}
