// Package explore decides which sequences of an orchestrated test are run, so that every distinct
// execution is run exactly once.
//
// A sequence may give a turn to a thread that cannot take it: the thread is blocked, as it waits for
// what only another thread can do, or it has ended early. Such a sequence is infeasible: it executes
// like another one. Which ones are is known only from executions, whose reports say for each turn which
// threads were blocked when it was given. So a [Search] starts with the serial run and goes depth
// first: wherever in an execution another thread, of a higher index, could have had the turn, the
// sequences that begin so are a [Job]. A job is one process, and its execution is the first, in
// lexicographic order, of those that begin with its prefix; what it shows gives further jobs.
//
//	search := explore.New(plan.Counts, explore.Read(plan.Counts, nil, serial))
//	for search.Wait() {
//		job := search.Next()
//		report := run(job.Prefix) // a process
//		search.Done(job, explore.Read(plan.Counts, job.Prefix, report))
//	}
//
// Guarantees, for a test that takes the same turns whenever it is asked for the same ones:
//
//   - Each execution that some sequence has is run exactly once, the serial one included.
//   - Once the search is over, the executions and the infeasible sequences are as many as there are
//     sequences ([permutations.Count]).
//   - With one worker the executions come in lexicographic order. Where no thread blocks and each
//     takes the turns that are planned, they are all permutations.
//   - What is still to be done takes little memory: with one worker a single execution, with several
//     as many as these have gone different ways.
//
// Limits: of an execution that is not known, or that did not take the turns it was asked for, the
// sequences below its job cannot be found. They are neither run nor counted as infeasible.
package explore

import (
	"math/big"
	"slices"
	"sync"

	"github.com/orchtest/orchtest/permutations"
)

// A Search goes through the executions of one call of a test. Its methods may be called from several
// goroutines at once.
type Search struct {
	counts []int

	mu         sync.Mutex
	changed    sync.Cond // Wait may have another answer
	branches   []*branch // those with a job to give, the smallest job last
	running    int       // jobs that were given and are not done
	infeasible big.Int
}

// A Job is a scenario to be run: the one process for all sequences that begin in the same way.
type Job struct {
	// Prefix is what its sequences begin with. It is not to be changed.
	Prefix []int

	branch *branch
	number int // among the jobs of the branch
}

// New returns the search for a plan of these counts. The execution is that of the serial run.
func New(counts []int, serial Execution) *Search {
	s := &Search{counts: slices.Clone(counts)}
	s.changed.L = &s.mu
	s.add(&branch{}, serial)
	return s
}

// Wait returns true once there is a job, and false once there will be none any more. It waits while
// jobs are running, since their executions may give further ones.
func (s *Search) Wait() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.branches) == 0 && s.running > 0 {
		s.changed.Wait()
	}
	return len(s.branches) > 0
}

// Next returns the job whose prefix is the smallest, in lexicographic order, or nil if there is none
// at the moment. Each job is to be handed to Done, whatever became of it.
func (s *Search) Next() *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.branches) - 1
	if last < 0 {
		return nil
	}
	b := s.branches[last]
	b.given++
	s.running++
	job := &Job{Prefix: b.prefix(), branch: b, number: b.given}
	if !b.advance() {
		s.branches = s.branches[:last]
	}
	return job
}

// Done takes what became of a job.
func (s *Search) Done(job *Job, x Execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	b := job.branch
	if b.given != job.number {
		// A later job was taken from the branch, which goes its own way.
		b = &branch{floor: len(job.Prefix)}
	}
	s.add(b, x)
	s.changed.Broadcast()
}

// Infeasible returns how many sequences are known to execute like another one.
func (s *Search) Infeasible() *big.Int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return new(big.Int).Set(&s.infeasible)
}

// add lets a branch go on from an execution, and counts what is infeasible there.
func (s *Search) add(b *branch, x Execution) {
	if !x.known {
		return
	}
	s.branches = slices.DeleteFunc(s.branches, func(other *branch) bool { return other == b })
	b.load(s.counts, x)
	if b.odd() {
		s.count(b, x.prefix)
	}
	if b.advance() {
		i := len(s.branches)
		for i > 0 && s.branches[i-1].before(b) {
			i--
		}
		s.branches = slices.Insert(s.branches, i, b)
	}
}

// count adds the sequences that begin as the execution of b does, with so many turns at least, and then
// give a turn to a thread that cannot take it.
func (s *Search) count(b *branch, prefix int) {
	left := slices.Clone(s.counts)
	for at, thread := range b.turns {
		if at >= prefix {
			for other := range left {
				if left[other] > 0 && !b.ready(at, other) {
					left[other]--
					s.infeasible.Add(&s.infeasible, orders(left))
					left[other]++
				}
			}
		}
		left[thread]--
	}
	// From here on nothing was to be decided: however a sequence goes on, the execution is this one.
	s.infeasible.Add(&s.infeasible, orders(left))
	s.infeasible.Sub(&s.infeasible, big.NewInt(1))
}

// orders returns in how many orders the turns that are left can be taken.
func orders(left []int) *big.Int {
	return permutations.Count(slices.DeleteFunc(slices.Clone(left), func(n int) bool { return n == 0 }))
}
