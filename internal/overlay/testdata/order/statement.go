package order

import "sync"

// want: a stop1 b
func call() {
	log("a") // pragma: SYNCPOINT
	log("b")
}

// want: a stop1 b
func assignment() {
	x := val("a", 1) // pragma: SYNCPOINT
	log("b")
	_ = x
}

// want: a stop1 b
func severalValues() {
	x, y := val("a", 1), 2 // pragma: SYNCPOINT
	log("b")
	_, _ = x, y
}

// want: stop1 1
func increment() {
	x := 0
	x++ // pragma: SYNCPOINT
	if x == 1 {
		log("1")
	}
}

// want: a stop1 received
func send() {
	c := make(chan int, 1)
	c <- val("a", 1) // pragma: SYNCPOINT
	<-c
	log("received")
}

// want: a stop1 c
func goStatement() {
	var done sync.WaitGroup
	done.Add(1)
	go func(int) { done.Done() }(val("a", 1)) // pragma: SYNCPOINT
	done.Wait()
	log("c")
}

// want: stop1 b deferred
func deferStatement() {
	defer func() { log("deferred") }() // pragma: SYNCPOINT
	log("b")
}

// want: stop1 b deferred
func deferOfSeveralLines() {
	defer func() {
		log("deferred")
	}() // pragma: SYNCPOINT
	log("b")
}

// want: b stop1 deferred
func insideOfDeferred() {
	defer func() { // pragma: SYNCPOINT
		log("deferred")
	}()
	log("b")
}

// want: a stop1 b stop2 c
func declarations() {
	var x = val("a", 1) // pragma: SYNCPOINT
	log("b")
	const y = 1 // pragma: SYNCPOINT
	log("c")
	_ = x
}

// want: a b stop1 c
func declarationGroup() {
	var (
		x = val("a", 1) // pragma: SYNCPOINT
		y = val("b", 1)
	)
	log("c")
	_, _ = x, y
}

// want: stop1 a
func localType() {
	type number int // pragma: SYNCPOINT
	log("a")
	_ = number(0)
}

// want: a b stop1 c
func callOfSeveralLines() {
	func(int, int) {}(
		val("a", 1), // pragma: SYNCPOINT
		val("b", 2),
	)
	log("c")
}

// want: a b stop1 stop2 stop3 c
func severalInOneStatement() {
	func(int, int) {}(
		val("a", 1), // pragma: SYNCPOINT
		// pragma: SYNCPOINT
		val("b", 2),
	) // pragma: SYNCPOINT
	log("c")
}

// want: a b stop1=first stop2=second c
func namesInOneStatement() {
	func(int, int) {}(
		val("a", 1), // pragma: SYNCPOINT first
		val("b", 2), // pragma: SYNCPOINT second
	)
	log("c")
}

// want: a b stop1 c
func compositeLiteral() {
	x := []int{ // pragma: SYNCPOINT
		val("a", 1),
		val("b", 2),
	}
	log("c")
	_ = x
}

// want: a stop1 b
func rawString() {
	x := len(val("a", `line 1
line 2`)) // pragma: SYNCPOINT
	log("b")
	_ = x
}

// want: a stop1 b
func endsInRawString() {
	log("a")
	x := `line 1
line 2` // pragma: SYNCPOINT
	log("b")
	_ = x
}

// want: a b stop1 c
func chain() {
	new(chained).
		log("a"). // pragma: SYNCPOINT
		log("b")
	log("c")
}

type chained struct{}

func (c *chained) log(event string) *chained { log(event); return c }

// want: a stop1 b
func alone() {
	log("a")
	// pragma: SYNCPOINT
	log("b")
}

// want: stop1 a stop2
func aloneAtBothEnds() {
	// pragma: SYNCPOINT
	log("a")
	// pragma: SYNCPOINT
}

// want: stop1
func aloneInEmptyBody() {
	// pragma: SYNCPOINT
}

// want: a stop1 stop2 b
func aloneTwice() {
	log("a")
	// pragma: SYNCPOINT
	// pragma: SYNCPOINT
	log("b")
}

// want: a stop1 stop2 b
func behindAndAlone() {
	log("a") // pragma: SYNCPOINT
	// pragma: SYNCPOINT
	log("b")
}

// want: a
func panics() {
	defer func() { recover() }()
	log("a")
	func() { panic("x") }() // pragma: SYNCPOINT
}

// want: a stop1 b
func commented() {
	log("a") //nolint:errcheck // pragma: SYNCPOINT
	// log("x") // pragma: SYNCPOINT
	log("b")
}

// want: a
func notPragmas() {
	x := "// pragma: SYNCPOINT"
	y := `
// pragma: SYNCPOINT
`
	log("a") // pragma: SYNCPOINTS
	// xpragma: SYNCPOINT
	// pragma: syncpoint
	// PRAGMA: SYNCPOINT
	// see pragma: SYNCPOINT
	// say `// pragma: SYNCPOINT`
	/* one // pragma: SYNCPOINT */
	_, _ = x, y
}
