package syncpoint_test

import (
	"fmt"
	"sync/atomic"

	"github.com/orchtest/orchtest/lib/syncpoint"
)

// visits are counted, but two at once may count as one.
type visits struct{ n atomic.Int64 }

func (v *visits) add() int64 {
	n := v.n.Load() + 1
	syncpoint.Here() // where a thread of an orchestrated test hands its turn back
	v.n.Store(n)
	return n
}

func ExampleHere() {
	// Nobody here is a thread: the call returns at once.
	var v visits
	fmt.Println(v.add(), v.add())
	// Output: 1 2
}

func ExampleNamed() {
	transfer := func(from, to *atomic.Int64, amount int64) {
		from.Add(-amount)
		syncpoint.Named("between accounts") // takes part in tests that say orchestrate.Name("between accounts")
		to.Add(amount)
	}
	var a, b atomic.Int64
	transfer(&a, &b, 10)
	fmt.Println(a.Load(), b.Load())
	// Output: -10 10
}
