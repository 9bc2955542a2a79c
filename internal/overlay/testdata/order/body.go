package order

// want: stop1 body
func functionBody() { // pragma: SYNCPOINT
	log("body")
}

// want: stop1 body
func method() { thing{}.method() }

type thing struct{}

func (thing) method() { // pragma: SYNCPOINT
	log("body")
}

// want: a stop1 body b
func literalBody() {
	log("a")
	func() { // pragma: SYNCPOINT
		log("body")
	}()
	log("b")
}

// want: a stop1 body b
func literalAsArgument() {
	twice := func(f func(), _ int) { f() }
	log("a")
	twice(func() { // pragma: SYNCPOINT
		log("body")
	}, 2)
	log("b")
}

// want: b body stop1 c
func behindLiteral() {
	twice := func(f func(), _ string) { f() }
	twice(func() {
		log("body")
	}, // pragma: SYNCPOINT
		val("b", ""))
	log("c")
}

// want: a stop1 b
func bareBlock() {
	log("a")
	{ // pragma: SYNCPOINT
		log("b")
	}
}

// want: x stop2 y
func switchCase() {
	switch val("x", 2) {
	case 1: // pragma: SYNCPOINT
		log("one")
	case 2: // pragma: SYNCPOINT
		log("y")
	default: // pragma: SYNCPOINT
		log("default")
	}
}

// want: stop1 default
func switchDefault() {
	switch {
	default: // pragma: SYNCPOINT
		log("default")
	}
}

// want: stop1 stop2 stop3 body
func caseOfSeveralLines() {
	switch 3 {
	case 1, // pragma: SYNCPOINT
		// pragma: SYNCPOINT
		3: // pragma: SYNCPOINT
		log("body")
	}
}

// want: stop1 stop2
func caseEmpty() {
	switch 1 {
	case 1: // pragma: SYNCPOINT
		// pragma: SYNCPOINT
	case 2:
	}
}

// want: body stop1 after
func endOfCase() {
	switch 1 {
	case 1:
		log("body")
	// pragma: SYNCPOINT
	case 2:
		log("two")
	}
	log("after")
}

// want: body stop1
func endOfLastCase() {
	switch 1 {
	case 1:
		log("body")
		// pragma: SYNCPOINT
	}
}

// want: stop1 int
func typeSwitchCase() {
	switch any(1).(type) {
	case string, // pragma: SYNCPOINT
		int:
		log("int")
	}
}

// want: a stop1 b
func selectCase() {
	c := make(chan int, 1)
	c <- val("a", 1)
	select {
	case x := <-c: // pragma: SYNCPOINT
		log("b")
		_ = x
	default:
		log("default")
	}
}

// want: stop1 default
func selectDefault() {
	select {
	case <-make(chan int):
		log("x")
	default: // pragma: SYNCPOINT
		log("default")
	}
}

// want: a b stop1 stop2 body
func selectCaseOfSeveralLines() {
	c := make(chan int, 1)
	select {
	case func(_ int) chan int { log("a"); return c }( // pragma: SYNCPOINT
		0) <- val("b", 1): // pragma: SYNCPOINT
		log("body")
	}
}

// want: body stop1 after
func selectBody() {
	c := make(chan int, 1)
	select {
	case c <- 1:
		log("body")
	// pragma: SYNCPOINT
	case (chan int)(nil) <- 2:
	}
	log("after")
}
