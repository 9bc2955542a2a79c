package loops

import (
	"fmt"
	"testing"
)

func TestShared(t *testing.T) {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	close(ch)
	var funcs []func() int
	for v := range ch {
		funcs = append(funcs, func() int { v++; return v })
	}
	for _, f := range funcs {
		fmt.Println(f())
	}
}
