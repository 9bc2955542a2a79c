// Package decide makes the decisions of a schedule: which thread has the next turn, which ready case a select
// statement takes, whether a timer fires.
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
	Thread  int      // who had the last turn; of a Case, who selects
	Options []Option // two or more: threads in the order of their numbers, the timer last
	Current int      // the index of the option that goes on with who had the last turn; -1 where there is none
}

// A Decider decides. It is asked by one goroutine at a time, in functions hidden from the race detector: it
// must start no goroutine and use neither maps nor fmt nor what the test uses.
type Decider interface {
	// Decide returns the index of an option.
	Decide(*Decision) int
}

// RoundRobin gives every thread its turn, in the order of their numbers.
type RoundRobin struct{}

// Decide implements Decider.
//
//go:norace
func (RoundRobin) Decide(d *Decision) int {
	if d.Kind == Case {
		return 0
	}
	for i, o := range d.Options {
		if o.Number > d.Thread {
			return i
		}
	}
	return 0
}
