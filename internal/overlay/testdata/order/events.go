// Package order has a function for each place where a pragma may stand. The comment of each function
// says which events come when it runs, and in which order: what it logs, and stop1, stop2, … for its
// first, second, … pragma, each of which has to be reported at that pragma's own line.
package order

import "github.com/orchtest/orchtest/lib/syncpoint"

// log logs an event.
func log(event string) { syncpoint.Log(event) }

// val logs that a value was evaluated.
func val[T any](event string, value T) T {
	log(event)
	return value
}

// few logs each time that it is asked, and is true n times.
func few(event string, n int) func() bool {
	return func() bool {
		log(event)
		n--
		return n >= 0
	}
}
