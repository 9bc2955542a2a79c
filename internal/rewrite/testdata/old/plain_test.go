package old

import (
	"fmt"
	"runtime"
	"testing"
)

func where() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

func TestPlain(t *testing.T) {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	close(ch)
	var funcs []func() int
	for v := range ch {
		funcs = append(funcs, func() int { v++; return v })
	}
	for _, f := range funcs {
		fmt.Println(f(), where())
	}
	var c counter
	fmt.Println(c.add(), c.add(), where())
}
