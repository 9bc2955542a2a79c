package orchestrate

import (
	"slices"
	"unsafe"

	"github.com/orchtest/orchtest/permutations"
)

// Symmetric says that all threads are interchangeable: they do the same, and the test tells no difference
// between them. Then sequences that are equal but for the names of threads show the same, and only those are
// run in which the threads have their first turns in index order: of two threads half of the sequences, of
// three a sixth. Threads that take different numbers of turns in the serial run are not interchangeable,
// and fail the test.
func Symmetric() Option { return func(c *call) { c.symmetric = true } }

// interchangeable fails a test that calls its threads so, and the serial run tells them apart.
func (c *call) interchangeable() {
	c.t.Helper()
	if !c.symmetric || c.serial.Failed() || c.serial.Skipped() {
		return
	}
	for i, n := range c.counts {
		if n != c.counts[0] {
			threads := c.serial.course.threads
			c.t.Fatalf("orchestrate: Symmetric: thread 0 %q took %s in the serial run, and thread %d %q %s: "+
				"they are not interchangeable: leave the option out",
				threads[0].name(), turnsOf(c.counts[0]), i, threads[i].name(), turnsOf(n))
		}
	}
}

// sequences returns those that are to be run, the serial one first.
func (c *call) sequences() permutations.Sequences {
	if c.symmetric {
		it, err := permutations.NewSymmetric(c.counts, make([]int, len(c.counts)))
		if err != nil {
			panic("orchestrate: " + err.Error()) // interchangeable has seen to it
		}
		return it
	}
	return permutations.New(c.counts)
}

// same reports whether all threads are one function value, and took equally many turns: the option
// Symmetric would hold.
func (c *call) same(t *T) bool {
	threads := t.course.threads
	if len(threads) < 2 || slices.Min(c.counts) != slices.Max(c.counts) {
		return false
	}
	for _, th := range threads {
		if closure(th.f) != closure(threads[0].f) {
			return false
		}
	}
	return true
}

// closure identifies a function value: it points to the function's code and what it has captured. Those of
// one that is evaluated twice, and captures something, are different.
func closure(f func()) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&f)) }
