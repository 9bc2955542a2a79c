package explore_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A program is what the threads of a test do, a list of steps each.
type program [][]step

// A step is one thing that a thread does.
type step struct {
	do string
	on int // the lock or the channel
}

func (s step) String() string { return fmt.Sprintf("%s %d", s.do, s.on) }

func (p program) String() string {
	var b strings.Builder
	for i, steps := range p {
		fmt.Fprintf(&b, "\n%d: %v", i, steps)
	}
	return b.String()
}

// fragments are what threads are made of. Steps with an if look at a number that all threads share.
var fragments = [][]step{
	{{"stop", 0}},
	{{"lock", 0}, {"stop", 0}, {"unlock", 0}},
	{{"lock", 0}, {"add", 0}, {"unlock", 0}},
	{{"lock", 0}, {"stop", 0}, {"lock", 1}, {"unlock", 1}, {"unlock", 0}},
	{{"lock", 1}, {"stop", 0}, {"lock", 0}, {"unlock", 0}, {"unlock", 1}},
	{{"send", 0}},
	{{"receive", 0}},
	{{"stop", 0}, {"receive", 1}, {"add", 0}},
	{{"stop", 0}, {"send", 1}, {"stop", 0}},
	{{"add", 0}, {"stop", 0}},
	{{"stop", 0}, {"add", 0}},
	{{"stop if odd", 0}},
	{{"stop", 0}, {"end if odd", 0}, {"stop", 0}},
	{{"stop", 0}, {"panic if 1", 0}, {"stop", 0}},
	{{"lock", 0}, {"panic if 1", 0}, {"unlock", 0}},
	{{"lock", 1}}, // and never unlocked
}

// drawProgram draws a program of two to four threads.
func drawProgram(t *rapid.T) program {
	some := rapid.SliceOfN(rapid.SampledFrom(fragments), 1, 3)
	var p program
	for range rapid.IntRange(2, 4).Draw(t, "threads") {
		p = append(p, slices.Concat(some.Draw(t, "thread")...))
	}
	return p
}

// A model runs a program as the library would: what a thread does when it has a turn, and who has it.
// It knows nothing of searches.
type model struct {
	threads  []*modelThread
	holder   map[int]*modelThread   // of a lock
	queue    map[int][]*modelThread // for a lock
	sent     map[int]int            // into a channel, and not received
	awaiting map[int][]*modelThread // of a channel
	number   int                    // that all threads share
	woken    []*modelThread         // that are to run on in this turn
	given    []int                  // after which turns the sequence was given up

	turns []protocol.Turn
}

type modelThread struct {
	index   int
	steps   []step
	blocked bool
	ended   bool
	turn    int // index of its latest one
}

// run runs a program under a sequence or the beginning of one. Without counts it is the serial run.
func (p program) run(sequence, counts []int) *protocol.Scenario {
	m := &model{
		holder: map[int]*modelThread{}, queue: map[int][]*modelThread{},
		sent: map[int]int{}, awaiting: map[int][]*modelThread{},
	}
	report := &protocol.Scenario{FailedTurn: -1}
	for i, steps := range p {
		m.threads = append(m.threads, &modelThread{index: i, steps: steps})
		report.Threads = append(report.Threads, fmt.Sprint(i))
	}
	left := slices.Clone(counts)
	for {
		th := m.choose(&sequence, left)
		if th == nil {
			break
		}
		if th.index < len(left) {
			left[th.index]--
		}
		m.take(th)
	}
	for _, th := range m.threads {
		if th.blocked {
			report.Failed = true
			m.turns[th.turn].End = protocol.StillBlocked
		}
	}
	report.Failed = report.Failed || len(m.given) > 0
	report.Turns = m.turns
	return report
}

// choose returns the thread that has the next turn.
func (m *model) choose(sequence *[]int, left []int) *modelThread {
	ready := func(th *modelThread) bool { return !th.ended && !th.blocked }
	if len(m.given) == 0 {
		for len(*sequence) > 0 {
			th := m.threads[(*sequence)[0]]
			*sequence = (*sequence)[1:]
			if ready(th) {
				return th
			}
		}
		for i, n := range left {
			if n > 0 && ready(m.threads[i]) {
				return m.threads[i]
			}
		}
	}
	for _, th := range m.threads {
		if ready(th) {
			return th
		}
	}
	return nil
}

// take gives a turn to a thread. Those that it wakes run on before the turn is over.
func (m *model) take(th *modelThread) {
	turn := protocol.Turn{Thread: th.index}
	for _, other := range m.threads {
		if other.blocked {
			turn.Blocked = append(turn.Blocked, other.index)
		}
	}
	th.turn = len(m.turns)
	m.turns = append(m.turns, turn)
	m.goOn(th)
	for len(m.woken) > 0 {
		other := m.woken[0]
		m.woken = m.woken[1:]
		waits := m.turns[other.turn].Waits
		waits[len(waits)-1].Until = len(m.turns)
		m.goOn(other)
	}
}

// goOn lets a thread run until it stops, blocks, or ends.
func (m *model) goOn(th *modelThread) {
	end := func(end protocol.End) {
		th.ended = end != protocol.AtSyncpoint
		m.turns[th.turn].End = end
	}
	for len(th.steps) > 0 {
		s := th.steps[0]
		th.steps = th.steps[1:]
		switch s.do {
		case "stop if odd":
			if m.number%2 == 0 {
				continue
			}
			fallthrough
		case "stop":
			end(protocol.AtSyncpoint)
			return
		case "end if odd":
			if m.number%2 == 1 {
				end(protocol.Returned)
				return
			}
		case "panic if 1":
			if m.number == 1 {
				m.given = append(m.given, th.turn)
				end(protocol.Panicked)
				return
			}
		case "add":
			m.number++
		default:
			if m.synchronise(th, s) {
				th.blocked = true
				m.turns[th.turn].Waits = append(m.turns[th.turn].Waits, protocol.Wait{On: s.do})
				return
			}
		}
	}
	end(protocol.Returned)
}

// synchronise does a step that may block the thread, and reports whether it did.
func (m *model) synchronise(th *modelThread, s step) bool {
	switch s.do {
	case "lock":
		if m.holder[s.on] != nil {
			m.queue[s.on] = append(m.queue[s.on], th)
			return true
		}
		m.holder[s.on] = th
	case "unlock":
		if m.holder[s.on] != th {
			return false // it is no mistake here
		}
		m.holder[s.on] = m.wake(m.queue, s.on)
	case "send":
		if m.wake(m.awaiting, s.on) == nil {
			m.sent[s.on]++
		}
	case "receive":
		if m.sent[s.on] == 0 {
			m.awaiting[s.on] = append(m.awaiting[s.on], th)
			return true
		}
		m.sent[s.on]--
	}
	return false
}

// wake wakes the first in a queue, if there is one.
func (m *model) wake(queue map[int][]*modelThread, on int) *modelThread {
	if len(queue[on]) == 0 {
		return nil
	}
	th := queue[on][0]
	queue[on] = queue[on][1:]
	th.blocked = false
	m.woken = append(m.woken, th)
	return th
}
