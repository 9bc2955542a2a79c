package hunt

import (
	"fmt"
	"os"
	"runtime"

	"github.com/orchtest/orchtest/lib/internal/decide"
	"github.com/orchtest/orchtest/lib/protocol"
)

// deciders make the decisions of a process's schedules: strategies, or a trace that is replayed.
type deciders struct {
	portfolio *decide.Portfolio
	trace     *decide.Trace // that is replayed; nil where none is
	replay    *decide.Replay
	lenient   *decide.Lenient
	recorder  decide.Recorder
	searches  bool // by delays, and nothing else
	over      bool // there is no schedule any more
}

func (d *deciders) start(r *protocol.HuntRequest) (err error) {
	if r.Replay != "" {
		text, err := os.ReadFile(r.Replay)
		if err != nil {
			return err
		}
		if d.trace, err = decide.ParseTrace(string(text)); err != nil {
			return fmt.Errorf("%s: %w", r.Replay, err)
		}
		r.MaxSteps = max(r.MaxSteps, len(d.trace.Decisions))
		return nil
	}
	d.portfolio, err = decide.NewPortfolio(decide.Config{
		Strategies: r.Strategies, Seed: r.Seed, Depth: r.Depth, Length: r.Length, Delay: r.Delay,
	})
	d.searches = err == nil && len(r.Strategies) == 1 && d.portfolio.Delay() != nil
	return err
}

// begin begins the schedule of a number. It returns false where there are none any more.
func (d *deciders) begin(number int, lenient bool) bool {
	switch {
	case d.trace == nil:
		d.over = !d.portfolio.Begin(number)
		d.recorder.Decider = d.portfolio
	case lenient:
		d.lenient = decide.NewLenient(d.trace)
		d.recorder.Decider = d.lenient
	default:
		d.replay = decide.NewReplay(d.trace)
		d.recorder.Decider = d.replay
	}
	d.recorder.Begin()
	return !d.over
}

// end ends a schedule.
func (d *deciders) end() {
	if d.portfolio != nil {
		d.portfolio.End()
		d.over = d.searches && d.portfolio.Delay().Over()
	}
	if d.replay != nil {
		d.replay.End()
	}
}

// diverged says where a replay has left its trace; "" where it has not.
func (d *deciders) diverged() string {
	if d.replay == nil || !d.replay.Diverged().Is {
		return ""
	}
	where := d.replay.Diverged().String()
	if recorded := d.trace.Header.Go; recorded != "" && recorded != runtime.Version() {
		where += "; it was recorded with " + recorded + ", and this is " + runtime.Version()
	}
	return where
}

// exhausted reports whether there are no schedules any more that were not run: there is one only where nothing was
// to be decided, also not in those before, the longest of which had so many decisions.
func (d *deciders) exhausted(longest int) bool {
	return d.over || max(longest, d.recorder.Len()) == 0 || d.searches && d.portfolio.Delay().Exhausted()
}

// recorded is the trace of the schedule that is running, or the last one.
func (s *schedule) recorded() *decide.Trace {
	r, d := &s.h.request, &s.h.deciders
	h := decide.Header{Test: r.Test, Seed: r.Seed, Schedule: s.number, Depth: r.Depth, Length: r.Length, Go: runtime.Version()}
	if d.portfolio != nil {
		h.Strategy = d.portfolio.Name()
	} else {
		h.Strategy, h.Seed, h.Schedule = d.trace.Header.Strategy, d.trace.Header.Seed, d.trace.Header.Schedule
	}
	return d.recorder.Trace(h)
}

// describe completes a report, after the schedule's end.
func (d *deciders) describe(s *schedule, r *protocol.HuntReport) {
	r.Hash = fmt.Sprintf("%016x", d.recorder.Hash())
	if r.Finding != nil || d.lenient != nil {
		r.Trace = s.recorded().String()
	}
	if d.portfolio == nil {
		return
	}
	r.Strategy, r.Exhausted = d.portfolio.Name(), d.exhausted(s.h.longest)
	if delay := d.portfolio.Delay(); delay != nil {
		r.Delay = delay.State()
		r.Exhausted = r.Exhausted && !(d.over && !delay.Exhausted()) // it leaves some out where there are very many
	}
}
