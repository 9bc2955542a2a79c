package runner

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// A fakeChild stands in for the process of a scenario. It returns the library's report, nil for none, and
// how the process ended; log is the file of its turns.
type fakeChild func(request []int, log io.WriterAt) (report *protocol.Scenario, status string)

// A fakeExecutor runs fake children in place of processes.
type fakeExecutor struct {
	child fakeChild

	mu       sync.Mutex
	requests []string
	batches  []int // how many scenarios each process ran that is one
}

func (f *fakeExecutor) execute(_ context.Context, c command) (exit, error) {
	name, _ := lookup(c.env, protocol.EnvTurns)
	log, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return exit{}, err
	}
	defer log.Close()
	if c.input != nil {
		return f.batch(c, log)
	}
	text, _ := lookup(c.env, protocol.EnvSequence)
	f.note(text)
	return f.run(text, c.output, log)
}

// batch runs one scenario after the other, up to one that does not simply pass.
func (f *fakeExecutor) batch(c command, log io.WriterAt) (exit, error) {
	defer c.input.Close()
	f.mu.Lock()
	n := len(f.batches)
	f.batches = append(f.batches, 0)
	f.mu.Unlock()
	requests := bufio.NewReader(c.input)
	for {
		line, err := requests.ReadString('\n')
		if err == io.EOF {
			return exit{}, nil
		} else if err != nil {
			return exit{}, err
		}
		text := strings.TrimSuffix(line, "\n")
		f.note(text)
		f.mu.Lock()
		f.batches[n]++
		f.mu.Unlock()
		if _, err := log.WriteAt([]byte(protocol.EndOfTurns), 0); err != nil {
			return exit{}, err
		}
		simply := false
		output := writerFunc(func(p []byte) (int, error) {
			simply = !bytes.Contains(p, []byte(`"failed":true`)) && !bytes.Contains(p, []byte(`"skipped":true`))
			return c.output.Write(p)
		})
		if e, err := f.run(text, output, log); e.status != "" || err != nil || !simply {
			return e, err
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func (f *fakeExecutor) note(request string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, request)
}

func (f *fakeExecutor) run(text string, output io.Writer, log io.WriterAt) (exit, error) {
	request, err := permutations.Parse(text)
	if err != nil {
		return exit{}, err
	}
	report, status := f.child(request, log)
	if report != nil {
		value, err := json.Marshal(report)
		if err != nil {
			return exit{}, err
		}
		io.WriteString(output, "\x16=== ATTR  TestX "+protocol.AttrScenario+" "+string(value)+"\n")
	}
	return exit{status: status}, nil
}

// took is the report of a scenario that took these turns.
func took(threads ...int) *protocol.Scenario {
	s := &protocol.Scenario{Version: protocol.Version, Threads: []string{"a", "b"}, FailedTurn: -1}
	for _, thread := range threads {
		s.Turns = append(s.Turns, protocol.Turn{Thread: thread})
	}
	return s
}

// asAsked is the child of a test in which no thread blocks, and each takes two turns.
func asAsked(request []int, _ io.WriterAt) (*protocol.Scenario, string) {
	return took(permutations.Complete(request, []int{2, 2})...), ""
}

// locked is the child of a test in which each of two threads has a lock while it is stopped, and takes
// two turns.
func locked(request []int, _ io.WriterAt) (*protocol.Scenario, string) {
	first, next := 0, 0
	switch {
	case len(request) > 1:
		first, next = request[0], request[1]
	case len(request) > 0:
		first = request[0]
	}
	second := 1 - first
	if next == second { // it begins, and is blocked
		s := took(first, second, first, second)
		s.Turns[2].Blocked = []int{second}
		return s, ""
	}
	return took(first, first, second, second), ""
}

// ending returns a child that also says that its threads have ended, in the last turn of each.
func ending(child fakeChild) fakeChild {
	return func(request []int, log io.WriterAt) (*protocol.Scenario, string) {
		s, status := child(request, log)
		ended := map[int]bool{}
		for i := len(s.Turns) - 1; i >= 0; i-- {
			if thread := s.Turns[i].Thread; !ended[thread] {
				ended[thread], s.Turns[i].End = true, protocol.Returned
			}
		}
		return s, status
	}
}

// An explored is what became of an exploration.
type explored struct {
	Requests    []string // what the processes were asked for
	Verdicts    []string // of the scenarios, in the order in which they were reported, and what else was said
	Exploration protocol.Exploration
}

// exploreFake explores a test of two threads with two turns each.
func exploreFake(t *testing.T, c Config, child fakeChild) explored {
	t.Helper()
	found, _ := exploreWith(t, c, []int{2, 2}, &fakeExecutor{child: child})
	return found
}

// exploreWith explores a test of two threads with these turns. It also returns what was told of it.
func exploreWith(t *testing.T, c Config, counts []int, executor *fakeExecutor) (explored, string) {
	t.Helper()
	c.Env = []string{"GOMAXPROCS=1"}
	r, err := newRun(c)
	if err != nil {
		t.Fatal(err)
	}
	r.executor, r.sharedEnv = executor, func() []string { return nil }
	r.ctx, r.temp = t.Context(), t.TempDir()
	if r.turnFiles, err = newTurnFiles(r.temp, r.Parallel); err != nil {
		t.Fatal(err)
	}
	r.slots = newSlots(r.Parallel)
	var out recorder
	r.stream.sinks = []sink{&out}

	done := make(chan struct{})
	close(done)
	x := &exploration{
		r: r, test: &heldTest{pkg: &heldPackage{name: "p"}, name: "TestX"},
		target: &target{listed: done, built: done, demand: func() {}}, ended: parse.Event{Action: parse.ActionPass},
	}
	r.targets["p"] = x.target
	serial, _ := executor.child(nil, nil)
	x.test.calls = []*plannedCall{{
		plan: protocol.Plan{Threads: []string{"a", "b"}, Counts: counts}, serial: serial,
	}}
	call := r.newCall(x.test.calls[0])
	x.calls = []*exploredCall{call}
	x.serial()
	x.scenarios(t.Context(), call)
	r.slots.close()
	if err := r.turnFiles.close(); err != nil {
		t.Error(err)
	}
	var verdicts []string
	for _, line := range out.lines {
		if action, test, _ := strings.Cut(line, " "); action == parse.ActionPass || action == parse.ActionFail || action == parse.ActionSkip {
			verdicts = append(verdicts, strings.TrimPrefix(test, "TestX/")+" "+action)
		} else if text, ok := strings.CutPrefix(line, "output TestX     orchtest: "); ok {
			verdicts = append(verdicts, text)
		}
	}
	return explored{executor.requests, verdicts, call.exploration(false)}, strings.Join(out.lines, "\n")
}

func TestExploration(t *testing.T) {
	// begins returns a child that is another one where it is asked for what begins like this.
	begins := func(prefix string, other, child fakeChild) fakeChild {
		return func(request []int, log io.WriterAt) (*protocol.Scenario, string) {
			if strings.HasPrefix(permutations.Format(request), prefix) {
				return other(request, log)
			}
			return child(request, log)
		}
	}
	fails := func(s *protocol.Scenario) fakeChild {
		s.Failed = true
		return func([]int, io.WriterAt) (*protocol.Scenario, string) { return s, "exit status 1" }
	}
	passes := func(threads ...int) fakeChild {
		return func([]int, io.WriterAt) (*protocol.Scenario, string) { return took(threads...), "" }
	}
	breaksOff := func(lines ...[]byte) fakeChild {
		return func(_ []int, log io.WriterAt) (*protocol.Scenario, string) {
			text := slices.Concat(slices.Concat(lines...), []byte(protocol.EndOfTurns))
			if _, err := log.WriteAt(text, 0); err != nil {
				return nil, err.Error()
			}
			return nil, "exit status 3"
		}
	}
	tries := 0
	for _, test := range []struct {
		name   string
		config Config
		child  fakeChild
		want   explored
	}{
		{
			"every permutation", Config{}, asAsked,
			explored{
				[]string{"0,1", "0,1,1,0", "1", "1,0,1,0", "1,1,0,0"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "0,1,1,0 pass", "1,0,0,1 pass", "1,0,1,0 pass", "1,1,0,0 pass"},
				protocol.Exploration{Sequences: "6", Planned: 6, Passed: 6},
			},
		},
		{
			"every execution", Config{}, locked,
			explored{
				[]string{"0,1", "1", "1,1,0,0"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "1,0,1,0 pass", "1,1,0,0 pass"},
				protocol.Exploration{Sequences: "6", Infeasible: "2", Planned: 4, Passed: 4},
			},
		},
		{
			"as many as there may be", Config{MaxScenarios: 3, Explore: "permutations"}, locked,
			explored{
				[]string{"0,1", "1"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "1,0,1,0 pass"},
				protocol.Exploration{Sequences: "6", Infeasible: "2", Planned: 3, Passed: 3},
			},
		},
		{
			"half and half", Config{MaxScenarios: 3, Seed: 1}, locked,
			explored{
				[]string{"1,1,0,0", "0,1,0,1"},
				[]string{"0,0,1,1 pass", "1,1,0,0 pass", "0,1,0,1 pass"},
				protocol.Exploration{
					Sequences: "6", Infeasible: "1", Planned: 3, Passed: 3, Strategies: []protocol.Strategy{
						{Name: "fewest-switches", Scenarios: 2, Complete: &protocol.Complete{Executions: 2}},
						{Name: "random", Scenarios: 1, Seed: "1"},
					},
				},
			},
		},
		{
			"the fewest switches", Config{Explore: "fewest-switches"}, locked,
			explored{
				[]string{"1,1,0,0", "0,1,1,0", "1,0,0,1"},
				[]string{"0,0,1,1 pass", "1,1,0,0 pass", "0,1,0,1 pass", "1,0,1,0 pass"},
				protocol.Exploration{
					Sequences: "6", Infeasible: "2", Planned: 4, Passed: 4, Strategies: []protocol.Strategy{
						{Name: "fewest-switches", Scenarios: 4, Complete: &protocol.Complete{Preemptions: 1, Executions: 4}},
					},
				},
			},
		},
		{
			"the tree", Config{Explore: "tree"}, ending(locked),
			explored{
				[]string{"0,1", "1", "1,1"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "1,0,1,0 pass", "1,1,0,0 pass"},
				protocol.Exploration{Planned: 4, Passed: 4, Strategies: []protocol.Strategy{{Name: "tree", Scenarios: 4}}},
			},
		},
		{
			"a part of the tree", Config{Explore: "tree", MaxScenarios: 2}, ending(locked),
			explored{
				[]string{"0,1"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass"},
				protocol.Exploration{Planned: 2, Passed: 2, More: true, Strategies: []protocol.Strategy{{Name: "tree", Scenarios: 2}}},
			},
		},
		{
			"up to the first failure", Config{}, begins("0,1", fails(took(0, 1, 0, 1)), locked),
			explored{
				[]string{"0,1"},
				[]string{"0,0,1,1 pass", "0,1,0,1 fail"},
				protocol.Exploration{Sequences: "6", Planned: 6, Passed: 1, Failed: 1, NotRun: 4},
			},
		},
		{
			"on after a failure", Config{KeepGoing: true}, begins("1", fails(took(1, 0, 0, 1)), asAsked),
			explored{
				[]string{"0,1", "0,1,1,0", "1", "1,0,1,0", "1,1,0,0"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "0,1,1,0 pass", "1,0,0,1 fail", "1,0,1,0 fail", "1,1,0,0 fail"},
				protocol.Exploration{Sequences: "6", Planned: 6, Passed: 3, Failed: 3, Diverged: 2},
			},
		},
		{
			"the second of two shards", Config{Shard: protocol.Shard{Index: 2, Of: 2}}, asAsked,
			explored{
				[]string{"1,0,0,1", "1,0,1,0", "1,1,0,0"},
				[]string{"1,0,0,1 pass", "1,0,1,0 pass", "1,1,0,0 pass"},
				protocol.Exploration{Sequences: "6", Shard: &protocol.Shard{Index: 2, Of: 2}, Part: "3", Planned: 3, Passed: 3},
			},
		},
		{
			"a shard whose first sequence is infeasible", Config{Shard: protocol.Shard{Index: 2, Of: 2}}, locked,
			explored{
				[]string{"1,0,0,1", "1,0,1,0", "1,1,0,0"},
				[]string{"1,0,1,0 pass", "1,1,0,0 pass"},
				protocol.Exploration{Sequences: "6", Shard: &protocol.Shard{Index: 2, Of: 2}, Part: "3", Infeasible: "1", Planned: 2, Passed: 2},
			},
		},
		{
			"more shards than there may be scenarios", Config{Shard: protocol.Shard{Index: 3, Of: 3}, MaxScenarios: 2, Explore: "permutations"}, asAsked,
			explored{Exploration: protocol.Exploration{Sequences: "6", Shard: &protocol.Shard{Index: 3, Of: 3}, Part: "2"}},
		},
		{
			"the failure of a scenario that is another shard's", Config{Shard: protocol.Shard{Index: 2, Of: 2}},
			begins("1,0,0,1", fails(took(0, 1, 0, 1)), asAsked),
			explored{
				Requests:    []string{"1,0,0,1"},
				Exploration: protocol.Exploration{Sequences: "6", Shard: &protocol.Shard{Index: 2, Of: 2}, Part: "3", Planned: 3, NotRun: 3},
				Verdicts: []string{"scenario 0,1,0,1 failed when it was run to find out where the sequences of shard 2/2 begin and end; " +
					"the shard whose it is reports it"},
			},
		},
		{
			"diverged", Config{}, begins("0,1", passes(0, 0, 1, 1), asAsked),
			explored{
				[]string{"0,1", "0,1", "0,1", "1", "1,0,1,0", "1,1,0,0"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "1,0,0,1 pass", "1,0,1,0 pass", "1,1,0,0 pass"},
				protocol.Exploration{Sequences: "6", Planned: 6, Passed: 5, NotRun: 1, Diverged: 1},
			},
		},
		{
			"diverged once", Config{}, begins("1,1", func(request []int, log io.WriterAt) (*protocol.Scenario, string) {
				if tries++; tries == 1 {
					return took(1, 0, 1, 0), ""
				}
				return asAsked(request, log)
			}, asAsked),
			explored{
				[]string{"0,1", "0,1,1,0", "1", "1,0,1,0", "1,1,0,0", "1,1,0,0"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "0,1,1,0 pass", "1,0,0,1 pass", "1,0,1,0 pass", "1,1,0,0 pass"},
				protocol.Exploration{Sequences: "6", Planned: 6, Passed: 6},
			},
		},
		{
			"diverged and failed", Config{}, begins("0,1", fails(took(0, 0, 1, 1)), asAsked),
			explored{
				[]string{"0,1"},
				[]string{"0,0,1,1 pass", "0,1,0,1 fail"},
				protocol.Exploration{Sequences: "6", Planned: 6, Passed: 1, Failed: 1, NotRun: 4, Diverged: 1},
			},
		},
		{
			"broke off", Config{KeepGoing: true},
			begins("1", breaksOff(
				protocol.AppendBegin(nil, 1, nil), protocol.AppendEnd(nil, protocol.Turn{Thread: 1}), protocol.AppendBegin(nil, 1, []int{0}),
			), asAsked),
			explored{
				[]string{"0,1", "0,1,1,0", "1"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "0,1,1,0 pass", "1,1,0,0 fail"},
				// However it would have gone on from 1,1, it ended there; and 1,0 was not to be had.
				protocol.Exploration{Sequences: "6", Infeasible: "2", Planned: 4, Passed: 3, Failed: 1},
			},
		},
		{
			"broke off without a turn", Config{KeepGoing: true}, begins("1", breaksOff(), asAsked),
			explored{
				[]string{"0,1", "0,1,1,0", "1"},
				[]string{"0,0,1,1 pass", "0,1,0,1 pass", "0,1,1,0 pass", "1,0,0,1 fail"},
				protocol.Exploration{Sequences: "6", Planned: 6, Passed: 3, Failed: 1, NotRun: 2},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.config.Parallel = 1
			test.want.Exploration.Version = protocol.Version
			if diff := cmp.Diff(test.want, exploreFake(t, test.config, test.child)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if test.name == "diverged once" {
				return // the next one would not
			}
			batched := test.config
			batched.Isolation = Batch
			got := exploreFake(t, batched, test.child)
			got.Requests = test.want.Requests // others: what failed was run again
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("in batches: -want +got\n%s", diff)
			}
			// Several at once come to the same, unless a failure has stopped them or there was a limit.
			if test.want.Exploration.Failed > 0 || test.config.MaxScenarios > 0 {
				return
			}
			test.config.Parallel = 3
			got = exploreFake(t, test.config, test.child)
			slices.Sort(got.Verdicts)
			slices.Sort(got.Requests)
			slices.Sort(test.want.Verdicts)
			slices.Sort(test.want.Requests)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("three at once: -want +got\n%s", diff)
			}
		})
	}
}
