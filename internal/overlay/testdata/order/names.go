package order

import (
	. "strings"
	"sync"
)

// want: a stop1 b
func shadowed() {
	syncpoint := val("a", 1) // pragma: SYNCPOINT
	log("b")
	_ = syncpoint + Count("", "")
}

// want: a stop1 b
func generic() {
	genericWait(new(sync.Mutex))
	_ = Here
}

func genericWait[T sync.Locker](l T) {
	log("a")
	l.Lock() // pragma: SYNCPOINT
	l.Unlock()
	log("b")
}

// want: cond stop1 body x stop2 two
func genericHeaders() {
	genericHead[flag, string]("two")
}

func genericHead[B ~bool, S ~string](s S) {
	if val("cond", B(true)) { // pragma: SYNCPOINT
		log("body")
	}
	switch val("x", s) { // pragma: SYNCPOINT
	case "two":
		log("two")
	}
}

// want: a stop1 b
func genericMethod() { list[int]{}.each() }

type list[T any] struct{}

func (list[T]) each() {
	log("a") // pragma: SYNCPOINT
	log("b")
}

// Here is a declaration of the package under the name of the function that is called.
var Here, After, orchtestsyncpoint = 1, 2, 3

// want: a stop2 b stop1 c stop3 d
func closures() {
	f := func() {
		log("b") // pragma: SYNCPOINT
		log("c")
	}
	log("a")
	func() {
		// pragma: SYNCPOINT
		f()
	}() // pragma: SYNCPOINT
	log("d")
}

// want: a stop1 b
func panicOfOwn() {
	panic := func(event string) { log(event) }
	panic("a") // pragma: SYNCPOINT
	log("b")
}
