package hunt_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/orchtest/orchtest/lib/hunt"
	"github.com/orchtest/orchtest/lib/protocol"
)

// TestProgramCall waits in a system call that takes longer than anybody has patience for.
func TestProgramCall(t *testing.T) {
	begin(t)
	syscall.Nanosleep(&syscall.Timespec{Sec: 30}, nil)
}

// TestProgramOthersCall waits for a goroutine that does.
func TestProgramOthersCall(t *testing.T) {
	begin(t)
	ch := make(chan bool)
	go func() {
		syscall.Nanosleep(&syscall.Timespec{Sec: 30}, nil)
		ch <- true
	}()
	hunt.Receive(gets, ch)
}

func TestCalls(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"TestProgramCall", "TestProgramOthersCall"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			last, output := hunted(t, protocol.HuntRequest{Test: program, Count: 2})
			if last.Kind != protocol.HuntNotHuntable || !strings.Contains(last.Reason, "call_linux_test.go") {
				t.Errorf("got %+v\n%s", last, output)
			}
		})
	}
}
