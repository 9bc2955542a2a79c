package orchestrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A stuck is why a scenario cannot come to its end.
type stuck struct {
	text string // what is to be said of it; "" is nothing
	turn int    // the number of the turn in which it is
	over bool   // the scenario had been given up before
}

// A wait is one time that a thread was blocked.
type wait struct {
	turn   int // its number
	since  int // the number of the turn in which it began: that one, or a later one of another thread
	on     string
	place  place
	object uintptr // what it waits on; 0 where that is not known
	until  int     // the number of the turn in which it went on; 0 if it did not
}

func (w wait) describe() protocol.Wait {
	return protocol.Wait{On: w.on, File: w.place.file, Line: w.place.line, Until: w.until}
}

func waitOf(turn int, g *goroutines.Goroutine) wait {
	w := wait{turn: turn, since: turn}
	w.on, w.place.file, w.place.line = g.Wait()
	if g.Kind() != goroutines.Sync {
		w.on = "runtime.Gosched" // it spins
	}
	w.object, _ = g.Object()
	return w
}

// A blockedAt tells which threads were blocked when a turn began.
type blockedAt struct {
	turn    int
	threads []int
}

// deadlock describes threads that all wait for each other.
func (c *course) deadlock() *stuck {
	if c.drained() {
		return &stuck{turn: c.Taken()} // no wonder
	}
	text := "deadlock: no thread can go on\n" + c.waitsNow()
	if c.timed() {
		text += fmt.Sprintf("  nothing changed for %v: a timer that takes longer needs a longer "+
			"orchestrate.DeadlockWindow or --deadlock-window\n", c.limits.window)
	}
	return &stuck{text: text, turn: c.Taken()}
}

// undecided describes threads that all wait, beside a goroutine that may still wake one.
func (c *course) undecided(threads []*thread) *stuck {
	if c.lookout.bubble || c.lookout.awake == "" {
		return c.tooLong(threads...)
	}
	return &stuck{turn: c.Taken(), text: fmt.Sprintf("no thread can go on, and nobody has woken one for %v "+
		"(orchestrate.TurnTimeout, --turn-timeout); it is a deadlock unless %s, still wakes one\n%s",
		c.limits.turn, c.lookout.awake, c.waitsNow())}
}

// waitsNow says what each thread that is adrift waits on.
func (c *course) waitsNow() string {
	var b strings.Builder
	for _, th := range c.adriftThreads() {
		w := th.waits[len(th.waits)-1]
		fmt.Fprintf(&b, "  %q waits on %s at %s since turn %d%s\n",
			th.name(), w.on, c.lookout.short(w.place), w.turn, c.locker(th, w))
	}
	return b.String()
}

// timed reports whether a thread waits for what may be a timer's channel.
func (c *course) timed() bool {
	return slices.ContainsFunc(c.adriftThreads(), func(th *thread) bool {
		on := th.waits[len(th.waits)-1].on
		return on == "chan receive" || on == "select"
	})
}

// locker says which threads can have locked last what a thread waits on, as far as the turns tell. It does not
// count with one that snatched the lock from a thread that was woken for it, nor with one that was seen to wait
// for it, got it, and waits for it again in the same place.
func (c *course) locker(waiter *thread, w wait) string {
	if w.on != "sync.Mutex.Lock" {
		return "" // a reader may wait for a writer that waits itself
	}
	// A thread that had waited for the same lock and went on has got it, if no other one did in the same turn.
	var got *thread
	when := 0
	for _, th := range c.threads {
		for _, other := range th.waits {
			switch {
			case w.object == 0 || other.object != w.object || other.until < when || other.until == 0:
			case other.until == when && th != got:
				got = nil
			default:
				got, when = th, other.until
			}
		}
	}
	// Else, and since then, it can only have been one of those that moved before the wait began.
	var others []string
	for _, th := range c.threads {
		if th != waiter && (th == got || c.moved(th, when, max(when, w.since))) {
			others = append(others, fmt.Sprintf("%q", th.name()))
		}
	}
	said := ""
	switch {
	case got != nil && (len(others) > 2 || got == waiter):
		return fmt.Sprintf(", which %q got in turn %d", got.name(), when)
	case got != nil:
		said = fmt.Sprintf(" (%q got it in turn %d)", got.name(), when)
	}
	switch len(others) {
	case 0:
		return ", which no other thread can have locked: it has itself, or the scenario function"
	case 1, 2:
		return fmt.Sprintf(", which only %s or itself can have locked%s", strings.Join(others, ", "), said)
	}
	return ""
}

// moved reports whether the thread had a turn of these numbers, or was woken in one.
//
//go:norace
func (c *course) moved(th *thread, from, to int) bool {
	in := from <= th.Number() && th.Number() <= to && th.Number() > 0
	for _, t := range th.turns {
		in = in || from <= t.number && t.number <= to
	}
	for _, w := range th.waits {
		in = in || from <= w.until && w.until <= to && w.until > 0
	}
	return in
}

// tooLong describes threads that did not come to the ends of their turns in time.
func (c *course) tooLong(threads ...*thread) *stuck {
	l := &c.lookout
	l.look()
	moving := slices.DeleteFunc(slices.Clone(threads), func(th *thread) bool {
		g := l.goroutine(th)
		return g == nil || g.Kind() == goroutines.Sync
	})
	if len(moving) > 0 {
		threads = moving // the others only wait
	}
	var b strings.Builder
	for _, th := range threads {
		fmt.Fprintf(&b, "thread %q did not come to the end of its turn %d ", th.name(), th.Number())
		if l.bubble {
			b.WriteString("and never will: the bubble's clock stands still, since another thread waits on what is not durably blocking")
		} else {
			fmt.Fprintf(&b, "within %v (orchestrate.TurnTimeout, --turn-timeout)", c.limits.turn)
		}
		g := l.goroutine(th)
		if g == nil {
			b.WriteString("\n") // by now it did
			continue
		}
		th.wentOn(c.Taken(), g)
		if g.Kind() == goroutines.Sync {
			on, file, line := g.Wait()
			fmt.Fprintf(&b, ": it waits on %s at %s", on, l.short(place{file, line}))
			if l.mayBeWoken(true) {
				fmt.Fprintf(&b, ", and %s may still wake it", l.awake)
			}
		} else {
			fmt.Fprintf(&b, ": it is in state %q", g.State)
		}
		fmt.Fprintf(&b, "\n%s", g.Stack())
	}
	return &stuck{text: b.String(), turn: threads[0].Number()}
}

// wentOn takes note, in the turn of this number, that a thread that was blocked has gone on, if its goroutine is
// not where it was.
func (th *thread) wentOn(turn int, g *goroutines.Goroutine) {
	last := len(th.waits) - 1
	if last < 0 || th.waits[last].until > 0 {
		return
	}
	if w := waitOf(turn, g); g.Kind() != goroutines.Sync || w.on != th.waits[last].on || w.place != th.waits[last].place {
		th.waits[last].until = turn
	}
}
