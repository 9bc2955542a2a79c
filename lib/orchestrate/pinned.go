package orchestrate

import (
	"fmt"
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// Sequences names the sequences to run, as 0,1,1,0: just these, each a test case of its own, and the serial
// run, which makes the plan. So a sequence that was found to fail becomes a regression test. One that does
// not fit the plan any more fails, and says what has changed.
//
// It wins over --explore. Text that is no sequence, or comes twice, fails the test at once.
func Sequences(texts ...string) Option {
	return func(c *call) {
		c.t.Helper()
		if len(texts) == 0 {
			c.t.Fatalf("orchestrate: Sequences(): name one at least, as 0,1,1,0")
		}
		for _, text := range texts {
			sequence, err := permutations.Parse(text)
			if err == nil && len(sequence) == 0 {
				err = fmt.Errorf("sequence %q: it is empty: name the turns, as 0,1,1,0", text)
			}
			if err != nil {
				c.t.Fatalf("orchestrate: Sequences: %v", err)
			}
			if slices.ContainsFunc(c.pinned, func(other []int) bool { return slices.Equal(other, sequence) }) {
				c.t.Fatalf("orchestrate: Sequences: sequence %q is there twice: leave one out", text)
			}
			c.pinned = append(c.pinned, sequence)
		}
	}
}

// explorePinned runs the sequences that are named, up to the first that fails.
func (c *call) explorePinned() {
	c.t.Helper()
	serial := executed(c.serial)
	for _, sequence := range c.pinned {
		if c.t.Failed() {
			return
		}
		if slices.Equal(sequence, serial) {
			continue
		}
		var took []int
		if slices.Max(sequence) < len(c.counts) {
			took = executed(c.run(sequence))
		}
		if !protocol.Fits(sequence, c.counts, took) {
			c.t.Errorf("orchestrate: Sequences: %s", protocol.Misfit(sequence, c.counts, took))
		}
	}
}

// executed returns whose turns a scenario took.
func executed(t *T) []int {
	var threads []int
	for _, turn := range t.turns((*thread).brief) {
		threads = append(threads, turn.Thread)
	}
	return threads
}

// texts are the sequences that are named, as the plan has them.
func (c *call) texts() []string {
	var texts []string
	for _, sequence := range c.pinned {
		texts = append(texts, permutations.Format(sequence))
	}
	return texts
}

// turnsOf is a number of turns in words.
func turnsOf(n int) string {
	if n == 1 {
		return "1 turn"
	}
	return fmt.Sprintf("%d turns", n)
}
