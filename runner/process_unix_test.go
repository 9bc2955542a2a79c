//go:build unix

package runner

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// children are what this test binary does where it is run as a child.
var children = map[string]func(){
	"exit3": func() {
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "to stderr")
		os.Exit(3)
	},
	"hang":       func() { ready(); wait() },
	"deaf":       func() { signal.Ignore(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM); ready(); wait() },
	"grandchild": func() { startGrandchild(); os.Exit(0) },
	"hangWithGrandchild": func() {
		startGrandchild()
		ready()
		wait()
	},
	"killed":   func() { syscall.Kill(os.Getpid(), syscall.SIGKILL); wait() },
	"megabyte": func() { fmt.Print(strings.Repeat("0123456789abcdef", 1<<16)) },
}

// wait waits for ever, with a timer, so that the runtime does not call it a deadlock.
func wait() {
	for range time.Tick(time.Hour) {
	}
}

// ready says that the signals are dealt with as the child wants.
func ready() { fmt.Println("ready") }

// startGrandchild starts a process that keeps the pipe open, and prints its number.
func startGrandchild() {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RUNNER_TEST_CHILD=deaf")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
		os.Exit(9)
	}
	fmt.Println("grandchild", cmd.Process.Pid)
}

func TestMain(m *testing.M) {
	if child := children[os.Getenv("RUNNER_TEST_CHILD")]; child != nil {
		child()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is the command that runs one of children.
func child(name string, output *watched) command {
	return command{path: os.Args[0], env: append(os.Environ(), "RUNNER_TEST_CHILD="+name), output: output}
}

// A watched buffer calls a function when a text has come. It is written to by one goroutine.
type watched struct {
	bytes.Buffer
	text string
	then func()
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if w.then != nil && strings.Contains(w.String(), w.text) {
		w.then()
		w.then = nil
	}
	return n, err
}

func TestExecuteExit(t *testing.T) {
	t.Parallel()
	var out watched
	e, err := local{}.execute(t.Context(), child("exit3", &out))
	if err != nil || e.status != "exit status 3" || e.timedOut || e.canceled {
		t.Errorf("got %+v, %v, want exit status 3", e, err)
	}
	if got := out.String(); !strings.Contains(got, "to stdout") || !strings.Contains(got, "to stderr") {
		t.Errorf("got output %q, want both streams", got)
	}
}

func TestExecuteOutputOfMuch(t *testing.T) {
	t.Parallel()
	var out watched
	if e, err := (local{}).execute(t.Context(), child("megabyte", &out)); err != nil || e.status != "" {
		t.Fatalf("got %+v, %v", e, err)
	}
	if out.Len() != 1<<20 {
		t.Errorf("got %d bytes, want %d", out.Len(), 1<<20)
	}
}

func TestExecuteKilledBySignal(t *testing.T) {
	t.Parallel()
	e, err := local{}.execute(t.Context(), child("killed", new(watched)))
	if err != nil || e.status != "signal: killed" {
		t.Errorf("got %+v, %v, want the signal", e, err)
	}
}

func TestExecuteNotStarted(t *testing.T) {
	t.Parallel()
	_, err := local{}.execute(t.Context(), command{path: t.TempDir() + "/none", output: new(watched)})
	if err == nil {
		t.Error("got no error for a program that does not exist")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e, err := (local{}).execute(ctx, child("hang", new(watched))); err != nil || !e.canceled {
		t.Errorf("got %+v, %v, want it canceled", e, err)
	}
}

// A process that hangs prints the stacks of its goroutines at its limit.
func TestExecuteLimit(t *testing.T) {
	t.Parallel()
	var out watched
	c := child("hang", &out)
	c.limit = 2 * time.Second // it has to come up in that time
	e, err := local{}.execute(t.Context(), c)
	if err != nil || !e.timedOut {
		t.Fatalf("got %+v, %v, want it timed out", e, err)
	}
	if !strings.Contains(out.String(), quit) {
		t.Errorf("got output %q, want stacks", out.String())
	}
}

// One that does not listen is killed, and what it started with it.
func TestExecuteCancel(t *testing.T) {
	for _, name := range []string{"hang", "deaf", "hangWithGrandchild"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := &watched{text: "ready", then: cancel}
			e, err := local{}.execute(ctx, child(name, out))
			if err != nil || !e.canceled || e.timedOut {
				t.Fatalf("got %+v, %v, want it canceled", e, err)
			}
			gone(t, out.String())
		})
	}
}

// A grandchild does not survive its scenario, and does not hold its end up.
func TestExecuteGrandchild(t *testing.T) {
	t.Parallel()
	var out watched
	e, err := local{}.execute(t.Context(), child("grandchild", &out))
	if err != nil || e.status != "" {
		t.Fatalf("got %+v, %v", e, err)
	}
	if !strings.Contains(out.String(), "grandchild") {
		t.Fatalf("got output %q, want the grandchild's number", out.String())
	}
	gone(t, out.String())
}

// gone fails the test if a grandchild named in the output is alive. A process that was killed may be
// there as a zombie until init has waited for it.
func gone(t *testing.T, output string) {
	t.Helper()
	for line := range strings.Lines(output) {
		rest, ok := strings.CutPrefix(line, "grandchild ")
		if !ok {
			continue
		}
		pid, err := strconv.Atoi(strings.TrimSpace(rest))
		if err != nil {
			t.Fatal(err)
		}
		if state := processState(pid); state != "" && !strings.HasPrefix(state, "Z") {
			t.Errorf("the grandchild %d is alive: state %s", pid, state)
		}
	}
}

// processState is the state that ps shows, "" for a process that does not exist.
func processState(pid int) string {
	out, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return strings.TrimSpace(string(out))
}
