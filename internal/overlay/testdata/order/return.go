package order

import "runtime"

// want: value stop1 deferred caller
func returnValue() {
	func() int {
		defer log("deferred")
		return val("value", 1) // pragma: SYNCPOINT
	}()
	log("caller")
}

// want: value stop1=n caller
func returnNamed() {
	func() int {
		return val("value", 1) // pragma: SYNCPOINT n
	}()
	log("caller")
}

// want: a stop1 caller
func returnBare() {
	func() {
		log("a")
		return // pragma: SYNCPOINT
	}()
	log("caller")
}

// want: a stop1 caller2
func returnNamedResults() {
	x, err := func() (x string, err error) {
		x = "caller1"
		log("a")
		x = "caller2"
		return // pragma: SYNCPOINT
	}()
	log(x)
	_ = err
}

// want: a b stop1 stop2 stop3 caller
func returnOfSeveralLines() {
	func() (int, int) {
		return val("a", 1), // pragma: SYNCPOINT
			// pragma: SYNCPOINT
			val("b", 2) // pragma: SYNCPOINT
	}()
	log("caller")
}

// want: one stop1 caller two stop2 caller
func returnFromBranches() {
	f := func(c bool) int {
		if c {
			return val("one", 1) // pragma: SYNCPOINT
		}
		for {
			return val("two", 1) // pragma: SYNCPOINT
		}
	}
	f(true)
	log("caller")
	f(false)
	log("caller")
}

// want: x stop1 caller
func returnInRangeFunction() {
	func() int {
		for range func(yield func() bool) { yield() } {
			return val("x", 1) // pragma: SYNCPOINT
		}
		return 0
	}()
	log("caller")
}

// want: value recovered
func returnPanics() {
	func() int {
		defer func() {
			recover()
			log("recovered")
		}()
		return func() int { log("value"); panic("x") }() // pragma: SYNCPOINT
	}()
}

// want: recovered stop1 caller
func returnOfRecovering() {
	func() {
		defer func() {
			if recover() != nil {
				log("recovered")
				return // pragma: SYNCPOINT
			}
		}()
		panic("x")
	}()
	log("caller")
}

// want: value ended
func returnExits() {
	done := make(chan int)
	go func() {
		defer close(done)
		func() int {
			return func() int { log("value"); runtime.Goexit(); return 1 }() // pragma: SYNCPOINT
		}()
	}()
	<-done
	log("ended")
}

// want: inner stop1 made
func returnFunction() {
	f := func() func() {
		return func() {
			log("inner") // pragma: SYNCPOINT
		}
	}()
	f()
	log("made")
}

// want: stop1 made body
func returnOfLiteral() {
	f := func() func() {
		return func() {
			log("body")
		} // pragma: SYNCPOINT
	}()
	log("made")
	f()
}
