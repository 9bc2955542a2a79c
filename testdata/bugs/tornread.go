package bugs

import "sync/atomic"

// A route says where requests go.
//
// Torn read: what belongs together is written, and read, one after the other. Who reads between the two
// writes, or writes between the two reads, gets a host and a port that never belonged together.
type route struct {
	host, port atomic.Int64

	both atomic.Pointer[[2]int64] // of the repaired one
}

func (r *route) set(host, port int64) {
	r.host.Store(host) // pragma: SYNCPOINT
	r.port.Store(port)
}

func (r *route) get() (host, port int64) {
	host = r.host.Load() // pragma: SYNCPOINT
	return host, r.port.Load()
}

// setRepaired publishes both at once, as a value that does not change any more.
func (r *route) setRepaired(host, port int64) {
	r.both.Store(&[2]int64{host, port}) // pragma: SYNCPOINT
}

func (r *route) getRepaired() (host, port int64) {
	both := r.both.Load() // pragma: SYNCPOINT
	if both == nil {
		return 0, 0
	}
	return both[0], both[1]
}
