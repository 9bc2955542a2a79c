package order

// want: body stop1 after
func ifDone() {
	if true {
		log("body")
	} // pragma: SYNCPOINT
	log("after")
}

// want: cond stop1 after
func ifNotEntered() {
	if val("cond", false) {
		log("body")
	} // pragma: SYNCPOINT
	log("after")
}

// want: else stop1 after
func elseDone() {
	if false {
		log("body")
	} else {
		log("else")
	} // pragma: SYNCPOINT
	log("after")
}

// want: body body stop1 after
func forDone() {
	for range 2 {
		log("body")
	} // pragma: SYNCPOINT
	log("after")
}

// want: body stop1 after
func forLeft() {
	for {
		log("body")
		break
	} // pragma: SYNCPOINT
	log("after")
}

// want: body stop1 after
func forLeftByLabel() {
loop:
	for {
		for {
			log("body")
			break loop
		}
	} // pragma: SYNCPOINT
	log("after")
}

// want: body stop1 after
func switchDone() {
	switch {
	case true:
		log("body")
	} // pragma: SYNCPOINT
	log("after")
}

// want: body stop1 after
func switchLeft() {
	switch {
	default:
		if true {
			log("body")
			break
		}
		return
	} // pragma: SYNCPOINT
	log("after")
}

// want: body stop1 after
func selectDone() {
	select {
	default:
		log("body")
	} // pragma: SYNCPOINT
	log("after")
}

// want: body stop1 after
func blockDone() {
	{
		log("body")
	} // pragma: SYNCPOINT
	log("after")
}

// want: body stop1 after
func literalCalled() {
	func() {
		log("body")
	}() // pragma: SYNCPOINT
	log("after")
}
