package bugs

import "sync/atomic"

// A service is known by the address of a replica.
//
// Reordering: a replica says that the service is ready before its address is there. Each further replica makes
// that harder to see: the client has to come after the first step of one of them and before the second step of
// any.
//
// It is reorder_N_bad of SCTBench, with N threads: P. Thomson, A. F. Donaldson and A. Betts, Concurrency Testing
// Using Controlled Schedulers: An Empirical Study, ACM Transactions on Parallel Computing 2, 2016.
type service struct {
	ready   atomic.Bool
	address atomic.Int64
}

func (s *service) start(address int64) {
	s.ready.Store(true) // pragma: SYNCPOINT
	s.address.Store(address)
}

// startRepaired says so last.
func (s *service) startRepaired(address int64) {
	s.address.Store(address) // pragma: SYNCPOINT
	s.ready.Store(true)
}

// lookUp returns an address if the service is ready.
func (s *service) lookUp() (address int64, ready bool) {
	if !s.ready.Load() {
		return 0, false
	}
	return s.address.Load(), true
}
