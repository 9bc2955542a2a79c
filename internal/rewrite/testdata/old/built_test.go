//go:build linux || !linux
// +build linux !linux

package old

import (
	"fmt"
	"runtime"
	"testing"
)

func line() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

func TestBuilt(t *testing.T) {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	close(ch)
	var funcs []func() int
	for v := range ch {
		funcs = append(funcs, func() int { v++; return v })
	}
	for _, f := range funcs {
		fmt.Println(f(), line())
	}
	var c counter
	fmt.Println(c.add(), c.add(), line())
}
