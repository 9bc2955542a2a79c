package hunt

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/protocol"
)

// inconclusive ends the process: what would have come of the schedule is not known.
func (s *schedule) inconclusive(reason string) {
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntInconclusive, Reason: reason})
	os.Exit(told)
}

// diverges reports that a replay has left its trace.
func (s *schedule) diverges() {
	s.h.end()
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntDiverged, Reason: s.h.diverged()})
}

// notHuntable ends the process: the test does what is not under control.
func (s *schedule) notHuntable(reason string) {
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntNotHuntable, Reason: reason})
	os.Exit(told)
}

// NotHuntable ends the process if a test is being hunted: the operation at the site is not under control.
func NotHuntable(site, reason string) {
	if s := running.Load(); s != nil {
		s.notHuntable(reason + " at " + placeIn(site))
	}
}

// fails reports that the test has failed.
func (s *schedule) fails() {
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntFinding, Finding: s.finding(protocol.FoundFailure, "failed test", "")})
}

// races reports that there was a data race, of which the detector tells.
func (s *schedule) races() {
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntFinding, Finding: s.finding(protocol.FoundRace, "data race", "")})
}

// panicked reports that a thread panicked, whose deferred function calls it.
func (s *schedule) panicked(th *thread, value any) {
	stack := string(debug.Stack())
	if i := strings.Index(stack, "\npanic("); i >= 0 {
		if frames := strings.SplitN(stack[i+1:], "\n", 3); len(frames) == 3 {
			stack = frames[2]
		}
	}
	f := s.finding(protocol.FoundPanic, "", fmt.Sprintf("panic: %v", value))
	f.Threads[th.id].Stack = stack
	s.crashes.Store(true)
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntFinding, Finding: f})
}

// panics reports that the goroutine of the test, or of a subtest, panics, which is about to end the process: what it
// prints says of what, and where.
func (s *schedule) panics() {
	s.crashes.Store(true)
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntFinding, Finding: s.finding(protocol.FoundPanic, "", "panic")})
}

// panicking reports whether the calling cleanup function runs because its test panics: to recover the panic it would have
// to be deferred by the test.
func panicking() bool {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var frame runtime.Frame
		switch frame, more = frames.Next(); frame.Function {
		case "runtime.gopanic":
			return true
		case "runtime.Goexit", "testing.tRunner":
			return false
		}
	}
	return false
}

// blocked reports a deadlock, or a leak if the test has come to its end: no thread can go on, and none that is
// not hunted will wake one.
func (s *schedule) blocked(snapshot *goroutines.Snapshot) {
	kind, text := protocol.FoundDeadlock, "deadlock: no goroutine can go on"
	if s.t.Failed() {
		kind, text = protocol.FoundFailure, "failed test; and then no goroutine can go on"
	} else if s.isMainOver() {
		kind, text = protocol.FoundLeak, "leak: the test has ended, and goroutines that it started are blocked for ever"
		if !slices.ContainsFunc(s.live, (*thread).isNew) {
			return // they were there before
		}
	}
	f := s.finding(kind, "", text)
	var sites []string
	for _, th := range s.live {
		if !th.isNew() {
			continue
		}
		d := &f.Threads[th.id]
		d.On, d.At, d.Since = strings.ReplaceAll(firstOf(th.site), "\t", " "), placeIn(th.site), th.since
		if g := snapshot.Goroutine(th.g.ID()); g != nil {
			on, file, line := g.Wait()
			d.On, d.At, d.Stack = on, s.h.short(file, line), g.Stack()
		}
		sites = append(sites, d.On+" at "+d.At)
	}
	slices.Sort(sites)
	f.Identity = kind + ": " + strings.Join(slices.Compact(sites), "; ")
	s.tellLast(protocol.HuntReport{Kind: protocol.HuntFinding, Finding: f})
}

func firstOf(site string) string {
	op, _, _ := strings.Cut(site, "\t")
	return op
}

// isNew reports whether the thread's goroutine was started in this schedule.
//
//go:norace
func (th *thread) isNew() bool {
	return th.parent >= 0 || th == th.s.main || th.g.ID() > th.s.main.g.ID()
}

// finding describes a finding of a kind, with the threads and the turns so far.
//
//go:norace
func (s *schedule) finding(kind, identity, text string) *protocol.Finding {
	f := &protocol.Finding{Kind: kind, Identity: kind + ": " + identity, Text: text}
	for _, th := range s.all {
		f.Threads = append(f.Threads, protocol.HuntThread{Number: th.id, Parent: th.parent, Started: th.made, Ended: th.Ended()})
	}
	turns := s.turns
	if len(turns) > mostTurns {
		f.Skipped = len(turns) - mostTurns
		turns = turns[f.Skipped:]
	}
	for _, tu := range turns {
		f.Turns = append(f.Turns, protocol.HuntTurn{Thread: tu.thread, From: tu.from, To: tu.to, Blocked: tu.blocked, Until: tu.until})
	}
	return f
}

// mostTurns is how many turns of a schedule a finding shows.
const mostTurns = 2000
