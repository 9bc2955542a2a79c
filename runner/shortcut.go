package runner

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// manySequences is how many sequences with fewer switches there have to be for short cuts: fewer of them are all run.
var manySequences = big.NewInt(1000)

// shortCut returns a sequence that is the best one by now, but for turns of a thread that were put together, so that it
// has fewer switches. Where there are very many sequences, this comes to few switches long before all with fewer were
// run. It returns nil where there is none that is not known.
func (s *shrinker) shortCut() []int {
	if s.call.space.Symmetric || s.call.shard.Of > 0 {
		return nil // the sequence may be one of those that are left out
	}
	s.x.r.mu.Lock()
	defer s.x.r.mu.Unlock()
	if !slices.Equal(s.merged, s.best.sequence) {
		s.merged, s.further = s.best.sequence, nil
		if s.fewest > 0 && s.call.learnt.Untried(s.fewest).Cmp(manySequences) > 0 {
			s.further = s.joined(s.best.sequence)
		}
	}
	for len(s.further) > 0 {
		sequence := s.further[0]
		s.further = s.further[1:]
		if s.call.learnt.Find(sequence) == nil {
			return sequence
		}
	}
	return nil
}

// joined returns the sequences with fewer switches than are known to be enough in which one run of turns of a thread
// stands at the thread's next one, or that at it. Those with the fewest come first.
func (s *shrinker) joined(sequence []int) (all [][]int) {
	switches := map[string]int{}
	for i := range sequence {
		for _, next := range [][]int{joinBehind(sequence, i), joinBefore(sequence, i)} {
			if next == nil {
				continue
			}
			report := &protocol.Scenario{}
			for _, thread := range next {
				report.Turns = append(report.Turns, protocol.Turn{Thread: thread})
			}
			n, text := s.call.space.Preemptions(report), permutations.Format(next)
			if _, known := switches[text]; !known && n < s.fewest {
				switches[text] = n
				all = append(all, next)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b []int) int {
		return cmp.Compare(switches[permutations.Format(a)], switches[permutations.Format(b)])
	})
	return all
}

// joinBehind moves the next run of the thread whose run ends at i to behind it; nil if no run ends there, or none follows.
func joinBehind(sequence []int, i int) []int {
	from, to := nextRun(sequence, i)
	if from < 0 {
		return nil
	}
	return slices.Concat(sequence[:i+1], sequence[from:to], sequence[i+1:from], sequence[to:])
}

// joinBefore moves the run that ends at i to before the next one of its thread.
func joinBefore(sequence []int, i int) []int {
	from, _ := nextRun(sequence, i)
	if from < 0 {
		return nil
	}
	first := i
	for first > 0 && sequence[first-1] == sequence[i] {
		first--
	}
	return slices.Concat(sequence[:first], sequence[i+1:from], sequence[first:i+1], sequence[from:])
}

// nextRun returns where the next run of the thread begins and ends whose run ends at i; -1 if there is none.
func nextRun(sequence []int, i int) (from, to int) {
	if i+1 >= len(sequence) || sequence[i+1] == sequence[i] {
		return -1, -1
	}
	next := slices.Index(sequence[i+1:], sequence[i])
	if next < 0 {
		return -1, -1
	}
	from = i + 1 + next
	for to = from; to < len(sequence) && sequence[to] == sequence[i]; {
		to++
	}
	return from, to
}

// shortCutTask is to run a sequence.
func (s *shrinker) shortCutTask(sequence []int) *task {
	t := &task{call: s.call, request: sequence}
	t.read = func(result *scenarioResult) (again bool) {
		result.sequence = s.call.executed(sequence, result.report)
		result.repeats = !s.claim(t, result)
		return false
	}
	t.done = func(result *scenarioResult) {
		if result != nil {
			s.ran(result)
		}
		s.call.order.Lock()
		defer s.call.order.Unlock()
		s.call.notes.take(t.request, result)
	}
	t.known = s.call.known(t)
	return t
}
