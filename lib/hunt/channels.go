package hunt

// To is the channel of a send; To(ch).Send(site, v) is ch <- v.
func To[T any](ch chan<- T) Sender[T] { return Sender[T]{ch} }

// A Sender is the channel of a send.
type Sender[T any] struct{ ch chan<- T }

// Send is s.ch <- v.
func (s Sender[T]) Send(site string, v T) {
	th := point(site)
	if th == nil {
		s.ch <- v
		return
	}
	defer th.after() // also where the channel is closed meanwhile, and the send panics
	s.ch <- v
}

// Receive is <-ch.
func Receive[T any](site string, ch <-chan T) T {
	th := point(site)
	v := <-ch
	th.after()
	return v
}

// Receive2 is v, ok := <-ch.
func Receive2[T any](site string, ch <-chan T) (T, bool) {
	th := point(site)
	v, ok := <-ch
	th.after()
	return v, ok
}

// Close is close(ch).
func Close[T any](site string, ch chan<- T) {
	th := point(site)
	close(ch)
	th.after()
}

// Range is the channel of a range clause, which is evaluated once.
func Range[T any](ch <-chan T) <-chan T { return ch }

// RangeVar is the channel of a range clause and the variable that all iterations share, as they did before
// Go 1.22.
func RangeVar[T any](ch <-chan T) (<-chan T, T) {
	var shared T
	return ch, shared
}
