package orchestrate

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

// A leakCheck finds goroutines that a scenario leaves behind. It waits for them as go.uber.org/goleak does:
// goroutines need not have ended the moment that nobody needs them any more.
type leakCheck struct {
	looker goroutines.Looker
	before goroutines.IDs // which existed before the scenario
	owner  int64          // the goroutine of the scenario function
}

func newLeakCheck() *leakCheck {
	l := &leakCheck{owner: goroutines.Self().ID()}
	l.before = l.looker.Look().IDs()
	return l
}

// leaked returns the stacks of the goroutines that are left after the time of grace, with places as short says.
func (l *leakCheck) leaked(grace time.Duration, short func(place) string) (stacks []string) {
	for tries, start := 0, time.Now(); ; tries++ {
		snapshot := l.looker.Look()
		left := slices.Collect(snapshot.Since(l.before, l.owner))
		switch {
		case len(left) == 0 && !l.newborn(snapshot):
			return nil
		case inBubble() && tries < 100, tries < yields:
			runtime.Gosched()
		case inBubble() || time.Since(start) >= grace:
			for _, g := range left {
				on, file, line := g.Wait()
				stacks = append(stacks, fmt.Sprintf("goroutine %d, %s at %s\n%s", g.ID, on, short(place{file, line}), g.Stack()))
			}
			return stacks
		default:
			time.Sleep(min(shortestNap<<min(tries, 20), longestPause))
		}
	}
}

// newborn reports whether there is a goroutine that has not run yet: its stack looks like one of the runtime's own.
func (l *leakCheck) newborn(s *goroutines.Snapshot) bool {
	for i := range s.Goroutines {
		g := &s.Goroutines[i]
		if _, old := l.before[g.ID]; old || g.State != "runnable" {
			continue
		}
		for f := range g.Frames() {
			if f.Function == "runtime.goexit" {
				return true
			}
		}
	}
	return false
}

// checkLeaks fails the scenario if it leaves a goroutine behind. If it failed already, or if its threads did
// not end, that is no wonder.
func (t *T) checkLeaks() {
	if t.leaks == nil || t.stuck || t.Failed() {
		return
	}
	stacks := t.leaks.leaked(t.course.limits.window, t.course.lookout.short)
	if len(stacks) == 0 {
		return
	}
	noun := "a goroutine"
	if len(stacks) > 1 {
		noun = fmt.Sprintf("%d goroutines", len(stacks))
	}
	fmt.Fprintf(t.Output(), "leak: the scenario left %s behind (orchestrate.NoLeaks, --fail-on-leak)\n", noun)
	for _, stack := range stacks {
		fmt.Fprintf(t.Output(), "\n%s", stack)
	}
	t.TB.Fail()
	t.failIn(0)
}
