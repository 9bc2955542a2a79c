package runner

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/sigquit.txt is what a test binary printed on SIGQUIT (Go 1.26, amd64).
func TestTidyStacks(t *testing.T) {
	dump, err := os.ReadFile("testdata/sigquit.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := tidyStacks("output of the test\n" + string(dump))
	golden(t, "testdata/sigquit.golden", got)
	for _, unwanted := range []string{"rax", "fp=0x", "gp=0x", "runtime.gopark", "GC sweep wait"} {
		if strings.Contains(got, unwanted) {
			t.Errorf("%q is still in it", unwanted)
		}
	}
}

func TestTidyStacksLeavesOtherOutput(t *testing.T) {
	const text = "goroutine 1 [running]:\nmain.main()\n\tx.go:1 +0x1\n\nrax    0x0\n"
	if diff := cmp.Diff(text, tidyStacks(text)); diff != "" {
		t.Error(diff)
	}
}
