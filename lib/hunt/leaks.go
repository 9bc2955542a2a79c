package hunt

// While tests are hunted, goleak (go.uber.org/goleak) is to find nothing: it would take threads that wait for their turn,
// and the overseer, for leaks, and wait in vain for their end. What leaks is seen by the verdicts. Its functions are called
// all the same, as they have options that do more, with one that leaves out every goroutine there is.

// VerifyNone is goleak.VerifyNone, which verify is; ignore is goleak.IgnoreCurrent.
func VerifyNone[T, O any](verify func(T, ...O), ignore func() O) func(T, ...O) {
	if theHunter == nil {
		return verify
	}
	return func(t T, options ...O) { verify(t, with(options, ignore())...) }
}

// FindLeaks is goleak.Find, which find is.
func FindLeaks[O any](find func(...O) error, ignore func() O) func(...O) error {
	if theHunter == nil {
		return find
	}
	return func(options ...O) error { return find(with(options, ignore())...) }
}

// VerifyTestMain is goleak.VerifyTestMain, which verify is: it runs the tests, and then looks at its options.
func VerifyTestMain[M interface{ Run() int }, O any](verify func(M, ...O), ignore func() O) func(M, ...O) {
	if theHunter == nil {
		return verify
	}
	return func(m M, options ...O) {
		options = with(options, ignore())
		after := func() { options[len(options)-1] = ignore() }
		verify(any(tests{m.Run, after}).(M), options...)
	}
}

// tests are a testing.M.
type tests struct {
	run   func() int
	after func()
}

func (t tests) Run() int {
	defer t.after()
	return t.run()
}

// with returns the options and one more, in memory of its own.
func with[O any](options []O, last O) []O { return append(options[:len(options):len(options)], last) }
