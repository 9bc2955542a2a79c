package goker

// A raft commits changes, and a store applies them: two loops, each of which sends to the other.
//
// cockroachdb/cockroach#2448: the store wants to hand the callback of a change to the raft, which does
// not take it, as it wants to hand the next change to the store.
//
// The order that it needs: the store has taken a change and has not handed over the callback when the
// raft turns to the next change.
type raft struct {
	changes   chan change
	callbacks chan func()
	stopped   chan struct{} // closed by the raft when it ends
	called    int
}

type change struct{ callback func() }

func newRaft() *raft {
	return &raft{changes: make(chan change), callbacks: make(chan func()), stopped: make(chan struct{})}
}

// run commits so many changes, and calls the callbacks that come meanwhile.
func (r *raft) run(changes int, commit func(*raft, change)) {
	defer close(r.stopped)
	for committed := 0; committed < changes; {
		select {
		case callback := <-r.callbacks:
			callback()
		default:
			commit(r, change{callback: func() { r.called++ }})
			committed++
		}
		// pragma: SYNCPOINT
	}
}

func (r *raft) commit(c change) {
	r.changes <- c
}

// commitRepaired goes on taking callbacks while the store does not take the change.
func (r *raft) commitRepaired(c change) {
	for {
		select {
		case r.changes <- c:
			return
		case callback := <-r.callbacks:
			callback()
		}
	}
}

// store applies changes until the raft ends.
func (r *raft) store() {
	for {
		select {
		case c := <-r.changes:
			// pragma: SYNCPOINT
			select {
			case r.callbacks <- c.callback:
			case <-r.stopped:
			}
		case <-r.stopped:
			return
		}
	}
}
