package explore

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// A part is what a shard has of a space: the executions whose names lie, in lexicographic order, between two
// sequences. Every name lies in one part, whatever it is, so no two shards have an execution in common and none
// is left out, though nobody knows beforehand which there are.
type part struct {
	shard    protocol.Shard
	from, to edge // the first sequence of the part, and the first one after it
}

// An edge is a sequence between two parts.
type edge struct {
	sequence []int    // nil at the beginning and at the end of the space
	rank     *big.Int // how many sequences of the space come before it
}

// Part returns where the part of a shard begins and ends among so many, from 0. No two parts differ by more
// than one, and of fewer no part is larger.
func Part(many *big.Int, shard protocol.Shard) (from, to *big.Int) {
	quotient, rest := new(big.Int).QuoRem(many, big.NewInt(int64(shard.Of)), new(big.Int))
	at := func(i int) *big.Int {
		start := new(big.Int).Mul(quotient, big.NewInt(int64(i)))
		if i := big.NewInt(int64(i)); i.Cmp(rest) < 0 {
			return start.Add(start, i)
		}
		return start.Add(start, rest)
	}
	return at(shard.Index - 1), at(shard.Index)
}

// Shard returns the part of a whole space that a shard has: as many sequences as any other one, give or take
// one, that follow on each other. The zero shard has all.
func (s Space) Shard(shard protocol.Shard) Space {
	if shard.Of == 0 {
		return s
	}
	all := s.Count()
	from, to := Part(all, shard)
	s.part = &part{shard: shard, from: s.edge(from, all), to: s.edge(to, all)}
	return s
}

// edge returns the edge before which so many of all sequences come.
func (s *Space) edge(rank, all *big.Int) edge {
	if rank.Sign() == 0 || rank.Cmp(all) == 0 {
		return edge{rank: rank}
	}
	sequence, err := permutations.UnrankSymmetric(s.Counts, s.classes(), rank)
	if err != nil {
		panic("explore: " + err.Error()) // who makes the space has seen to it
	}
	return edge{sequence: sequence, rank: rank}
}

// Limit returns how many scenarios of so many are for this part of the space.
func (s Space) Limit(whole int) int {
	if s.part == nil {
		return whole
	}
	from, to := Part(big.NewInt(int64(whole)), s.part.shard)
	return int(to.Sub(to, from).Int64())
}

// Owns reports whether the execution of that name is in this part of the space.
func (s *Space) Owns(name []int) bool {
	if s.part == nil {
		return true
	}
	from, to := &s.part.from, &s.part.to
	return from.rank.Cmp(to.rank) < 0 && slices.Compare(from.sequence, name) <= 0 &&
		(to.sequence == nil || slices.Compare(name, to.sequence) < 0)
}

// overlaps reports whether an execution may be in this part of the space whose turns begin with those and one
// of the thread.
func (s *Space) overlaps(turns []int, thread int) bool {
	if s.part == nil {
		return true
	}
	from, to := &s.part.from, &s.part.to
	if from.rank.Cmp(to.rank) == 0 || against(turns, thread, from.sequence) < 0 {
		return false
	}
	if to.sequence == nil {
		return true
	}
	if c := against(turns, thread, to.sequence); c != 0 {
		return c < 0
	}
	// The least sequence that begins so has the other turns in index order. In a tree there may be smaller names.
	rest := to.sequence[min(len(turns)+1, len(to.sequence)):]
	if s.Tree {
		return len(rest) > 0
	}
	return !slices.IsSorted(rest)
}

// against compares turns, and one of the thread, with the beginning of a sequence.
func against(turns []int, thread int, sequence []int) int {
	n := min(len(turns), len(sequence))
	if c := slices.Compare(turns[:n], sequence[:n]); c != 0 || n == len(sequence) {
		return c
	}
	return thread - sequence[n]
}

// startsBefore reports whether nothing of this part comes before the execution of that name.
func (s *Space) startsBefore(name []int) bool {
	return s.part == nil || slices.Compare(s.part.from.sequence, name) <= 0
}

// add adds to sum how many sequences of this part begin with the turns, and one of the thread if that is none
// less than 0. What is left after these are the turns left.
func (s *Space) add(sum *big.Int, turns []int, thread int, left []int) {
	orders := s.orders(left)
	if s.part == nil || s.within(turns, thread) {
		sum.Add(sum, orders)
		return
	}
	least := slices.Clone(turns)
	if thread >= 0 {
		least = append(least, thread)
	}
	from, err := permutations.RankSymmetric(permutations.Complete(least, s.Counts), s.classes())
	if err != nil {
		panic("explore: " + err.Error())
	}
	to := orders.Add(from, orders)
	if s.part.from.rank.Cmp(from) > 0 {
		from = s.part.from.rank
	}
	if s.part.to.rank.Cmp(to) < 0 {
		to = s.part.to.rank
	}
	if from.Cmp(to) < 0 {
		sum.Add(sum, to)
		sum.Sub(sum, from)
	}
}

// within reports whether all that begins with the turns, and one of the thread, is known to be in this part.
func (s *Space) within(turns []int, thread int) bool {
	from, to := s.part.from.sequence, s.part.to.sequence
	return thread >= 0 && (from == nil || against(turns, thread, from) > 0) && (to == nil || against(turns, thread, to) < 0) &&
		s.part.from.rank.Cmp(s.part.to.rank) < 0
}

// along returns how many turns of an execution that was asked for the first sequence of the part are those of
// the sequence.
func (s *Space) along(turns []int) int {
	from := s.part.from.sequence
	n := 0
	for n < len(turns) && n < len(from) && turns[n] == from[n] {
		n++
	}
	return n
}

// first returns the job that finds out what begins like the first sequence of the part: it asks for that. No
// other execution of the part comes before it, and who could have had its turns is all that a shard has to know
// of those that do.
func (s *Space) first() *Job {
	return &Job{space: s, Prefix: []int{}, Ask: s.part.from.sequence, edge: true}
}

// last returns the first sequence after the part; nil where there is none.
func (s *Space) last() []int {
	if s.part == nil {
		return nil
	}
	return s.part.to.sequence
}

// Read finds out what the job executed, from its report; see [Space.Read]. Where that is not known, the sequence is what
// was asked for: who asks for it again runs the same.
func (j *Job) Read(report *protocol.Scenario) Execution {
	x := j.space.Read(j.Prefix, report)
	if !x.known && j.Ask != nil {
		x.Sequence = slices.Clone(j.Ask)
	}
	return x
}

// Mine reports whether the execution of the job is a scenario of this shard. One that is not was run to find
// out where the part of the shard begins or ends: it is another shard's, or will be run again.
func (j *Job) Mine(x Execution) bool {
	return x.wasRun() && j.space.Owns(x.Sequence) && !j.leaves(x)
}

// leaves reports whether the execution left the sequence that the job was to go along, before its end.
func (j *Job) leaves(x Execution) bool {
	if !j.edge || !x.known {
		return false
	}
	n := j.space.along(turnsOf(x))
	return n < len(x.turns) && n < len(j.Ask)
}

// turnsOf returns the threads that had the turns of an execution, as far as they could be chosen.
func turnsOf(x Execution) []int {
	turns := make([]int, len(x.turns))
	for i := range x.turns {
		turns[i] = x.turns[i].Thread
	}
	return turns
}

// ParseShard reads the shard i/n, i from 1.
func ParseShard(text string) (protocol.Shard, error) {
	var shard protocol.Shard
	if n, err := fmt.Sscanf(text, "%d/%d", &shard.Index, &shard.Of); n != 2 || err != nil || shard.String() != text {
		return protocol.Shard{}, fmt.Errorf("%s: it is to be i/n, shard i of n, as 1/4", text)
	}
	switch {
	case shard.Of < 1:
		return protocol.Shard{}, fmt.Errorf("%s: there is one shard at least, as 1/1", text)
	case shard.Index < 1 || shard.Index > shard.Of:
		return protocol.Shard{}, fmt.Errorf("%s: of %d shards the first is 1/%[2]d and the last %[2]d/%[2]d", text, shard.Of)
	}
	return shard, nil
}
