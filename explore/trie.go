package explore

import (
	"slices"
	"strconv"
)

// A trie is what is known of executions: for each turn, after those before it, which threads could have
// had it, and what came of those that had. It takes 16 bytes for each turn that is not in another one's
// beginning.
type trie struct {
	space *Space
	nodes []node // the first one is the root; none if nothing is known
	// What threads were not ready, as far as there are different sets of them.
	unready [][]int
	index   map[string]int32

	course course
	left   []int // of follow
}

// A node is reached by turns.
type node struct {
	thread  int32 // that had the last one
	first   int32 // node after a further turn; 0 is none
	sibling int32 // node after another last turn; 0 is none
	// unready is the index of the threads that are not ready for the next turn, or one of the following.
	unready int32
}

const (
	decided int32 = -1 // nothing is to be decided any more: the execution is known
	unknown int32 = -2 // what was run here could not be found out
)

// A step is a turn after which nothing is known.
type step struct{ node, thread int32 }

// follow finds out what a sequence executes, as far as that is known: where the execution leaves what is,
// it returns its turns up to and including that step.
func (t *trie) follow(sequence []int) (turns []int, s step, leaves bool) {
	t.left = append(t.left[:0], t.space.Counts...)
	turns = make([]int, 0, len(sequence))
	at := int32(0)
	take := func(thread int) (goesOn bool) {
		t.left[thread]--
		turns = append(turns, thread)
		next := t.child(at, thread)
		if next == 0 {
			s, leaves = step{at, int32(thread)}, true
			return false
		}
		at = next
		return true
	}
	if len(t.nodes) == 0 {
		return nil, s, false
	}
	for _, thread := range sequence {
		if t.nodes[at].unready < 0 {
			return turns, s, false
		}
		if t.ready(at, thread) && !take(thread) {
			return turns, s, true
		}
	}
	for t.nodes[at].unready >= 0 {
		// The turns that were put off, the lowest thread first.
		thread := 0
		for thread < len(t.left) && (t.left[thread] <= 0 || !t.ready(at, thread)) {
			thread++
		}
		if thread == len(t.left) || !take(thread) {
			break
		}
	}
	return turns, s, leaves
}

func (t *trie) ready(at int32, thread int) bool {
	return !slices.Contains(t.unready[t.nodes[at].unready], thread)
}

// child returns the node after a further turn, or 0.
func (t *trie) child(at int32, thread int) int32 {
	next := t.nodes[at].first
	for next != 0 && t.nodes[next].thread != int32(thread) {
		next = t.nodes[next].sibling
	}
	return next
}

// add adds a node.
func (t *trie) add(at int32, thread int) int32 {
	next := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{thread: int32(thread), sibling: t.nodes[at].first})
	t.nodes[at].first = next
	return next
}

// insert adds an execution. It returns how many turns it has in common with others, and whether it is
// new.
func (t *trie) insert(x Execution) (common int, isNew bool) {
	c := &t.course
	c.load(len(t.space.Counts), x, 0)
	if len(t.nodes) == 0 {
		t.nodes = append(t.nodes, node{unready: t.set(c, 0)})
		isNew = true
	}
	at := int32(0)
	for i, thread := range c.turns {
		next := t.child(at, thread)
		if next == 0 {
			if !isNew {
				common, isNew = i+1, true
			}
			next = t.add(at, thread)
			t.nodes[next].unready = t.set(c, i+1)
		}
		at = next
	}
	return common, isNew
}

// dead takes note that what comes after a step could not be found out.
func (t *trie) dead(s step) {
	next := t.add(s.node, int(s.thread))
	t.nodes[next].unready = unknown
}

// set returns the index of the threads that are not ready for a turn of a course.
func (t *trie) set(c *course, at int) int32 {
	if at == len(c.turns) {
		return decided
	}
	var key [64]byte
	text := key[:0]
	for thread := range t.space.Counts {
		if !c.ready(at, thread) {
			text = append(strconv.AppendInt(text, int64(thread), 10), ',')
		}
	}
	i, ok := t.index[string(text)]
	if ok {
		return i
	}
	var threads []int
	for thread := range t.space.Counts {
		if !c.ready(at, thread) {
			threads = append(threads, thread)
		}
	}
	if t.index == nil {
		t.index = map[string]int32{}
	}
	i = int32(len(t.unready))
	t.index[string(text)] = i
	t.unready = append(t.unready, threads)
	return i
}
