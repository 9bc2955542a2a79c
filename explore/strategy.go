package explore

import (
	"cmp"
	"fmt"
	"math/big"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Strategy decides which scenarios of a call are run, and in which order. Its methods may be called
// from several goroutines at once.
type Strategy interface {
	// Wait returns true once there is a job, and false once there will be none any more. It waits while
	// jobs are running whose executions may give further ones.
	Wait() bool
	// Next returns the next job, or nil if there is none at the moment: it does not wait. Each job is to be
	// handed to Done, whatever became of it.
	Next() *Job
	// Done takes what became of a job.
	Done(job *Job, x Execution)
	// Progress tells what is known by now.
	Progress() Progress
}

// A Job is a scenario to be run.
type Job struct {
	// Prefix are the turns that its execution begins with, as far as they could be foreseen. No other job
	// has an execution that begins so. It is not to be changed.
	Prefix []int
	// Ask is the sequence to be asked for; nil stands for Prefix. It is not to be changed.
	Ask []int

	space  *Space
	edge   bool    // it goes along the first sequence of a shard's part
	branch *branch // of a Search
	number int     // among the jobs of the branch, or the draws of the sample
	cost   int     // of a Fewest
	sample *Sample // that it is of
	step   step    // of a Sample
}

// A Progress is what can be said of an exploration so far.
type Progress struct {
	// Infeasible is how many sequences are known to execute like another one. In a tree, which has no
	// sequences, it is nil.
	Infeasible *big.Int
	// More tells that executions are left that were not run, or that some may be: not all is known.
	More bool
	// Over tells that there will be no further job, though some sequences may be left.
	Over bool
	// Repeated tells that some executions may have been run more than once.
	Repeated bool
	// Strategies say how the scenarios were chosen. They are nil for the permutations, in their order.
	Strategies []protocol.Strategy
}

// A Config says how the executions of a call are explored.
type Config struct {
	// Strategy is one of [Strategies]. "" are the permutations where Enough is enough for all sequences, or
	// for the serial run alone; else half of that is for the fewest switches, and what is left of Limit is random.
	Strategy string
	Limit    int    // how many scenarios of the whole space are to be run at most, the serial one included
	Enough   int    // Limit, or less; 0 is Limit
	Seed     uint64 // of what is drawn
	Depth    int    // of pct, 1 or more
}

// Names of the strategies.
const (
	Permutations   = "permutations"
	FewestSwitches = "fewest-switches"
	AtRandom       = "random"
	WithPCT        = "pct"
	Tree           = "tree"
)

// mixed is half of fewest-switches and half of random.
const mixed = "mixed"

// Strategies are the names of all strategies.
func Strategies() []string { return []string{Permutations, FewestSwitches, AtRandom, WithPCT, Tree} }

// Choose returns the strategy that is asked for. The execution is that of the serial run, and the space
// is to be a tree if the strategy is.
func (c Config) Choose(space Space, serial Execution) Strategy {
	c.Enough = cmp.Or(c.Enough, c.Limit)
	if c.Strategy == "" {
		// What all shards do is decided by what they have together.
		whole := space
		whole.part = nil
		c.Strategy = Permutations
		if c.Limit > 1 && whole.Count().Cmp(big.NewInt(int64(c.Enough))) > 0 {
			c.Strategy = mixed
		}
	}
	c.Limit, c.Enough = space.Limit(c.Limit), space.Limit(c.Enough)
	switch c.Strategy {
	case Permutations, Tree:
		search := space.Search(serial)
		search.limit = c.Limit
		return search
	case FewestSwitches:
		return NewFewest(space, serial, c.Limit)
	case AtRandom, WithPCT:
		return newSample(space, serial, c)
	case mixed:
		return newMix(space, serial, c)
	}
	panic(fmt.Sprintf("explore: there is no strategy %q", c.Strategy))
}
