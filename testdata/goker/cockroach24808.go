package goker

// A compactor compacts when somebody suggests it, and once when it is started.
//
// cockroachdb/cockroach#24808: the start sends to the channel of suggestions before there is anybody who
// receives. It has room for one, so a suggestion that was made before the start blocks the start for ever.
//
// The order that it needs: the suggestion comes before the start.
type compactor struct {
	suggestions chan struct{}
	stopped     chan struct{} // closed when it is to end
	ended       chan struct{} // closed when it has
}

func newCompactor() *compactor {
	return &compactor{
		suggestions: make(chan struct{}, 1),
		stopped:     make(chan struct{}),
		ended:       make(chan struct{}),
	}
}

// suggest does nothing if there is a suggestion already.
func (c *compactor) suggest() {
	select {
	case c.suggestions <- struct{}{}:
	default:
	}
}

func (c *compactor) start() {
	// pragma: SYNCPOINT
	c.suggestions <- struct{}{}
	go c.run()
}

func (c *compactor) startRepaired() {
	// pragma: SYNCPOINT
	c.suggest()
	go c.run()
}

func (c *compactor) run() {
	defer close(c.ended)
	for {
		select {
		case <-c.suggestions:
		case <-c.stopped:
			return
		}
	}
}

// stop ends a compactor that was started.
func (c *compactor) stop() {
	close(c.stopped)
	<-c.ended
}
