package goker

// A node is a loop that tells its status until it is stopped.
//
// etcd-io/etcd#6857: who asks a stopped node for its status sends to a loop that has gone.
//
// The order that it needs: the stop comes before the question.
type node struct {
	questions chan chan string
	stops     chan struct{}
	done      chan struct{} // closed by the loop when it ends
}

func newNode() *node {
	return &node{questions: make(chan chan string), stops: make(chan struct{}), done: make(chan struct{})}
}

func (n *node) run() {
	defer close(n.done)
	for {
		select {
		case answer := <-n.questions:
			answer <- "leader"
		case <-n.stops:
			return
		}
	}
}

func (n *node) status() string {
	// pragma: SYNCPOINT
	answer := make(chan string)
	n.questions <- answer // pragma: SYNCPOINT
	return <-answer
}

// statusRepaired notices that the loop has gone.
func (n *node) statusRepaired() string {
	// pragma: SYNCPOINT
	answer := make(chan string)
	select {
	case n.questions <- answer: // pragma: SYNCPOINT
		return <-answer
	case <-n.done:
		return "stopped"
	}
}

func (n *node) stop() {
	select {
	case n.stops <- struct{}{}:
		<-n.done
	case <-n.done:
	}
}
