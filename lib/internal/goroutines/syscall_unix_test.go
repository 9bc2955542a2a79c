//go:build unix

package goroutines_test

import (
	"syscall"
	"testing"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
)

func TestInASystemCall(t *testing.T) {
	var pipe [2]int
	if err := syscall.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	s := make(spots)
	end := make(chan struct{})
	go func() {
		defer close(end)
		s.here()
		syscall.Read(pipe[0], make([]byte, 1)) //nolint
	}()
	spot := <-s
	var looker goroutines.Looker
	g := awaitState(t, &looker, spot.g, "syscall")
	if on, _, _ := g.Wait(); g.Kind() != goroutines.Active || on != "syscall.Read" {
		t.Errorf("got %v, on %s, want active on syscall.Read", g.Kind(), on)
	}
	if status, _, ok := spot.g.Status(); ok && status != goroutines.Syscall {
		t.Errorf("got status %v, want Syscall", status)
	}
	syscall.Close(pipe[1])
	<-end
	syscall.Close(pipe[0])
}
