package latch_test

import (
	"fmt"
	"time"

	"github.com/orchtest/orchtest/lib/latch"
)

func Example() {
	account := 100
	withdrawn := latch.New(1)
	go func() {
		account -= 70
		withdrawn.CountDown()
	}()
	withdrawn.Wait()
	fmt.Println(account)
	// Output: 30
}

func ExampleNew() {
	ready := latch.New(3)
	for range 3 {
		go ready.CountDown()
	}
	ready.Wait()
	fmt.Println("all three are ready")
	// Output: all three are ready
}

func ExampleLatch_CountDown() {
	l := latch.New(1)
	l.CountDown()
	l.CountDown() // open already: nothing happens
	fmt.Println(l.Count())
	// Output: 0
}

func ExampleLatch_Count() {
	l := latch.New(2)
	fmt.Println(l.Count())
	l.CountDown()
	fmt.Println(l.Count())
	// Output:
	// 2
	// 1
}

func ExampleLatch_Wait() {
	first := latch.New(1)
	second := latch.New(1)
	go func() {
		first.Wait()
		fmt.Println("second")
		second.CountDown()
	}()
	fmt.Println("first")
	first.CountDown()
	second.Wait()
	// Output:
	// first
	// second
}

func ExampleLatch_WaitFor() {
	reply := latch.New(1)
	if !reply.WaitFor(time.Millisecond) {
		fmt.Println("no reply within a millisecond")
	}
	// Output: no reply within a millisecond
}
