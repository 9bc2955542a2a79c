package bugs

import "sync/atomic"

// A limiter lets so many requests in at once.
//
// Stampede: requests that come at the same time find the same number of others, and all get in. There is some
// slack, so that nothing happens before four have slipped through together.
type limiter struct {
	inside, most atomic.Int64
}

func (l *limiter) enter() bool {
	if l.inside.Load() >= 1 { // pragma: SYNCPOINT
		return false
	}
	l.note(l.inside.Add(1)) // pragma: SYNCPOINT
	return true
}

// enterRepaired counts itself first.
func (l *limiter) enterRepaired() bool {
	if l.inside.Add(1) > 1 { // pragma: SYNCPOINT
		l.inside.Add(-1)
		return false
	}
	l.note(1) // pragma: SYNCPOINT
	return true
}

func (l *limiter) leave() { l.inside.Add(-1) }

// note takes note of how many are inside.
func (l *limiter) note(inside int64) {
	for most := l.most.Load(); inside > most && !l.most.CompareAndSwap(most, inside); {
		most = l.most.Load()
	}
}
