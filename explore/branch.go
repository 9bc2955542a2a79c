package explore

import (
	"math"
	"slices"
)

// A branch is an execution, and a cursor to the job that is to be taken next from it. What is still to
// be done is nowhere written down: as in stepping from a permutation to the next one, the execution
// itself tells. The cursor goes from the last turn towards the first, and at each turn over the
// threads that could have had it and have a higher index than the one that had.
//
// When a job is done that was the latest taken from its branch, the branch goes on with that job's
// execution. What is above it is as it was. So a search with one worker has one branch.
type branch struct {
	floor int // turns before this one are another branch's
	given int // how many jobs were taken from it

	turns []int // the threads that had the turns
	// unready are, by turn, the threads that had turns left and could not have this one: they were blocked, or
	// had ended early. It is nil where there never was one.
	unready [][]int

	// The next job is turns[:at] and then thread.
	at, thread int
	left       []int // by thread, the turns that are left after turns[:at]
}

// load makes an execution that of the branch. The cursor is before the first job. What is known of the turns
// of the prefix stays as it is: it is what the jobs that were taken so far, and what was counted, rest on. A
// test that is not deterministic may have found something else.
func (b *branch) load(counts []int, x Execution) {
	b.turns = b.turns[:0]
	b.left = append(b.left[:0], counts...)
	blocked := false
	for i := range x.turns {
		t := &x.turns[i]
		b.turns = append(b.turns, t.Thread)
		b.left[t.Thread]--
		blocked = blocked || len(t.Blocked) > 0
	}
	b.at, b.thread = len(b.turns), len(counts)
	// Of a thread that ended early some turns are left.
	odd := blocked || slices.ContainsFunc(b.left, func(n int) bool { return n > 0 })
	if b.unready == nil && !odd {
		return
	}
	unready := make([][]int, len(x.turns))
	copy(unready[:min(x.prefix, len(unready))], b.unready)
	b.unready = unready
	if odd {
		b.findUnready(counts, x)
	}
}

// findUnready finds the threads that could not have had the turns after the prefix.
func (b *branch) findUnready(counts []int, x Execution) {
	ended := make([]int, len(counts)) // after how many turns
	for i := range ended {
		ended[i] = math.MaxInt
	}
	for i := range x.turns {
		if hasEnded(x.turns[i].End) {
			ended[x.turns[i].Thread] = i + 1
		}
	}
	left := slices.Clone(counts)
	for i := range x.turns {
		t := &x.turns[i]
		for thread, n := range left {
			// A turn in which a thread was blocked may say that the thread ended in it, though that came later.
			if i >= x.prefix && n > 0 && (i >= ended[thread] || slices.Contains(t.Blocked, thread)) {
				b.unready[i] = append(b.unready[i], thread)
			}
		}
		left[t.Thread]--
	}
}

// odd reports whether some sequences that begin like the execution cannot be run as they are.
func (b *branch) odd() bool {
	return b.unready != nil || slices.ContainsFunc(b.left, func(n int) bool { return n > 0 })
}

// ready reports whether a thread with turns left could have had the turn of this index.
func (b *branch) ready(at, thread int) bool {
	return b.unready == nil || !slices.Contains(b.unready[at], thread)
}

// advance moves the cursor to the next job, and reports whether there is one.
func (b *branch) advance() bool {
	for {
		for b.thread++; b.thread < len(b.left); b.thread++ {
			if b.left[b.thread] > 0 && b.ready(b.at, b.thread) {
				return true
			}
		}
		if b.at <= b.floor {
			return false
		}
		b.at--
		b.thread = b.turns[b.at]
		b.left[b.thread]++
	}
}

// prefix returns what the sequences of the next job begin with.
func (b *branch) prefix() []int {
	prefix := make([]int, b.at+1)
	copy(prefix, b.turns[:b.at])
	prefix[b.at] = b.thread
	return prefix
}

// before reports whether the next job of b is smaller than that of other. No job begins like another.
func (b *branch) before(other *branch) bool {
	common := min(b.at, other.at)
	if c := slices.Compare(b.turns[:common], other.turns[:common]); c != 0 {
		return c < 0
	}
	return b.turnAt(common) < other.turnAt(common)
}

// turnAt returns the thread of a turn in the prefix of the next job.
func (b *branch) turnAt(i int) int {
	if i == b.at {
		return b.thread
	}
	return b.turns[i]
}
