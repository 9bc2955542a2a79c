package orchestrate

import (
	"fmt"
	"runtime/debug"
	"time"
)

// started is when the process was.
var started = time.Now()

// watch ends the process if the serial run does not end within its limit, as the testing package does
// if the tests do not. What it returns puts an end to that. In a bubble of testing/synctest it does
// nothing: there the clock, which stands in another century, is the test's own.
func (c *call) watch(t *T) (stop func() bool) {
	if c.mode.limit <= 0 || time.Now().Before(started) {
		return func() bool { return true }
	}
	return time.AfterFunc(c.mode.limit, func() {
		why := ""
		if th, _ := t.course.Held(); th != nil {
			why = fmt.Sprintf(": thread %q did not come to the end of its turn, and before it has ended "+
				"no later thread runs", of(th).name())
		}
		debug.SetTraceback("all")
		panic(fmt.Sprintf("orchestrate: the serial run of %s did not end within %v (--scenario-timeout)%s",
			c.t.Name(), c.mode.limit, why))
	}).Stop
}
