package merge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/merge"
	"github.com/orchtest/orchtest/parse"
)

// A stream is that of a shard in the making.
type stream struct{ bytes.Buffer }

func (s *stream) add(events ...parse.Event) {
	for _, e := range events {
		s.Write(append(e.Line(), '\n'))
	}
}

func text(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func record(shard protocol.Shard, change func(*protocol.ShardRecord)) parse.Event {
	r := protocol.ShardRecord{Version: 1, Shard: shard}
	change(&r)
	return parse.Event{Action: "attr", Key: protocol.AttrShard, Value: text(r)}
}

// shardOf is the stream of a shard in which a test with two threads of two turns ran these scenarios.
func shardOf(shard protocol.Shard, e protocol.Exploration, sequences ...string) *stream {
	s := &stream{}
	s.add(record(shard, func(r *protocol.ShardRecord) {
		r.Inputs, r.Dir = map[string]string{"--run": "X"}, "/dir"+shard.String()
	}))
	left := record(shard, func(r *protocol.ShardRecord) { r.Left = shard.Index > 1 })
	left.Package = "p"
	plan := protocol.Plan{Version: 1, Threads: []string{"a", "b"}, Counts: []int{2, 2}}
	serial := protocol.Scenario{Version: 1, Threads: plan.Threads, Turns: []protocol.Turn{{}, {}, {Thread: 1}, {Thread: 1}}}
	test := func(e parse.Event) parse.Event {
		e.Package = "p"
		if e.Test == "" {
			e.Test = "TestX"
		}
		return e
	}
	s.add(parse.Event{Action: "start", Package: "p"}, left, test(parse.Event{Action: "run"}),
		test(parse.Event{Action: "output", Output: "from shard " + shard.String() + "\n"}),
		test(parse.Event{Action: "attr", Key: protocol.AttrPlan, Value: text(plan)}),
		test(parse.Event{Action: "attr", Key: protocol.AttrScenario, Value: text(serial)}))
	for _, sequence := range sequences {
		scenario := serial
		if err := json.Unmarshal([]byte("["+sequence+"]"), &scenario.Sequence); err != nil {
			panic(err)
		}
		name := "TestX/" + sequence
		s.add(test(parse.Event{Action: "run", Test: name}),
			test(parse.Event{Action: "attr", Test: name, Key: protocol.AttrScenario, Value: text(scenario)}),
			test(parse.Event{Action: "pass", Test: name}))
	}
	e.Version, e.Shard, e.Sequences = 1, &shard, "6"
	e.Passed, e.Planned = len(sequences), len(sequences)+e.NotRun
	s.add(test(parse.Event{Action: "attr", Key: protocol.AttrExploration, Value: text(e)}),
		test(parse.Event{Action: "output", Output: "    orchtest: " + parse.Summary(e) + "\n"}),
		test(parse.Event{Action: "output", Output: "--- PASS: TestX (0.00s)\n"}), test(parse.Event{Action: "pass"}),
		parse.Event{Action: "output", Package: "p", Output: "ok  \tp\t0.1s\n"}, parse.Event{Action: "pass", Package: "p"},
		record(shard, func(r *protocol.ShardRecord) { r.Ended = true }))
	return s
}

func file(name string, content []byte) merge.File {
	return merge.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

// merged returns the lines of the merged stream of shards, without what is the same in all.
func merged(t *testing.T, streams ...*stream) (*merge.Run, []string) {
	t.Helper()
	var files []merge.File
	for i, s := range streams {
		files = append(files, file(fmt.Sprintf("%c.json", 'a'+i), s.Bytes()))
	}
	run, err := merge.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	err = run.Write(func(e parse.Event, dir string) error {
		lines = append(lines, strings.TrimSpace(strings.Join([]string{dir, e.Action, e.Test, e.Key, strings.TrimSpace(e.Output)}, " ")))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return run, lines
}

func TestMerge(t *testing.T) {
	one := shardOf(protocol.Shard{Index: 1, Of: 2}, protocol.Exploration{Part: "3"}, "0,0,1,1", "0,1,0,1", "0,1,1,0")
	two := shardOf(protocol.Shard{Index: 2, Of: 2}, protocol.Exploration{Part: "3", Infeasible: "1"}, "1,0,0,1", "1,1,0,0")
	run, got := merged(t, two, one) // in any order
	want := []string{
		"/dir1/2 start", "/dir1/2 run TestX", "/dir1/2 output TestX  from shard 1/2",
		"/dir1/2 attr TestX orchtest.plan", "/dir1/2 attr TestX orchtest.scenario",
		"/dir1/2 run TestX/0,0,1,1", "/dir1/2 attr TestX/0,0,1,1 orchtest.scenario", "/dir1/2 pass TestX/0,0,1,1",
		"/dir1/2 run TestX/0,1,0,1", "/dir1/2 attr TestX/0,1,0,1 orchtest.scenario", "/dir1/2 pass TestX/0,1,0,1",
		"/dir1/2 run TestX/0,1,1,0", "/dir1/2 attr TestX/0,1,1,0 orchtest.scenario", "/dir1/2 pass TestX/0,1,1,0",
		"/dir2/2 run TestX/1,0,0,1", "/dir2/2 attr TestX/1,0,0,1 orchtest.scenario", "/dir2/2 pass TestX/1,0,0,1",
		"/dir2/2 run TestX/1,1,0,0", "/dir2/2 attr TestX/1,1,0,0 orchtest.scenario", "/dir2/2 pass TestX/1,1,0,0",
		"/dir2/2 attr TestX orchtest.exploration",
		"/dir2/2 output TestX  orchtest: 6 sequences: 5 run, 1 infeasible: 5 passed",
		"/dir2/2 output TestX  --- PASS: TestX (0.00s)", "/dir2/2 pass TestX",
		"/dir2/2 output   ok  \tp\t0.1s", "/dir2/2 pass",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if len(run.Troubles) > 0 {
		t.Errorf("troubles: %v", run.Troubles)
	}
}

// TestComplete checks what is said to be complete: what each shard was, and no more.
func TestComplete(t *testing.T) {
	level := func(preemptions int, levels ...int) []protocol.Strategy {
		return []protocol.Strategy{{Name: "fewest-switches", Scenarios: 1,
			Complete: &protocol.Complete{Preemptions: preemptions, Levels: levels}}}
	}
	full := func(levels ...int) protocol.Exploration {
		return protocol.Exploration{Part: "1", Strategies: level(len(levels)-1, levels...)}
	}
	partial := func(levels ...int) protocol.Exploration {
		return protocol.Exploration{Part: "3", Strategies: level(len(levels)-1, levels...)}
	}
	for _, test := range []struct {
		name              string
		one, two          protocol.Exploration
		missing           bool
		level, executions int
	}{
		{"all of all", full(1, 2), full(1, 1, 5), false, 2, 10},
		{"all of one", full(1, 2), partial(1, 1, 5), false, 2, 10},
		{"the less", partial(1, 2), partial(1, 1, 5), false, 1, 5},
		{"nothing", partial(), partial(1, 1), false, -1, 0},
		{"not run", protocol.Exploration{Part: "1", NotRun: 1, Strategies: level(0, 1)}, full(1, 3), false, 0, 2},
		{"a shard is missing", full(1, 2), full(1, 1), true, -1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			shards := []*stream{
				shardOf(protocol.Shard{Index: 1, Of: 2}, test.one, "0,0,1,1"),
				shardOf(protocol.Shard{Index: 2, Of: 2}, test.two, "1,1,0,0"),
			}
			if test.missing {
				shards = shards[:1]
			}
			run, _ := merged(t, shards...)
			got := run.Explored[0].Strategies[0].Complete
			if want := (&protocol.Complete{Preemptions: test.level, Executions: test.executions}); !cmp.Equal(want, got) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// TestMemory checks that of a stream that is much larger than its report next to nothing is kept.
func TestMemory(t *testing.T) {
	const times, size = 2000, 10_000
	whole := shardOf(protocol.Shard{Index: 1, Of: 1}, protocol.Exploration{Part: "6"}, "0,0,1,1").Bytes()
	at := bytes.Index(whole, []byte(`{"Action":"pass","Package":"p","Test":"TestX/0,0,1,1"}`))
	printed := parse.Event{Action: "output", Package: "p", Test: "TestX/0,0,1,1", Output: strings.Repeat("x", size)}
	line := append(printed.Line(), '\n')
	shard := merge.File{Name: "large.json", Open: func() (io.ReadCloser, error) {
		parts := []io.Reader{bytes.NewReader(whole[:at])}
		for range times {
			parts = append(parts, bytes.NewReader(line))
		}
		return io.NopCloser(io.MultiReader(append(parts, bytes.NewReader(whole[at:]))...)), nil
	}}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	run, err := merge.Read([]merge.File{shard})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > times*size/10 {
		t.Errorf("%d bytes are kept of %d", kept, times*size)
	}
	read := 0
	if err := run.Write(func(e parse.Event, _ string) error { read += len(e.Output); return nil }); err != nil || read < times*size {
		t.Errorf("%d bytes were written: %v", read, err)
	}
}

func FuzzMerge(f *testing.F) {
	one := shardOf(protocol.Shard{Index: 1, Of: 2}, protocol.Exploration{Part: "3"}, "0,0,1,1", "0,1,0,1")
	two := shardOf(protocol.Shard{Index: 2, Of: 2}, protocol.Exploration{Part: "3"}, "1,0,0,1", "1,1,0,0")
	f.Add(one.Bytes(), two.Bytes())
	f.Add(one.Bytes()[:one.Len()/2], two.Bytes())
	f.Add(one.Bytes(), []byte{})
	f.Add(one.Bytes(), bytes.ReplaceAll(two.Bytes(), []byte("TestX/1,0,0,1"), []byte("TestX/1/0")))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		run, err := merge.Read([]merge.File{file("a", a), file("b", b)})
		if err != nil {
			return
		}
		if err := run.Write(func(parse.Event, string) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}
