package goroutines

import (
	"iter"
	"strings"
)

// IDs is a set of goroutines.
type IDs map[int64]struct{}

// IDs returns the goroutines of the snapshot, to tell later which ones are new.
func (s *Snapshot) IDs() IDs {
	ids := make(IDs, len(s.Goroutines))
	for i := range s.Goroutines {
		ids[s.Goroutines[i].ID] = struct{}{}
	}
	return ids
}

// Since returns the goroutines that are not among those before, nor the one that looked, nor of the runtime's
// or the testing package's own, nor of another test than that of the goroutine test: if they do not end, they are
// leaks.
func (s *Snapshot) Since(before IDs, test int64) iter.Seq[*Goroutine] {
	return func(yield func(*Goroutine) bool) {
		for i := range s.Goroutines {
			g := &s.Goroutines[i]
			if _, old := before[g.ID]; i > 0 && !old && !g.System() && !s.foreign(test, g) && !yield(g) {
				return
			}
		}
	}
}

// System tells whether the goroutine is the runtime's or the testing package's own, so that no test can be
// blamed for it. What they are is learned from go.uber.org/goleak (its options.go), and from the sources
// of those packages.
func (g *Goroutine) System() bool {
	if g.ID == 1 { // main, which runs the tests
		return true
	}
	switch packageOf(g.Creator().Function) {
	case "testing", "internal/fuzz": // tests, benchmarks and their helpers
		return true
	}
	if g.isTest() {
		return true
	}
	bottom := g.bottom().Function
	switch bottom {
	case "os/signal.loop", "runtime/pprof.profileWriter":
		return true
	}
	switch path := packageOf(bottom); {
	// runFinalizers, runCleanups and so on, which are seen only while they run a user's function; goexit, of
	// threads that C code made (golang.org/issue/16714).
	case path == "runtime", path == "runtime/trace", path == "runtime/coverage", path == "internal/coverage":
		return true
	}
	switch top, _ := g.top(); {
	case top.Function == "os/signal.signal_recv", top.Function == "runtime.ReadTrace":
		return true
	case strings.HasPrefix(top.Function, "testing."):
		return g.kind == Sync // waits for a test, or for its turn to be parallel
	}
	return false
}
