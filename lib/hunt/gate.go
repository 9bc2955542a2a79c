package hunt

// A thread is a goroutine of the hunted test. All methods may be called of nil, which stands for a goroutine
// that is not hunted.
type thread struct{}

// point is a scheduling point before an operation: the calling goroutine, adopted if need be, gives its turn
// back and returns when it has the next one. It returns nil at once where nothing is hunted.
func point(site string) *thread { return nil }

// after follows each operation that may have blocked: a thread that had been seen blocked queues for its turn.
func (th *thread) after() {}

// choose decides between n ready cases of the select statement at which the thread stands; n is at least 1.
func (th *thread) choose(site string, n int) int { return 0 }

// spawn starts f in a goroutine, a new thread of whoever calls. The caller has just been at the go statement's
// point.
func spawn(site string, f func()) { go f() }

// hunting reports whether a test is being hunted at the moment.
func hunting() bool { return false }
