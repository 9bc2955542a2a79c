package runner

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/orchtest/orchtest/explore"
)

// unlimited is a number of scenarios that nobody comes to: then it is --time or a failure that ends an
// exploration.
const unlimited = math.MaxInt

// A timer tells when --time is over. It begins when the first scenario can be run, so that it does not matter how
// long the tests took to build.
type timer struct {
	began atomic.Pointer[time.Time]
}

// begin lets the time begin, unless it has.
func (t *timer) begin(now time.Time) { t.began.CompareAndSwap(nil, &now) }

// timeUp reports whether no further scenario is to be started.
func (r *run) timeUp() bool {
	began := r.timer.began.Load()
	return r.Time > 0 && began != nil && r.Now().Sub(*began) >= r.Time
}

// limitOf returns how many scenarios of a call are to be run at most. In a hunt only what draws has rounds: anything
// else goes on as long as there is more.
func (r *run) limitOf(strategy string) int {
	if r.UntilFailure && slices.Contains([]string{explore.Permutations, explore.FewestSwitches, explore.Tree}, strategy) {
		return unlimited
	}
	return r.MaxScenarios
}

// endless reports whether no number of scenarios was asked for.
func (r *run) endless() bool { return r.UntilFailure || r.MaxScenarios == unlimited }

// late notes that scenarios of a call were left out since the time was over.
func (x *exploration) late(call *exploredCall) {
	if !x.r.timeUp() || x.failed.Load() {
		return
	}
	x.r.mu.Lock()
	ran := call.tally.sum()
	x.r.mu.Unlock()
	switch {
	case call.search == nil:
		call.outOfTime = ran < call.pins()
	case x.r.UntilFailure:
		call.outOfTime = call.search.Progress().More
	default:
		call.outOfTime = ran < call.limit && call.search.Wait()
	}
}

// hunt goes on with what draws, a round for each further seed, until a test fails. It ends when a round has run
// nothing: all that there is was run.
func (x *exploration) hunt(ctx context.Context) {
	for round, more := 2, true; x.r.UntilFailure && more; round++ {
		more = false
		for _, call := range x.calls {
			search, ok := call.search.(explore.Repeater)
			seed := x.r.Seed + uint64(round-1)
			if !ok || call.limit == 1 || x.stopped(ctx) || !search.Again(seed, x.r.MaxScenarios) {
				continue
			}
			before := x.announce(call, round, seed)
			end := x.follow(call)
			x.scenarios(ctx, call)
			end()
			x.late(call)
			x.r.mu.Lock()
			call.rounds = round
			more = more || call.tally.sum() > before
			x.r.mu.Unlock()
		}
	}
}

// nothingLeft says that a hunt has ended for want of anything to run.
func (r *run) nothingLeft() {
	if r.UntilFailure && !r.verdict.failed.Load() && !r.timeUp() && r.ctx.Err() == nil {
		fmt.Fprintln(r.Stderr, "orchtest: --until-failure: there is nothing left to run, and all passed; "+
			"a test that depends on more than the order of its threads may still fail in another run")
	}
}

// announce tells the user of a round of a hunt, which may go on for hours. It returns how many scenarios have been
// run so far.
func (x *exploration) announce(call *exploredCall, round int, seed uint64) int {
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	ran := call.tally.sum()
	fmt.Fprintf(x.r.Stderr, "orchtest: %s: round %d, seed %d, after %d scenarios\n", x.test.name, round, seed, ran)
	return ran
}
