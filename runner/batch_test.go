package runner

import (
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// A clock stands still unless it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// TestBatchTakesASecond runs the 70 scenarios of two threads with four turns each. That is the time by a clock
// that only they move.
func TestBatchTakesASecond(t *testing.T) {
	counts := []int{4, 4}
	for _, test := range []struct {
		name        string
		first, each time.Duration // of a process: its first scenario, which includes the start, and any other
		want        []int
	}{
		{"short", 0, time.Millisecond, []int{69}},
		{"a tenth", 100 * time.Millisecond, 100 * time.Millisecond, []int{11, 11, 11, 11, 11, 11, 3}},
		{"half a second", 500 * time.Millisecond, 500 * time.Millisecond, slices.Repeat([]int{3}, 23)},
		{"longer than a second", 5 * time.Second, 5 * time.Second, append(slices.Repeat([]int{2}, 34), 1)},
		{"after a long start", 3 * time.Second, 100 * time.Millisecond, []int{31, 31, 7}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &clock{now: time.Unix(0, 0)}
			executor := &fakeExecutor{}
			executor.child = func(request []int, _ io.WriterAt) (*protocol.Scenario, string) {
				if n := len(executor.batches); n > 0 && executor.batches[n-1] == 1 {
					c.move(test.first)
				} else {
					c.move(test.each)
				}
				return took(permutations.Complete(request, counts)...), ""
			}
			exploreWith(t, Config{Isolation: Batch, Parallel: 1, Now: c.read}, counts, executor)
			if diff := cmp.Diff(test.want, executor.batches); diff != "" {
				t.Errorf("scenarios by process: -want +got\n%s", diff)
			}
		})
	}
}

// TestBatchGoesOn has scenarios fail in many ways in a batch. Each is run again alone, and no other one is run
// twice.
func TestBatchGoesOn(t *testing.T) {
	for _, test := range []struct {
		name   string
		ends   func(*protocol.Scenario, io.WriterAt) (*protocol.Scenario, string) // how 0,1,1,0 does in a batch
		alone  func(*protocol.Scenario, io.WriterAt) (*protocol.Scenario, string) // and alone
		says   string
		action string
	}{
		{"fails", fails, passes, "scenario 0,1,1,0 failed: fails only after other scenarios: state is shared between scenarios", "fail"},
		{"fails alone, too", fails, fails, "it failed in a batch, and in a process of its own, too", "fail"},
		{
			"breaks off", breaksOff, passes,
			"exit status 3 before the end of the scenario; fails only after other scenarios: state is shared", "fail",
		},
		{"breaks off alone, too", breaksOff, breaksOff, "it failed in a batch, and in a process of its own, too", "fail"},
		{
			"breaks off, and fails alone", breaksOff, fails,
			"it failed in a batch, and in a process of its own, too", "fail",
		},
		{
			"says nothing", nothing, passes,
			"could not be run: the scenario did not run: exit status 0, and no report of the library; fails only after", "fail",
		},
		{
			"fails, and says nothing alone", fails, nothing,
			"scenario 0,1,1,0 failed: in a process of its own it could not be run: the scenario did not run: exit", "fail",
		},
		{"fails, and is skipped alone", fails, skips, "state is shared between scenarios; in a process of its own it is skipped", "fail"},
		{"is skipped", skips, nil, "--- SKIP: TestX/0,1,1,0", "skip"},
		{"takes other turns", strays, passes, "--- PASS: TestX/0,1,1,0", "pass"},
	} {
		t.Run(test.name, func(t *testing.T) {
			const odd = "0,1,1,0"
			executor, ran := &fakeExecutor{}, map[string]int{}
			executor.child = func(request []int, log io.WriterAt) (*protocol.Scenario, string) {
				s := took(permutations.Complete(request, []int{2, 2})...)
				text := permutations.Format(s.Executed())
				ran[text]++
				switch {
				case text == odd && ran[text] == 1:
					return test.ends(s, log)
				case text == odd:
					return test.alone(s, log)
				}
				return s, ""
			}
			got, told := exploreWith(t, Config{Isolation: Batch, Parallel: 1, KeepGoing: true}, []int{2, 2}, executor)
			if !strings.Contains(told, test.says) {
				t.Errorf("%q is not in what is told:\n%s", test.says, told)
			}
			want := []string{"0,0,1,1 pass", "0,1,0,1 pass", odd + " " + test.action, "1,0,0,1 pass", "1,0,1,0 pass", "1,1,0,0 pass"}
			if diff := cmp.Diff(want, got.Verdicts); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if diff := cmp.Diff([]int{2, 3}, executor.batches); diff != "" {
				t.Errorf("scenarios by process: -want +got\n%s", diff)
			}
			for text, n := range ran {
				if twice := text == odd && test.alone != nil; n != 1 && !(twice && n == 2) {
					t.Errorf("%s ran %d times", text, n)
				}
			}
		})
	}
}

// TestBatchLosesNothing has any scenarios end in any way in batches, with any number of these at once.
func TestBatchLosesNothing(t *testing.T) {
	counts := []int{3, 3}
	type ending func(*protocol.Scenario, io.WriterAt) (*protocol.Scenario, string)
	endings := map[string]ending{"pass": passes, "fail": fails, "skip": skips, "break off": breaksOff, "nothing": nothing}
	verdicts := map[string]string{"pass": "pass", "fail": "fail", "skip": "skip", "break off": "fail", "nothing": "fail"}
	drawn := rapid.SampledFrom([]string{"pass", "pass", "pass", "fail", "skip", "break off", "nothing"})
	rapid.Check(t, func(rt *rapid.T) {
		how, want := map[string]string{}, []string{}
		for all := permutations.New(counts); all.Next(); {
			text := permutations.Format(all.Sequence())
			how[text] = "pass"
			if len(want) > 0 { // the first is the serial run
				how[text] = drawn.Draw(rt, text)
			}
			want = append(want, text+" "+verdicts[how[text]])
		}
		var mu sync.Mutex
		ran := map[string]int{}
		executor := &fakeExecutor{child: func(request []int, log io.WriterAt) (*protocol.Scenario, string) {
			s := took(permutations.Complete(request, counts)...)
			text := permutations.Format(s.Executed())
			mu.Lock()
			ran[text]++
			again := ran[text] > 1
			mu.Unlock()
			if again {
				return s, ""
			}
			return endings[how[text]](s, log)
		}}
		c := Config{Isolation: Batch, Parallel: rapid.IntRange(1, 3).Draw(rt, "parallel"), KeepGoing: true}
		got, _ := exploreWith(t, c, counts, executor)
		slices.Sort(got.Verdicts)
		slices.Sort(want)
		if diff := cmp.Diff(want, got.Verdicts); diff != "" {
			rt.Errorf("-want +got\n%s", diff)
		}
		for text, n := range ran {
			if bad := verdicts[how[text]] == "fail"; bad && n != 2 || !bad && n != 1 {
				rt.Errorf("%s, which is to %s, ran %d times", text, how[text], n)
			}
		}
	})
}

func passes(s *protocol.Scenario, _ io.WriterAt) (*protocol.Scenario, string) { return s, "" }

func nothing(*protocol.Scenario, io.WriterAt) (*protocol.Scenario, string) { return nil, "" }

func fails(s *protocol.Scenario, _ io.WriterAt) (*protocol.Scenario, string) {
	s.Failed = true
	return s, "exit status 1"
}

func skips(s *protocol.Scenario, _ io.WriterAt) (*protocol.Scenario, string) {
	s.Skipped = true
	return s, ""
}

// strays takes other turns than it was asked for.
func strays(*protocol.Scenario, io.WriterAt) (*protocol.Scenario, string) {
	return took(0, 0, 1, 1), ""
}

// breaksOff ends the process in the middle of the scenario's third turn.
func breaksOff(s *protocol.Scenario, log io.WriterAt) (*protocol.Scenario, string) {
	var text []byte
	for i, turn := range s.Turns[:3] {
		if i > 0 {
			text = protocol.AppendEnd(text, s.Turns[i-1])
		}
		text = protocol.AppendBegin(text, turn.Thread, nil)
	}
	if _, err := log.WriteAt(append(text, protocol.EndOfTurns...), 0); err != nil {
		return nil, err.Error()
	}
	return nil, "exit status 3"
}
