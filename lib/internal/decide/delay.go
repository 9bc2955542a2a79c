package decide

import "math/bits"

// maxKept is how many schedules a Delay remembers. What follows from later ones is left out.
const maxKept = 1 << 14

// maxLength is how many decisions of a schedule may be delayed.
const maxLength = 1 << 30

// A Delay searches schedules by how much they differ from the usual one: first that one, then those with one
// delay, with two, … (Emmi, Qadeer, Rakamarić: "Delay-bounded scheduling", 2011). A delay passes over the
// option that would be taken, at one decision; several at one decision pass over as many. Each schedule is run
// once.
//
// Those with the same number of delays are taken evenly from all over: where not all of them can be run, the
// last decisions of a long schedule do not get them all.
type Delay struct {
	nodes   []node
	first   int     // of the nodes of one delay less
	end     int     // of them
	active  []int32 // those of them that have more children, in order
	at      int     // in active
	kept    int     // in active, of this round
	round   int
	pending bool // the last node is to be run
	running bool
	done    int // schedules that were run

	usual   usual
	path    []step // of the running schedule
	passed  int    // steps of it that were taken
	made    int    // decisions
	more    bool   // one more delay can be made at the last step
	changed int    // schedules that did not get as far as their delays: the program was not what it had been
}

// A node is a schedule: that of its parent with one delay more, at the last position or a later one.
type node struct {
	parent   int32
	position int32 // of the last delay: the number of a decision; -1 of the usual schedule
	length   int32 // decisions
	more     bool  // there is an option for one more delay at the position
}

// children returns how many schedules there are with one delay more.
//
//go:norace
func (n *node) children() int {
	count := int(n.length - 1 - n.position)
	if n.more {
		count++
	}
	return max(count, 0)
}

// child returns the position of the delay of a child.
//
//go:norace
func (n *node) child(i int) int32 {
	if n.more {
		i--
	}
	return n.position + 1 + int32(i)
}

// A step is where delays are made.
type step struct{ position, delays int32 }

// Begin implements [Strategy]. The schedules are those of the search, whatever their numbers.
//
//go:norace
func (s *Delay) Begin(int) bool {
	s.End()
	if !s.find() {
		return false
	}
	s.usual.begin()
	s.trace()
	s.passed, s.made, s.more, s.running = 0, 0, false, true
	return true
}

// End ends the running schedule: its length is known.
//
//go:norace
func (s *Delay) End() {
	if !s.running {
		return
	}
	s.running = false
	length := s.made
	if s.passed < len(s.path) {
		s.changed++
		length = 0 // what follows from it is of another program
	}
	s.ran(length, s.more)
}

// ran takes note of what became of the last node.
//
//go:norace
func (s *Delay) ran(length int, more bool) {
	s.pending = false
	s.done++
	if last := len(s.nodes) - 1; last < maxKept {
		s.nodes[last].length, s.nodes[last].more = int32(min(length, maxLength)), more
	} else {
		s.nodes = s.nodes[:last]
	}
}

// Over tells whether there is no further schedule.
//
//go:norace
func (s *Delay) Over() bool { return !s.running && !s.find() }

// Exhausted tells whether all schedules were run: the search is over, and has left none out.
//
//go:norace
func (s *Delay) Exhausted() bool { return s.Over() && s.done <= maxKept }

// find makes a node of the next schedule to be run, if there is one.
//
//go:norace
func (s *Delay) find() bool {
	if s.pending {
		return true
	}
	if len(s.nodes) == 0 {
		s.add(node{parent: -1, position: -1})
		return true
	}
	for {
		for ; s.at < len(s.active); s.at++ {
			if s.visit(s.active[s.at]) {
				s.at++
				return true
			}
		}
		if s.active = s.active[:s.kept]; s.kept > 0 {
			s.round++
		} else if !s.deepen() {
			return false
		}
		s.at, s.kept = 0, 0
	}
}

// deepen goes on with one delay more.
//
//go:norace
func (s *Delay) deepen() bool {
	s.first, s.end, s.round = s.end, len(s.nodes), 0
	if cap(s.active) < s.end-s.first {
		s.active = make([]int32, 0, 2*(s.end-s.first))
	}
	s.active = s.active[:s.end-s.first]
	for i := range s.active {
		s.active[i] = int32(s.first + i)
	}
	return len(s.active) > 0
}

// visit takes the child of a node that has its turn in this round, if there is one. In each round all nodes have
// a child each, as far as they have any left, and the rounds go over the children of each by halves: 0, 1/2, 1/4,
// 3/4, 1/8, …, which is the van der Corput sequence, each node beginning at another one of them.
//
//go:norace
func (s *Delay) visit(i int32) bool {
	count := s.nodes[i].children()
	width := bits.Len(uint(max(count-1, 0)))
	if s.round >= 1<<width || count == 0 {
		return false
	}
	s.active[s.kept] = i
	s.kept++
	child := int(bits.Reverse64(uint64(s.round)) >> (64 - width))
	if child >= count {
		return false
	}
	// A fraction that differs much from that of the neighbours.
	high, _ := bits.Mul64(golden*uint64(int(i)-s.first), uint64(count))
	child = (child + int(high)) % count
	s.add(node{parent: i, position: s.nodes[i].child(child)})
	return true
}

//go:norace
func (s *Delay) add(n node) {
	s.pending = true
	s.nodes = grown(s.nodes, 1)
	s.nodes = s.nodes[:len(s.nodes)+1]
	s.nodes[len(s.nodes)-1] = n
}

// trace makes the path of the last node.
//
//go:norace
func (s *Delay) trace() {
	steps := 0
	last := int32(len(s.nodes) - 1)
	for i, position := last, int32(-1); s.nodes[i].position >= 0; i = s.nodes[i].parent {
		if s.nodes[i].position != position {
			position = s.nodes[i].position
			steps++
		}
	}
	if cap(s.path) < steps {
		s.path = make([]step, 2*steps)
	}
	s.path = s.path[:steps]
	for i := last; s.nodes[i].position >= 0; i = s.nodes[i].parent {
		if steps == len(s.path) || s.path[steps].position != s.nodes[i].position {
			steps--
			s.path[steps] = step{position: s.nodes[i].position}
		}
		s.path[steps].delays++
	}
}

// Decide implements [Decider].
//
//go:norace
func (s *Delay) Decide(d *Decision) int {
	choice := s.usual.choice(d)
	if s.passed < len(s.path) && int(s.path[s.passed].position) == s.made {
		if delays := int(s.path[s.passed].delays); delays < len(d.Options) {
			choice = d.delayed(choice, delays)
			s.passed++
			s.more = delays+1 < len(d.Options)
		}
	}
	s.made++
	return choice
}
