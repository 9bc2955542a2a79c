package order

// want: cond stop1 body after
func ifTrue() {
	if val("cond", true) { // pragma: SYNCPOINT
		log("body")
	}
	log("after")
}

// want: cond stop1 after
func ifFalse() {
	if val("cond", false) { // pragma: SYNCPOINT
		log("body")
	}
	log("after")
}

// want: cond stop1=n after
func ifNamed() {
	if val("cond", false) { // pragma: SYNCPOINT n
		log("body")
	}
	log("after")
}

// want: init cond stop1 body
func ifInit() {
	if x := val("init", 1); val("cond", x == 1) { // pragma: SYNCPOINT
		log("body")
	}
}

// want: a b stop1 else
func ifOfSeveralLines() {
	if val("a", true) &&
		val("b", false) { // pragma: SYNCPOINT
		log("body")
	} else {
		log("else")
	}
}

// want: a b stop1 stop2 body
func ifInnerLine() {
	if val("a", true) && // pragma: SYNCPOINT
		val("b", true) { // pragma: SYNCPOINT
		log("body")
	}
}

// want: init a stop1 body
func ifInitOfSeveralLines() {
	if x := val("init", // pragma: SYNCPOINT
		true); val("a", x) {
		log("body")
	}
}

// want: one stop1 two stop2 body
func elseIf() {
	if val("one", false) { // pragma: SYNCPOINT
		log("x")
	} else if val("two", true) { // pragma: SYNCPOINT
		log("body")
	}
}

// want: one stop1 else
func elseBody() {
	if val("one", false) {
		log("x")
	} else { // pragma: SYNCPOINT
		log("else")
	}
}

// want: stop1 body
func constantCondition() {
	if true { // pragma: SYNCPOINT
		log("body")
	}
}

type flag bool

// want: cond stop1 body
func namedBool() {
	if val("cond", flag(true)) { // pragma: SYNCPOINT
		log("body")
	}
}

// want: stop1 body
func comparison() {
	var p *int
	if p == nil { // pragma: SYNCPOINT
		log("body")
	}
}

// want: stop1 body
func parenthesised() {
	if (struct{ x int }{1}) == (struct{ x int }{1}) { // pragma: SYNCPOINT
		log("body")
	}
}

// want: panicked
func conditionPanics() {
	defer func() {
		recover()
		log("panicked")
	}()
	var p *bool
	if *p { // pragma: SYNCPOINT
		log("body")
	}
}

// want: in stop1 out stop2 body
func literalInCondition() {
	if func() bool {
		log("in") // pragma: SYNCPOINT
		log("out")
		return true
	}() { // pragma: SYNCPOINT
		log("body")
	}
}

// want: cond stop1 body cond stop1 body cond stop1 after
func forCondition() {
	c := few("cond", 2)
	for c() { // pragma: SYNCPOINT
		log("body")
	}
	log("after")
}

// want: init cond stop1 body post cond stop1 after
func forClauses() {
	for i := val("init", 0); val("cond", i < 1); i += val("post", 1) { // pragma: SYNCPOINT
		log("body")
	}
	log("after")
}

// want: init cond stop1 stop2 stop3 body post cond stop1 stop2 stop3
func forOfSeveralLines() {
	for i := val("init", // pragma: SYNCPOINT
		0); val("cond", // pragma: SYNCPOINT
		i < 1); i += val("post", 1) { // pragma: SYNCPOINT
		log("body")
	}
}

// want: stop1 body
func forTrue() {
	for true { // pragma: SYNCPOINT
		log("body")
		break
	}
}

// want: stop1 body stop1 body
func forEver() {
	n := 0
	for { // pragma: SYNCPOINT
		log("body")
		if n++; n == 2 {
			break
		}
	}
}

// want: stop1 body post stop1 body
func forNoCondition() {
	for i := 0; ; i += val("post", 1) { // pragma: SYNCPOINT
		log("body")
		if i == 1 {
			return
		}
	}
}

// want: x stop1 body stop1 body after
func forRange() {
	for range val("x", []int{1, 2}) { // pragma: SYNCPOINT
		log("body")
	}
	log("after")
}

// want: x after
func forRangeEmpty() {
	for i := range val("x", []int{}) { // pragma: SYNCPOINT
		_ = i
	}
	log("after")
}

// want: stop1 body stop1 body
func forRangeNumber() {
	for range 2 { // pragma: SYNCPOINT
		log("body")
	}
}

// want: stop1 stop2 body stop1 stop2 body
func forRangeOfSeveralLines() {
	for range []int{
		1, // pragma: SYNCPOINT
		2,
	} { // pragma: SYNCPOINT
		log("body")
	}
}

// want: stop1 body stop1 body
func forRangeFunction() {
	for x := range func(yield func(int) bool) { _ = yield(1) && yield(2) } { // pragma: SYNCPOINT
		log("body")
		_ = x
	}
}

// want: x stop1 case one
func switchTag() {
	switch val("x", 1) { // pragma: SYNCPOINT
	case val("case", 1):
		log("one")
	}
}

// want: x stop1 after
func switchNoMatch() {
	switch val("x", 1) { // pragma: SYNCPOINT
	case 2:
		log("two")
	}
	log("after")
}

// want: init x stop1 one
func switchInit() {
	switch y := val("init", 1); val("x", y) { // pragma: SYNCPOINT
	case 1:
		log("one")
	}
}

// want: stop1 one
func switchConstant() {
	switch 1.5 { // pragma: SYNCPOINT
	case 1.5:
		log("one")
	}
}

// want: stop1 a b two
func switchNoTag() {
	switch { // pragma: SYNCPOINT
	case val("a", false):
		log("one")
	case val("b", true):
		log("two")
	}
}

// want: init stop1 stop2 a one
func switchNoTagOfSeveralLines() {
	switch y := val("init", // pragma: SYNCPOINT
		1); { // pragma: SYNCPOINT
	case val("a", y == 1):
		log("one")
	}
}

// want: init stop1=n a one
func switchInitNoTag() {
	switch y := val("init", 1); { // pragma: SYNCPOINT n
	case val("a", y == 1):
		log("one")
	}
}

// want: x stop1 int
func typeSwitch() {
	switch val("x", any(1)).(type) { // pragma: SYNCPOINT
	case int:
		log("int")
	}
}

// want: init x stop1 1
func typeSwitchBinding() {
	switch y := val("init", any("1")); v := val("x", y).(type) { // pragma: SYNCPOINT
	case string:
		log(v)
	}
}

// want: x y stop1 stop2 nil
func typeSwitchOfSeveralLines() {
	switch v := func(a, _ any) any { return a }(
		val[any]("x", nil), // pragma: SYNCPOINT
		val[any]("y", nil),
	).(type) { // pragma: SYNCPOINT
	case nil:
		log("nil")
		_ = v
	}
}
