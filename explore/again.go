package explore

import "github.com/orchtest/orchtest/permutations"

// A Repeater is a [Strategy] that draws, and can go on with another seed when it has no further job.
type Repeater interface {
	Strategy
	// Again lets it draw by another seed, for so many further scenarios. It returns false if there is nothing
	// left to be run. It is called while no job is running.
	Again(seed uint64, scenarios int) bool
}

// Again implements [Repeater]. What was run is not run again, but for this: where it knows as much as it may
// keep, it forgets all, and from then on its [Progress] tells so.
func (s *Sample) Again(seed uint64, scenarios int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all {
		return false
	}
	if len(s.trie.nodes) > s.most {
		s.forget()
	}
	s.sequences = s.sequencesOf(seed)
	s.limit, s.known, s.over = s.taken+scenarios, 0, false
	return true
}

// forget drops what is known, less the serial run.
func (s *Sample) forget() {
	s.trie.nodes = nil
	s.executions, s.forgot = 0, true
	s.infeasible.SetInt64(0)
	s.learn(s.serial)
}

// sequencesOf returns the sequences that are drawn by a seed.
func (s *Sample) sequencesOf(seed uint64) permutations.Sequences {
	if s.about.Name == WithPCT {
		return symmetric(permutations.NewPCT(s.space.Counts, s.about.Depth, seed), s.space)
	}
	return symmetric(permutations.NewRandom(s.space.Counts, seed), s.space)
}

// Again implements [Repeater]: further scenarios are drawn at random.
func (m *mix) Again(seed uint64, scenarios int) bool { return m.random.Again(seed, scenarios) }
