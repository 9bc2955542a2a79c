// Package names has names that those of the rewritten text might collide with.
package names // and a comment here

import (
	"sync"
	tm "time"
)

var hunt_ = 1

func time(hunt_1 int) (hunt int) {
	var hunt2_ sync.Mutex
	hunt2_.Lock()
	defer hunt2_.Unlock()
	tm.Sleep(1)
	return hunt_ + hunt_1
}

func shadowed() int {
	sync := make(chan int, 1)
	sync <- 1
	close := func(c chan int) {}
	close(sync)
	panic := func(string) {}
	panic("x")
	true := false
	select {
	case v := <-sync:
		if true {
			return 2
		}
		return v
	}
}
