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
// That is the strategy that is used unless another one is asked for. All of them are a [Strategy]: they give
// jobs, and take what became of each. A [Fewest] takes the jobs in the order of their preemptions, a [Sample]
// draws whole sequences, and in a [Space] that is a tree the turns planned do not limit a Search.
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

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Search goes through the executions of one call of a test, depth first. Its methods may be called from
// several goroutines at once.
type Search struct {
	space Space

	mu         sync.Mutex
	changed    sync.Cond // Wait may have another answer
	branches   []*branch // those with a job to give, the smallest job last
	edge       *Job      // the first one of a shard, if it is still to be taken
	limit      int       // how many executions are to be run, the serial one included
	given      int       // how many that will be
	running    int       // jobs that were given and are not done
	unknown    bool      // some execution could not be found out
	ran        int       // executions, the serial one included
	infeasible big.Int
}

// New returns the search for a plan of these counts. The execution is that of the serial run.
func New(counts []int, serial Execution) *Search { return Space{Counts: counts}.Search(serial) }

// Wait returns true once there is a job, and false once there will be none any more. It waits while
// jobs are running, since their executions may give further ones.
func (s *Search) Wait() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.has() && s.running > 0 {
		s.changed.Wait()
	}
	return s.has()
}

// has reports whether there is a job.
func (s *Search) has() bool { return (s.edge != nil || len(s.branches) > 0) && s.given < s.limit }

// Next returns the job whose prefix is the smallest, in lexicographic order, or nil if there is none
// at the moment. Each job is to be handed to Done, whatever became of it.
func (s *Search) Next() *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.has() {
		return nil
	}
	s.given++
	s.running++
	if job := s.edge; job != nil {
		s.edge = nil
		return job
	}
	last := len(s.branches) - 1
	b := s.branches[last]
	b.given++
	job := &Job{space: &s.space, Prefix: b.prefix(), branch: b, number: b.given}
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
	s.given--
	b := job.branch
	if b == nil || b.given != job.number {
		// A later job was taken from the branch, which goes its own way.
		b = &branch{space: &s.space, floor: len(job.Prefix)}
	}
	if job.edge {
		b.straight = len(job.Ask)
	}
	if job.leaves(x) {
		s.leave(b, x)
	} else {
		s.add(b, x, job.Mine(x))
	}
	s.changed.Broadcast()
}

// Infeasible returns how many sequences are known to execute like another one.
func (s *Search) Infeasible() *big.Int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return new(big.Int).Set(&s.infeasible)
}

// Progress tells what is known by now.
func (s *Search) Progress() Progress {
	p := Progress{Infeasible: s.Infeasible()}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.More = s.edge != nil || len(s.branches) > 0 || s.running > 0 || s.unknown
	if s.space.Tree {
		p.Infeasible = nil
		p.Strategies = []protocol.Strategy{{Name: Tree, Scenarios: s.ran}}
	}
	return p
}

// add lets a branch go on from an execution, and counts what is infeasible there.
func (s *Search) add(b *branch, x Execution, mine bool) {
	if mine {
		s.ran++
		s.given++
	}
	if !x.known {
		s.unknown = true
		return
	}
	s.branches = slices.DeleteFunc(s.branches, func(other *branch) bool { return other == b })
	b.load(x)
	if !s.space.Tree {
		s.space.infeasible(&s.infeasible, &b.course, x.prefix, x.Sequence)
	}
	s.insert(b)
}

// leave lets a branch go on from where an execution has left the first sequence of a shard's part: with what
// comes after that sequence. The execution itself is not one of the branch, whose jobs begin with the first
// execution of each beginning.
func (s *Search) leave(b *branch, x Execution) {
	b.load(x)
	at := s.space.along(b.turns)
	first := s.space.part.from.sequence[:at+1]
	if b.ready(at, first[at]) {
		s.unknown = true // the test is not deterministic: what begins like the sequence is not found
	}
	if !s.space.Tree {
		s.space.unready(&s.infeasible, &b.course, 0, at+1)
	}
	b.stand(first)
	s.insert(b)
}

// insert puts a branch in its place, if it has a job.
func (s *Search) insert(b *branch) {
	if b.advance() {
		i := len(s.branches)
		for i > 0 && s.branches[i-1].before(b) {
			i--
		}
		s.branches = slices.Insert(s.branches, i, b)
	}
}
