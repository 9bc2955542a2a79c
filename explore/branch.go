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

	// straight is how many turns, from the first, are those of the first sequence of a shard's part: there
	// the threads come in index order, from that of the sequence on.
	straight int

	space *Space

	course

	// The next job is turns[:at] and then thread.
	at, thread int
	left       []int // by thread, the turns that are left after turns[:at]; less than none where there were more than planned
}

// A course is what is known of the turns of an execution.
type course struct {
	turns   []int   // the threads that had them
	blocked [][]int // by turn, the threads that were blocked when it was given; nil where there never was one
	ended   []int   // by thread, after how many turns it had ended
}

// load makes a course that of an execution of so many threads. What it says of so many turns, from the first,
// stays as it is: it is what the jobs that were taken so far, and what was counted, rest on. A test that is not
// deterministic may have found something else there.
func (c *course) load(threads int, x Execution, keep int) {
	before := course{blocked: c.blocked}
	if keep > 0 {
		before.ended = slices.Clone(c.ended)
	}
	defer c.keep(before, keep)
	c.turns, c.blocked = c.turns[:0], nil
	c.ended = c.ended[:0]
	for range threads {
		c.ended = append(c.ended, math.MaxInt)
	}
	for i := range x.turns {
		t := &x.turns[i]
		c.turns = append(c.turns, t.Thread)
		if len(t.Blocked) > 0 {
			if c.blocked == nil {
				c.blocked = make([][]int, len(x.turns))
			}
			c.blocked[i] = t.Blocked
		}
		if hasEnded(t.End) {
			c.ended[t.Thread] = i + 1
		}
	}
	// A turn in which a thread was blocked may say that the thread ended in it, though that came later.
	for thread := range c.ended {
		for c.blocked != nil && c.ended[thread] < len(c.turns) && slices.Contains(c.blocked[c.ended[thread]], thread) {
			c.ended[thread]++
		}
	}
}

// keep restores what was known of so many turns.
func (c *course) keep(before course, turns int) {
	if before.blocked != nil && c.blocked == nil {
		c.blocked = make([][]int, len(c.turns))
	}
	for i := range min(turns, len(c.blocked)) {
		c.blocked[i] = nil
		if before.blocked != nil {
			c.blocked[i] = before.blocked[i]
		}
	}
	for thread, ended := range before.ended {
		if ended >= turns {
			ended = max(c.ended[thread], turns)
		}
		c.ended[thread] = ended
	}
}

// ready reports whether a thread could have had the turn of this index.
func (c *course) ready(at, thread int) bool {
	return at < c.ended[thread] && (c.blocked == nil || !slices.Contains(c.blocked[at], thread))
}

// load makes an execution that of the branch. The cursor is before the first job.
func (b *branch) load(x Execution) {
	b.course.load(len(b.space.Counts), x, min(x.prefix, len(b.turns)))
	if x.prefix > 0 {
		b.straight = min(b.straight, x.prefix)
	}
	b.stand(b.turns)
}

// stand puts the cursor behind these turns, before the first job.
func (b *branch) stand(turns []int) {
	b.turns = append(b.turns[:0], turns...)
	b.left = append(b.left[:0], b.space.Counts...)
	for _, thread := range b.turns {
		b.left[thread]--
	}
	b.at, b.thread = len(b.turns), len(b.left)
}

// advance moves the cursor to the next job, and reports whether there is one.
func (b *branch) advance() bool {
	for {
		for b.following(); b.thread < len(b.left); b.following() {
			if (b.left[b.thread] > 0 || b.space.Tree) && b.ready(b.at, b.thread) && b.space.allows(b.thread, b.left) &&
				b.space.overlaps(b.turns[:b.at], b.thread) {
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

// following moves the cursor to the thread that is to be looked at next for the same turn. The first one is
// that to which the library gives the turn if it is not told otherwise, and the others come in index order.
// Where only planned turns are given, it is the one of the lowest index anyway.
func (b *branch) following() {
	if !b.space.Tree || b.thread >= len(b.left) || b.at < b.straight {
		b.thread++
		return
	}
	first := b.first()
	if b.thread == first {
		b.thread = -1
	}
	if b.thread++; b.thread == first {
		b.thread++
	}
}

// first returns the thread that has the turn of the cursor if nothing was asked for: the lowest that is
// ready and has planned turns left, or else the lowest that is ready.
func (b *branch) first() int {
	first := -1
	for thread, n := range b.left {
		if !b.ready(b.at, thread) {
			continue
		}
		if n > 0 {
			return thread
		}
		if first < 0 {
			first = thread
		}
	}
	return first
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
