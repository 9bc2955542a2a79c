package orchestrate

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// report says what a scenario was, to whom the mode wants to know it. That is done once.
func (c *call) report(t *T) {
	t.reported.Do(func() { c.tell(t) })
}

func (c *call) tell(t *T) {
	switch c.mode.kind {
	case plan:
		c.attr(protocol.AttrPlan, protocol.Plan{
			Version: protocol.Version,
			Call:    c.index,
			Threads: t.names(),
			Counts:  c.counts,
			File:    c.place.file,
			Line:    c.place.line,

			FailedBefore: t.before,

			Symmetric: c.symmetric,
			Expected:  c.expected,
			Forbidden: c.forbidden,
			Same:      c.same(t),
			Sequences: c.texts(),
		})
		c.attr(protocol.AttrScenario, c.outcome(t))
	case single:
		c.attr(protocol.AttrScenario, c.outcome(t))
	case batch:
		c.answer(t)
	case explore, other:
		if t.Failed() && len(t.course.threads) > 0 {
			c.explain(c.outcome(t))
		}
	}
}

// attr reports a value to the wrapper.
func (c *call) attr(key string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic("orchestrate: " + err.Error())
	}
	for _, part := range protocol.Split(c.t.Name(), key, string(text)) {
		c.t.Attr(key, part)
	}
}

// explain logs what a reader needs to understand a failed scenario, and to see it again.
func (c *call) explain(s protocol.Scenario) {
	sequence := permutations.Format(s.Sequence) + protocol.Suffix(c.index)
	fmt.Fprintf(c.t.Output(), "scenario %s failed\n%s\nreplay: orchtest --run %s --sequence %s %s\n",
		sequence, protocol.Timeline(s, c.folder), quote(protocol.Pattern(c.t.Name())), quote(sequence), c.pkg)
}

// quote returns an argument as a shell takes it.
func quote(arg string) string {
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// names returns the names of the threads, by index.
func (t *T) names() []string {
	names := make([]string, len(t.course.threads))
	for i, th := range t.course.threads {
		names[i] = th.name()
	}
	return names
}

// turns returns the turns of all threads, in the order in which they were taken, each that has ended as one of
// the functions below describes it.
//
//go:norace
func (t *T) turns(describe func(*thread, turn) protocol.Turn) []protocol.Turn {
	c := &t.course
	turns := make([]protocol.Turn, c.Taken())
	for _, th := range c.threads {
		for _, tu := range th.turns {
			turns[tu.number-1] = describe(th, tu)
		}
		if th.Number() > 0 && (len(th.turns) == 0 || th.turns[len(th.turns)-1].number < th.Number()) {
			turns[th.Number()-1] = protocol.Turn{Thread: th.index, End: th.unfinished()}
		}
		for _, w := range th.waits {
			turns[w.turn-1].Waits = append(turns[w.turn-1].Waits, w.describe())
		}
	}
	for _, b := range c.blocked {
		turns[b.turn-1].Blocked = b.threads
	}
	return turns
}

// unfinished is the end of a turn that had none.
func (th *thread) unfinished() protocol.End {
	if last := len(th.waits) - 1; last >= 0 && th.waits[last].until == 0 {
		return protocol.StillBlocked
	}
	return protocol.Unfinished
}

// latest returns what reports say of the thread's latest turn that has ended.
//
//go:norace
func (th *thread) latest() protocol.Turn { return th.describe(th.turns[len(th.turns)-1]) }

// describe returns what reports say of a turn that has ended.
//
//go:norace
func (th *thread) describe(tu turn) protocol.Turn {
	t := th.brief(tu)
	at := th.left.place
	if tu.pc != 0 {
		at = placeOf(tu.pc)
	}
	t.Name, t.File, t.Line = tu.name, at.file, at.line
	return t
}

// brief is describe without the place.
//
//go:norace
func (th *thread) brief(tu turn) protocol.Turn {
	end := protocol.AtSyncpoint
	if tu.pc == 0 {
		end = th.left.end
	}
	return protocol.Turn{Thread: th.index, End: end}
}
