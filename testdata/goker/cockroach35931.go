package goker

// A flow joins the rows of two streams. Each has room for one row that was not read.
//
// cockroachdb/cockroach#35931: a cancelled flow tells each of its streams, one after the other. If the
// first is full, the second, on which the reader waits, is never told.
//
// The order that it needs: a row has come on the left, and has not been read, when the left is told. If
// the left is told first, the row waits, and all is read in the end.
type flow struct{ left, right chan string }

func newFlow() *flow {
	return &flow{left: make(chan string, 1), right: make(chan string, 1)}
}

// produce sends the one row that there is on the left.
func (f *flow) produce() { f.left <- "row" }

// join waits for the right, and then reads all of the left: the row and the cancellation.
func (f *flow) join() {
	<-f.right
	<-f.left
	<-f.left
}

func (f *flow) cancel() {
	for _, stream := range []chan string{f.left, f.right} { // pragma: SYNCPOINT
		stream <- "cancelled"
	}
}

// cancelRepaired tells each stream when it has room, and makes none wait for another.
func (f *flow) cancelRepaired() {
	for _, stream := range []chan string{f.left, f.right} { // pragma: SYNCPOINT
		go func() { stream <- "cancelled" }()
	}
}
