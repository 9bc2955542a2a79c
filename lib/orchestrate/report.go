package orchestrate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// report says what a scenario was, to whom the mode wants to know it.
func (c *call) report(t *T, sequence []int) {
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
		})
		c.attr(protocol.AttrScenario, c.outcome(t, sequence))
	case single:
		c.attr(protocol.AttrScenario, c.outcome(t, sequence))
	case explore, other:
		if t.Failed() && len(t.conductor.threads) > 0 {
			c.explain(c.outcome(t, sequence))
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
	names := make([]string, len(t.conductor.threads))
	for i, th := range t.conductor.threads {
		names[i] = th.name()
	}
	return names
}

// turns returns the turns of all threads, in the order in which they were taken.
func (t *T) turns() []protocol.Turn {
	type numbered struct {
		turn
		thread int
	}
	all := make([]numbered, 0, t.conductor.taken)
	for i, th := range t.conductor.threads {
		for _, tu := range th.turns {
			all = append(all, numbered{tu, i})
		}
	}
	slices.SortFunc(all, func(a, b numbered) int { return a.number - b.number })
	turns := make([]protocol.Turn, len(all))
	for i, n := range all {
		turns[i] = t.conductor.threads[n.thread].describe(n.turn)
	}
	return turns
}

// describe returns what reports say of a turn.
func (th *thread) describe(tu turn) protocol.Turn {
	end, at := protocol.AtSyncpoint, placeOf(tu.pc)
	if tu.pc == 0 {
		end, at = th.end, th.left.place
	}
	return protocol.Turn{Thread: th.index, End: end, Name: tu.name, File: at.file, Line: at.line}
}
