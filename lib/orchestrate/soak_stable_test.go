//lint:file-ignore SA5002 It keeps a core busy, on purpose.

package orchestrate_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"testing"
)

// TestVerdictsAreStable runs the same programs and sequences where one goroutine runs at a time, where two
// do, and eight, and on a machine that is busy: what does not depend on time takes the same turns and
// comes to the same verdicts.
func TestVerdictsAreStable(t *testing.T) {
	const seed = 4711
	number := 250
	if testing.Short() {
		number = 100
	}
	want := ""
	for _, test := range []struct {
		procs int
		busy  bool
	}{{1, false}, {2, false}, {8, false}, {2, true}} {
		t.Run(fmt.Sprintf("procs %d, busy %v", test.procs, test.busy), func(t *testing.T) {
			if test.busy {
				keepBusy(t)
			}
			got := digestOfSoak(t, test.procs, number, seed)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

var digestLine = regexp.MustCompile(`\d+ settling programs, digest \w+`)

// digestOfSoak runs TestSoak in a process of its own.
func digestOfSoak(t *testing.T, procs, number, seed int) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestSoak$", "-test.v", "-test.timeout=5m",
		fmt.Sprint("-soak=", number), fmt.Sprint("-soak.seed=", seed))
	cmd.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", procs), "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	digest := digestLine.Find(out)
	if err != nil || digest == nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(digest)
}

var burns = child("TestBurns", func(t *testing.T) {
	for range runtime.NumCPU() {
		go func() {
			for {
			}
		}()
	}
	os.Stdin.Read(make([]byte, 1)) // until whoever started it closes it, or ends
})

// keepBusy keeps every processor busy, by another process.
func keepBusy(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self) // which ends by itself, and is waited for below
	cmd.Env = append(os.Environ(), childVariable+"="+burns, "GORACE=atexit_sleep_ms=0")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
}
