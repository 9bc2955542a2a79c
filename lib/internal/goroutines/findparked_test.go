package goroutines_test

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

func TestParkedReceiver(t *testing.T) {
	if !goroutines.FindsParked() {
		t.Skip("not on this platform")
	}
	ch, self, end := make(chan struct{}), make(chan goroutines.G), make(chan bool)
	if g, ok := goroutines.Parked(ch); ok {
		t.Errorf("nobody receives, got %v", g)
	}
	go func() {
		self <- goroutines.Self()
		<-ch
		var here byte
		end <- goroutines.Self().Holds(uintptr(unsafe.Pointer(&here)))
		end <- goroutines.Self().Holds(uintptr(unsafe.Pointer(&ch)))
	}()
	want := <-self
	var got goroutines.G
	for ok := false; !ok; got, ok = goroutines.Parked(ch) {
		runtime.Gosched()
	}
	if got != want || !got.Lives() {
		t.Errorf("got %v, want %v", got, want)
	}
	if status, _, ok := got.Status(); status != goroutines.Waiting || !ok {
		t.Errorf("got %v %v", status, ok)
	}
	close(ch)
	if !<-end || <-end {
		t.Error("it is not known what lies on its stack")
	}
	for got.Lives() {
		runtime.Gosched() // it ends, or its record is used again
		if status, _, _ := got.Status(); status == goroutines.Dead {
			break
		}
	}
}
