package explore

import (
	"math/big"
	"slices"
	"sync"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// Known are executions that were run, whoever chose them. Of a sequence it foretells whether it executes like one
// of them. It keeps about 20 bytes for each of their turns, and some 64 MB at most. Its methods may be called from
// several goroutines at once.
type Known struct {
	space Space
	most  int // bytes, about

	mu     sync.Mutex
	trie   trie
	index  map[string]int // of executions, by their turns as far as these could be chosen
	names  map[string]bool
	all    []knownExecution
	counts []int // how many there are, by their preemptions
	size   int   // bytes, about
}

// A knownExecution is what is needed to have its report again.
type knownExecution struct {
	turns           string // as [protocol.AppendPassed] writes them
	failedTurn      int
	failed, skipped bool
}

// NewKnown returns one that knows nothing yet. The space is not to be a tree.
func NewKnown(space Space) *Known {
	k := &Known{space: space, index: map[string]int{}, names: map[string]bool{}, most: 64 << 20}
	k.trie.space = &k.space
	return k
}

// Add adds the scenario of a name, unless there is too much already. If it has diverged, or there is no report of it,
// what it executed is not known, and just the name is.
func (k *Known) Add(name []int, report *protocol.Scenario) {
	x := k.space.Read(nil, report)
	text := permutations.Format(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.size >= k.most || k.names[text] {
		return
	}
	k.names[text] = true
	if k.size += len(text) + 50; x.known && slices.Equal(name, x.Sequence) {
		k.add(x, report)
	}
}

// add adds an execution. It is called under mu.
func (k *Known) add(x Execution, report *protocol.Scenario) {
	k.trie.insert(x)
	turns := permutations.Format(k.trie.course.turns)
	text := string(protocol.AppendPassed(nil, report.Turns))
	k.index[turns] = len(k.all)
	k.all = append(k.all, knownExecution{text, report.FailedTurn, report.Failed, report.Skipped})
	k.size += 2*len(text) + 16*len(report.Turns) + 100
	cost := k.space.Preemptions(report)
	for len(k.counts) <= cost {
		k.counts = append(k.counts, 0)
	}
	k.counts[cost]++
}

// Full reports whether there is more than is kept.
func (k *Known) Full() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.size >= k.most
}

// Has reports whether it knows the name.
func (k *Known) Has(name []int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.names[permutations.Format(name)]
}

// Find returns what a sequence executes, without the places where turns came to their ends; nil where that is not
// known.
func (k *Known) Find(sequence []int) *protocol.Scenario {
	k.mu.Lock()
	defer k.mu.Unlock()
	turns, _, leaves := k.trie.follow(sequence)
	i, ok := k.index[permutations.Format(turns)]
	if leaves || !ok {
		return nil
	}
	x := k.all[i]
	taken, err := protocol.ReadPassed(x.turns, len(k.space.Counts))
	if err != nil {
		return nil // turns of a thread that was not planned
	}
	return &protocol.Scenario{
		Version: protocol.Version, Sequence: sequence, Turns: taken,
		FailedTurn: x.failedTurn, Failed: x.failed, Skipped: x.skipped,
	}
}

// Untried returns how many sequences there are with fewer preemptions, less the executions that are known with
// fewer. How many of these sequences are infeasible is not known; and of a shard's part neither is how many there are: it
// is then how many there may be at most.
func (k *Known) Untried(preemptions int) *big.Int {
	left := new(big.Int)
	for n := range preemptions {
		left.Add(left, permutations.CountPreemptions(k.space.Counts, n))
	}
	if k.space.Symmetric {
		left.Quo(left, permutations.Represented(k.space.classes()))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for n := range min(preemptions, len(k.counts)) {
		left.Sub(left, big.NewInt(int64(k.counts[n])))
	}
	if k.space.part != nil {
		if others := k.space.Count(); others.Sub(others, big.NewInt(int64(len(k.all)))).Cmp(left) < 0 {
			left = others
		}
	}
	if left.Sign() < 0 {
		left.SetInt64(0) // where threads block, executions have fewer preemptions than their sequences
	}
	return left
}

// Preemptions returns how many an execution has: turns of another thread while the one before could go on, and had
// planned turns left.
func (s Space) Preemptions(report *protocol.Scenario) int {
	x := s.Read(nil, report)
	var c course
	c.load(len(s.Counts), x, 0)
	left, cost := slices.Clone(s.Counts), 0
	for at, thread := range c.turns {
		if running := c.running(at, left); running >= 0 && running != thread {
			cost++
		}
		left[thread]--
	}
	return cost
}

// running returns the thread that is preempted if another one has the turn of that index; -1 if none is.
func (c *course) running(at int, left []int) int {
	if at > 0 && left[c.turns[at-1]] > 0 && c.ready(at, c.turns[at-1]) {
		return c.turns[at-1]
	}
	return -1
}
