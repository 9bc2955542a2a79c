package order

// want: a stop1 after
func breakLoop() {
	for {
		log("a")
		break // pragma: SYNCPOINT
	}
	log("after")
}

// want: a stop1 a stop1 after
func continueLoop() {
	for range 2 {
		log("a")
		continue // pragma: SYNCPOINT
	}
	log("after")
}

// want: a stop1 after
func breakLabel() {
outer:
	for {
		for {
			log("a")
			break outer // pragma: SYNCPOINT
		}
	}
	log("after")
}

// want: a stop1 after
func gotoLabel() {
	log("a")
	goto end // pragma: SYNCPOINT
end:
	log("after")
}

// want: a stop1 b
func fallThrough() {
	switch 1 {
	case 1:
		log("a")
		fallthrough // pragma: SYNCPOINT
	case 2:
		log("b")
	}
}

// want: a stop1 b
func fallIntoCase() {
	switch 1 {
	case 1:
		log("a")
		fallthrough
	case 2: // pragma: SYNCPOINT
		log("b")
	}
}

// want: a stop1 after
func breakInCase() {
	switch 1 {
	case 1:
		log("a")
		break // pragma: SYNCPOINT
	}
	log("after")
}

// want: x stop1 x stop1 end
func label() {
	n := 0
	log("x")
again: // pragma: SYNCPOINT
	if n++; n < 2 {
		log("x")
		goto again
	}
	log("end")
}

// want: stop1 body stop1 body
func labelOfLiteral() {
	n := 0
again: // pragma: SYNCPOINT
	for range 1 {
		func() {
		again:
			for {
				log("body")
				break again
			}
		}()
	}
	if n++; n < 2 {
		goto again
	}
}

// want: stop1 body stop1 body end
func labelAlone() {
	n := 0
again:
	// pragma: SYNCPOINT
	for range 1 {
		log("body")
	}
	if n++; n < 2 {
		goto again
	}
	log("end")
}

// want: a stop1
func labelAtEnd() {
	log("a")
	goto end
end: // pragma: SYNCPOINT
}

// want: cond stop1 body cond stop1 after
func labelledLoop() {
	c := few("cond", 1)
loop:
	for c() { // pragma: SYNCPOINT
		log("body")
		continue loop
	}
	log("after")
}

// want: a end
func gotoOver() {
	log("a")
	for range 2 {
		goto end
	}
	log("b")
	// pragma: SYNCPOINT
	log("c") // pragma: SYNCPOINT
end:
	log("end")
}
