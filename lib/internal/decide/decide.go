// Package decide makes the decisions of a schedule: which thread has the next turn, which ready case a select
// statement takes, whether a timer fires.
//
// What decides is pure: it knows no goroutines, no clock and no files. The same seed and the same decisions to be
// made give the same choices in any process.
package decide

// A Kind is what is decided.
type Kind uint8

const (
	Turn Kind = iota // whose turn it is, or whether the next timer fires
	Case             // which of the ready cases a select statement takes
)

// An Option is one of those there are.
type Option struct {
	// Number is that of a thread, in the order in which they came to be, from 0; Timer for the timer that is
	// the next to fire; or, of a Case, its place in the select statement.
	Number int
	Site   string // where a thread stands, before which operation; of a timer, where it was made
}

// Timer is the Number of the option to let the next timer fire.
const Timer = -1

// A Decision is to be made. It is the conductor's, and valid until the decider returns.
type Decision struct {
	Kind    Kind
	Site    string   // of a Case: the select statement
	Thread  int      // who had the last turn, -1 before the first; of a Case, who selects
	Options []Option // two or more: threads in the order of their numbers, the timer last
	Current int      // of a Turn, the index of the thread that had the last one; -1 where it cannot go on
}

// A Decider decides. It is asked by one goroutine at a time, in functions hidden from the race detector: it
// must start no goroutine and use neither maps nor fmt nor what the test uses, let no append grow a slice and copy
// none by copy, which tell the detector whatever the function is marked.
type Decider interface {
	// Decide returns the index of an option; -1 if the schedule cannot go on, which only a replay says.
	Decide(*Decision) int
}

// A Strategy decides one schedule after another.
type Strategy interface {
	Decider

	// Begin begins the schedule of that number. It returns false if there are no more: the schedule is not to
	// be run with it.
	Begin(schedule int) bool
}

// yielding begins the sites of calls by which a thread says that others should go on.
const yielding = "runtime.Gosched\t"

// yields tells whether the thread that had the last turn offers it to the others.
//
//go:norace
func (d *Decision) yields() bool {
	if d.Kind != Turn || d.Current < 0 {
		return false
	}
	site := d.Options[d.Current].Site
	return len(site) >= len(yielding) && site[:len(yielding)] == yielding
}

// next returns the index of the thread that follows the one of the last turn in the order of their numbers, and
// the first one after the last.
//
//go:norace
func (d *Decision) next() int {
	for i := range d.Options {
		if d.Options[i].Number > d.Thread {
			return i
		}
	}
	return 0
}

// threads returns how many options there are besides the timer.
//
//go:norace
func (d *Decision) threads() int {
	n := len(d.Options)
	if d.Kind == Turn && d.Options[n-1].Number == Timer {
		n--
	}
	return n
}

// grown returns a slice of the same elements that has room for so many more, and then some.
//
//go:norace
func grown[T any](s []T, more int) []T {
	if len(s)+more <= cap(s) {
		return s
	}
	larger := make([]T, len(s), 2*(len(s)+more)+64)
	//lint:ignore S1001 copy tells the race detector
	for i := range s {
		larger[i] = s[i]
	}
	return larger
}
