package latch_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/orchtest/orchtest/lib/latch"
)

func TestUntilEndStaysClosedDuringTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := latch.UntilEnd(t)
		if end.WaitFor(365 * 24 * time.Hour) {
			t.Error("WaitFor a year: got true, want false")
		}
		if got := end.Count(); got != 1 {
			t.Errorf("Count: got %d, want 1", got)
		}
		end.CountDown()
		if got := end.Count(); got != 0 {
			t.Errorf("Count after CountDown: got %d, want 0", got)
		}
	})
}

// The bubble does not end before the goroutine has: if it were left behind, the test would panic.
func TestUntilEndLeavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := latch.UntilEnd(t)
		go end.Wait()
		go end.WaitFor(time.Hour)
		synctest.Wait()
	})
}

func TestUntilEndOpensHoweverTheTestEnds(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(t *testing.T)
	}{
		{"returns", func(*testing.T) {}},
		{"leaves by SkipNow", func(t *testing.T) { t.SkipNow() }},
		{"has parallel subtests", func(t *testing.T) {
			t.Run("subtest", func(t *testing.T) { t.Parallel() })
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ended := latch.New(1)
			t.Run("test", func(t *testing.T) {
				end := latch.UntilEnd(t)
				go func() {
					end.Wait()
					ended.CountDown()
				}()
				defer func() {
					if ended.Count() != 1 {
						t.Error("the goroutine ended before the test")
					}
				}()
				test.end(t)
			})
			ended.Wait()
		})
	}
}

// A test that fails on purpose fails the tests around it: it runs in a process of its own.
func TestUntilEndOpensAfterFailNow(t *testing.T) {
	const variable = "LATCH_TEST_FAIL_NOW"
	if os.Getenv(variable) != "" {
		var group sync.WaitGroup
		t.Cleanup(func() { group.Wait(); fmt.Println("the goroutine has ended") })
		group.Go(latch.UntilEnd(t).Wait)
		t.FailNow()
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=1m")
	command.Env = append(os.Environ(), variable+"=1", "GORACE=atexit_sleep_ms=0")
	output, err := command.CombinedOutput()
	if command.ProcessState.ExitCode() != 1 || !strings.HasPrefix(string(output), "the goroutine has ended\n") {
		t.Errorf("a test that fails: got %v, want exit status 1 and the end of the goroutine; output:\n%s", err, output)
	}
}

func TestUntilEndOutlivesSubtests(t *testing.T) {
	ended := latch.New(1)
	t.Run("test", func(t *testing.T) {
		end := latch.UntilEnd(t)
		t.Run("subtest", func(*testing.T) {})
		t.Run("parallel subtest", func(t *testing.T) {
			t.Parallel() // goes on after the test function has returned
			if end.WaitFor(0) {
				t.Error("WaitFor(0) in a subtest: got true, want false")
			}
		})
		t.Cleanup(func() { end.Wait(); ended.CountDown() })
	})
	ended.Wait()
}

func TestUntilEndIsOpenInCleanupGivenBefore(t *testing.T) {
	for i := range 100 { // the context alone would be too late, now and then
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var end *latch.Latch
			t.Cleanup(func() {
				if !end.WaitFor(0) {
					t.Error("WaitFor(0): got false, want true")
				}
			})
			end = latch.UntilEnd(t)
		})
	}
}

func TestUntilEndOpensForCleanups(t *testing.T) {
	var order []string
	t.Run("test", func(t *testing.T) {
		var group sync.WaitGroup
		t.Cleanup(func() {
			group.Wait()
			order = append(order, "given before")
		})
		end := latch.UntilEnd(t)
		group.Go(end.Wait)
		// What closes a server stands after its start: it must not wait for ever.
		t.Cleanup(func() {
			group.Wait()
			order = append(order, "given after")
		})
		defer func() {
			if end.WaitFor(0) {
				t.Error("WaitFor(0) in a deferred call: got true, want false")
			}
		}()
	})
	if want := []string{"given after", "given before"}; !slices.Equal(order, want) {
		t.Errorf("Cleanup functions: got %q, want %q", order, want)
	}
}

func TestUntilEndInCleanup(t *testing.T) {
	t.Cleanup(func() { latch.UntilEnd(t).Wait() })
}
