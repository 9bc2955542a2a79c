package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
	"github.com/orchtest/orchtest/record"
)

// A toy is a test whose threads take a fixed number of turns. Which of them are blocked, and whether it fails, is
// as good as drawn, but always the same after the same turns.
type toy struct {
	counts []int
	salt   int
	blocks bool // threads do
	fails  int  // one scenario in so many; 0 is none
	silent int  // one in so many does not say what it did; 0 is none
}

// number returns a number for what has come so far.
func (p toy) number(about string, turns []int) int {
	h := fnv.New32a()
	fmt.Fprint(h, p.salt, about, turns)
	return int(h.Sum32() >> 8)
}

// run runs the toy under a sequence, or the beginning of one.
func (p toy) run(sequence []int) *protocol.Scenario {
	report := &protocol.Scenario{Version: protocol.Version, FailedTurn: -1}
	for i := range p.counts {
		report.Threads = append(report.Threads, fmt.Sprint(i))
	}
	left := slices.Clone(p.counts)
	var turns []int
	for {
		var alive []int
		for i, n := range left {
			if n > 0 {
				alive = append(alive, i)
			}
		}
		if len(alive) == 0 {
			break
		}
		blocked := -1
		if n := p.number("blocks", turns); p.blocks && len(alive) > 1 && n%3 == 0 {
			blocked = alive[n/3%len(alive)]
		}
		next := -1
		for len(sequence) > 0 && next < 0 {
			if i := sequence[0]; i != blocked && left[i] > 0 {
				next = i
			}
			sequence = sequence[1:]
		}
		if next < 0 {
			next = slices.DeleteFunc(alive, func(i int) bool { return i == blocked })[0]
		}
		turn := protocol.Turn{Thread: next}
		if blocked >= 0 {
			turn.Blocked = []int{blocked}
		}
		turns = append(turns, next)
		if left[next]--; left[next] == 0 {
			turn.End = protocol.Returned
		}
		report.Turns = append(report.Turns, turn)
	}
	if p.fails > 0 && p.number("fails", turns)%p.fails == 0 {
		report.Failed = true
	}
	return report
}

// A toyExecutor runs scenarios of a toy, and counts what came to its end.
type toyExecutor struct {
	toy toy

	mu        sync.Mutex
	finished  []string // requests, of what said what it did
	ended     int      // how many scenarios there were of all
	interrupt int      // how many finish before an interrupt; 0 is without one
	cancel    func()
	clock     *atomic.Int64 // seconds: one for each process
}

func (e *toyExecutor) execute(ctx context.Context, c command) (exit, error) {
	for _, arg := range c.args {
		if name, ok := strings.CutPrefix(arg, "-test.testlogfile="); ok {
			if err := os.WriteFile(name, []byte(testLogHeader+"getenv HOME\ngetenv ORCHTEST_SEQUENCE\n"), 0o666); err != nil {
				return exit{}, err
			}
		}
	}
	if c.input == nil {
		text, _ := lookup(c.env, protocol.EnvSequence)
		end, _, err := e.scenario(ctx, text, c.output)
		return end, err
	}
	defer c.input.Close()
	for requests := bufio.NewReader(c.input); ; {
		line, err := requests.ReadString('\n')
		if err != nil {
			return exit{canceled: ctx.Err() != nil}, nil
		}
		if end, goesOn, err := e.scenario(ctx, strings.TrimSuffix(line, "\n"), c.output); !goesOn {
			return end, err
		}
	}
}

// scenario runs one scenario, and tells whether its process could run another one.
func (e *toyExecutor) scenario(ctx context.Context, text string, output io.Writer) (end exit, goesOn bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ctx.Err() != nil {
		return exit{canceled: true, status: "signal: killed"}, false, nil
	}
	sequence, err := permutations.Parse(text)
	if err != nil {
		return exit{}, false, err
	}
	report := e.toy.run(sequence)
	value, err := json.Marshal(report)
	if err != nil {
		return exit{}, false, err
	}
	e.ended++
	e.clock.Add(1)
	if e.ended == e.interrupt {
		defer e.cancel()
	}
	if e.toy.silent > 0 && e.toy.number("silent", report.Executed())%e.toy.silent == 0 {
		return exit{}, false, nil
	}
	e.finished = append(e.finished, text)
	io.WriteString(output, "\x16=== ATTR  TestX "+protocol.AttrScenario+" "+string(value)+"\n")
	if report.Failed {
		return exit{status: "exit status 1"}, false, nil
	}
	return exit{}, true, nil
}

// A toyRun is what became of an exploration of a toy.
type toyRun struct {
	Finished    []string // requests of processes, sorted
	Verdicts    []string // names of scenarios and their verdicts, sorted
	Exploration protocol.Exploration
}

// A fataler is a test, or a property of one.
type fataler interface {
	Fatal(args ...any)
}

// exploreToy explores a toy, with a notebook if open returns one. It is interrupted when so many processes have
// ended.
func exploreToy(t fataler, folder string, c Config, p toy, interrupt int, open func(r *run) notebook) toyRun {
	c.Env = []string{"GOMAXPROCS=1"}
	r, err := newRun(c)
	if err != nil {
		t.Fatal(err)
	}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	defer r.cancel(nil)
	executor := &toyExecutor{toy: p, interrupt: interrupt, cancel: func() { r.cancel(nil) }, clock: new(atomic.Int64)}
	r.Now = func() time.Time { return time.Unix(executor.clock.Load(), 0) }
	r.executor, r.sharedEnv, r.temp = executor, func() []string { return nil }, folder
	r.progress = newProgress(0, io.Discard, r.Now)
	if r.turnFiles, err = newTurnFiles(r.temp, r.Parallel); err != nil {
		t.Fatal(err)
	}
	defer r.turnFiles.close()
	r.slots = newSlots(r.Parallel)
	var out recorder
	r.stream.sinks = []sink{&out}
	if open != nil {
		r.notebook = open(r)
	}
	defer r.testLogs.close()

	done := make(chan struct{})
	close(done)
	x := &exploration{
		r: r, test: &heldTest{pkg: &heldPackage{name: "p"}, name: "TestX"}, ended: parse.Event{Action: parse.ActionPass},
		target: &target{pkg: "p", listed: done, built: done, demand: func() {}, root: folder, dir: folder, binary: "b"},
	}
	r.targets["p"] = x.target
	serial := p.run(nil)
	x.test.calls = []*plannedCall{{plan: protocol.Plan{Threads: serial.Threads, Counts: p.counts}, serial: serial}}
	call := r.newCall(x.test.calls[0])
	x.calls = []*exploredCall{call}
	x.serial()
	x.explore(r.ctx, call)
	x.late(call)
	x.hunt(r.ctx)
	x.conclude(r.ctx, call)
	r.slots.close()
	var verdicts []string
	for _, line := range out.lines {
		if action, test, _ := strings.Cut(line, " "); action == parse.ActionPass || action == parse.ActionFail {
			verdicts = append(verdicts, strings.TrimPrefix(test, "TestX/")+" "+action)
		}
	}
	slices.Sort(verdicts)
	slices.Sort(executor.finished)
	return toyRun{executor.finished, verdicts, call.exploration(false)}
}

// drawToy draws a toy, and how it is explored.
func drawToy(t *rapid.T) (toy, Config) {
	p := toy{
		counts: rapid.SliceOfN(rapid.IntRange(1, 3), 2, 3).Draw(t, "counts"),
		salt:   rapid.IntRange(0, 1000).Draw(t, "salt"),
		blocks: rapid.Bool().Draw(t, "blocks"),
	}
	c := Config{
		Explore:      rapid.SampledFrom(append(explore.Strategies(), "")).Draw(t, "strategy"),
		MaxScenarios: rapid.SampledFrom([]int{2, 10, 30, 10_000}).Draw(t, "limit"),
		Parallel:     rapid.IntRange(1, 4).Draw(t, "parallel"),
		Seed:         rapid.Uint64Range(0, 100).Draw(t, "seed"),
		SeedGiven:    true,
		ShrinkTime:   shrinkTimes.Draw(t, "shrink time"),
		Isolation:    rapid.SampledFrom(Isolations()).Draw(t, "isolation"),
	}
	return p, c
}

var shrinkTimes = rapid.SampledFrom([]time.Duration{0, time.Hour})

// inFolderOf calls f with a folder of its own: rapid calls a property many times in one test.
func inFolderOf(t *rapid.T, f func(folder string)) {
	folder, err := os.MkdirTemp("", "orchtest-toy-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	f(folder)
}

// TestCacheProperty runs a toy twice: the second time no process is started, and the report is the same, however
// many had run at once.
func TestCacheProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawToy(t)
		inFolderOf(t, func(folder string) {
			open := func(r *run) notebook {
				results, err := newCache(r, filepath.Join(folder, "cache"))
				if err != nil {
					t.Fatal(err)
				}
				return results
			}
			first := exploreToy(t, folder, c, p, 0, open)
			c.Parallel = rapid.IntRange(1, 4).Draw(t, "parallel again")
			if first.Exploration.Passed > 1 {
				// The seed of the first run goes before another one that nobody has asked for.
				c.Seed, c.SeedGiven = c.Seed+1, false
			}
			second := exploreToy(t, folder, c, p, 0, open)
			if len(second.Finished) > 0 {
				t.Errorf("processes of the second run: %q", second.Finished)
			}
			if second.Exploration.Cached != second.Exploration.Passed-1 {
				t.Errorf("%d cached, of %d", second.Exploration.Cached, second.Exploration.Passed)
			}
			first.Finished, second.Finished, second.Exploration.Cached = nil, nil, 0
			if diff := cmp.Diff(first, second); diff != "" {
				t.Errorf("report (-first +second):\n%s", diff)
			}
		})
	})
}

// TestCacheKeepsWhatPassed runs a toy of which some scenarios fail: just these are run again, whatever the
// strategy.
func TestCacheKeepsWhatPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawToy(t)
		p.fails, c.KeepGoing, c.MaxScenarios = rapid.IntRange(1, 5).Draw(t, "fails"), true, 10_000
		inFolderOf(t, func(folder string) {
			open := func(r *run) notebook {
				results, err := newCache(r, filepath.Join(folder, "cache"))
				if err != nil {
					t.Fatal(err)
				}
				return results
			}
			first := exploreToy(t, folder, c, p, 0, open)
			second := exploreToy(t, folder, c, p, 0, open)
			drawn := len(second.Exploration.Strategies) > 0 && second.Exploration.Strategies[len(second.Exploration.Strategies)-1].Seed != ""
			// What is drawn may be asked for in another way.
			want := second.Exploration.Failed
			if c.Isolation == Batch {
				want *= 2 // each is run again alone
			}
			if got := len(second.Finished); got > want && !drawn {
				t.Errorf("%d processes in the second run, of %d scenarios that failed", got, want)
			}
			if diff := cmp.Diff(first.Verdicts, second.Verdicts); diff != "" {
				t.Errorf("verdicts (-first +second):\n%s", diff)
			}
		})
	})
}

// openToyJournal opens a journal without looking at packages.
func openToyJournal(t rapid.TB, name string) *journal {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	j := &journal{name: name, file: file, writer: record.Writer{W: file}, steps: map[record.Call][]noted{}}
	header, good, err := record.Read(file, record.Journal, j.read)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(good); err != nil {
		t.Fatal(err)
	}
	if header == nil {
		j.writer.Header(record.Header{Kind: record.Journal})
	}
	return j
}

// TestJournalProperty interrupts a run, maybe tears the end off its journal, and goes on, until it comes to its end:
// the report has each scenario that the journal has, and no other one; no scenario is run to its end twice but what was
// torn off; and with one process the report is that of a run that was not interrupted.
func TestJournalProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawToy(t)
		if rapid.Bool().Draw(t, "some fail") {
			p.fails, c.KeepGoing = 3, rapid.Bool().Draw(t, "keep going")
			p.silent = rapid.SampledFrom([]int{0, 4}).Draw(t, "silent")
		}
		same := rapid.Bool().Draw(t, "same") // each run has the same flags
		inFolderOf(t, func(folder string) {
			name := filepath.Join(folder, "journal")
			var all []string
			var last toyRun
			torn := 0
			for interrupt := -1; interrupt != 0; {
				interrupt = rapid.IntRange(0, 20).Draw(t, "interrupt")
				if !same {
					c.Parallel, c.ShrinkTime = rapid.IntRange(1, 4).Draw(t, "parallel again"), shrinkTimes.Draw(t, "shrink time again")
				}
				j := openToyJournal(t, name)
				last = exploreToy(t, folder, c, p, interrupt, func(*run) notebook { return j })
				if err := j.close(); err != nil {
					t.Fatal(err)
				}
				all = append(all, last.Finished...)
				if tear := rapid.IntRange(0, 200).Draw(t, "tear"); interrupt > 0 && tear > 100 {
					torn += tearOff(t, name, tear-100)
				}
			}
			slices.Sort(all)
			if c.Isolation == Batch && p.fails > 0 {
				all = slices.Compact(all) // what fails is run again alone
			}
			if twice := len(all) - len(slices.Compact(slices.Clone(all))); twice > torn {
				t.Errorf("%d scenarios were run twice, and %d torn off: %q", twice, torn, all)
			}
			journaled := journaled(t, name, p, c)
			reported := slices.DeleteFunc(slices.Clone(last.Verdicts), func(verdict string) bool { return !slices.Contains(journaled, verdict) })
			if diff := cmp.Diff(journaled, reported); diff != "" {
				t.Errorf("scenarios of the journal (- +those in the report):\n%s", diff)
			}
			if more := len(last.Verdicts) - len(journaled); more != last.Exploration.Errored {
				t.Errorf("%d scenarios in the report and not in the journal, %d of them errored", more, last.Exploration.Errored)
			}
			if !same || (c.Parallel > 1 && (c.MaxScenarios < 10_000 || p.fails > 0)) {
				return // which scenarios are run depends on who is first
			}
			last.Finished = nil
			want := exploreToy(t, folder, c, p, 0, nil)
			want.Finished = nil
			if diff := cmp.Diff(want, last); diff != "" {
				t.Errorf("report (-of one run +of several):\n%s", diff)
			}
		})
	})
}

// journaled returns the scenarios of a toy that are done by the journal, and the serial one, with what they come to.
func journaled(t rapid.TB, name string, p toy, c Config) []string {
	j := openToyJournal(t, name)
	defer j.close()
	space := explore.Space{Counts: p.counts, Tree: c.Explore == explore.Tree}
	verdicts := map[string]bool{}
	add := func(report *protocol.Scenario, action string) {
		verdicts[permutations.Format(space.Read(nil, report).Sequence)+" "+action] = true
	}
	serial := p.run(nil)
	add(serial, parse.ActionPass) // the plan run did
	for _, steps := range j.steps {
		for _, step := range steps {
			if sequence, err := permutations.Parse(step.sequence); step.done && err == nil {
				report := p.run(sequence)
				action := parse.ActionPass
				if report.Failed {
					action = parse.ActionFail
				}
				add(report, action)
			}
		}
	}
	return slices.Sorted(maps.Keys(verdicts))
}

// TestJournalIsReportedThoughNothingIsRun: what an earlier run has come to is in the report also where the one that goes
// on has no time for any scenario, or may have no further failure.
func TestJournalIsReportedThoughNothingIsRun(t *testing.T) {
	p := toy{counts: []int{3, 3}, blocks: true, fails: 3}
	for name, test := range map[string]struct {
		keepGoing bool
		end       func(r *run) // is called before anything is explored
	}{
		"--time":                     {true, func(r *run) { r.timer.begin(r.Now().Add(-time.Hour)) }},
		"--time after a failure":     {false, func(r *run) { r.timer.begin(r.Now().Add(-time.Hour)) }},
		"--max-fails":                {true, func(r *run) { r.cancel(errEnough) }},
		"--max-fails, and a failure": {false, func(r *run) { r.cancel(errEnough) }},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			c := Config{MaxScenarios: 100, Parallel: 1, ShrinkTime: time.Hour, Time: time.Minute, KeepGoing: test.keepGoing}
			explore := func(end func(r *run)) toyRun {
				j := openToyJournal(t, filepath.Join(folder, "journal"))
				defer j.close()
				return exploreToy(t, folder, c, p, 0, func(r *run) notebook { end(r); return j })
			}
			first := explore(func(*run) {})
			again := explore(test.end)
			if len(again.Finished) > 0 {
				t.Errorf("%q were run again", again.Finished)
			}
			if diff := cmp.Diff(first.Verdicts, again.Verdicts); diff != "" || first.Exploration.Failed == 0 {
				t.Errorf("scenarios (-first +again), %d of which had failed:\n%s", first.Exploration.Failed, diff)
			}
		})
	}
}

// TestNothingIsGivenOnceAJobWasGivenUp: what a strategy gives then is not what it gives when the steps of the journal are
// taken again.
func TestNothingIsGivenOnceAJobWasGivenUp(t *testing.T) {
	for name, became := range map[string]*scenarioResult{"not run": nil, "interrupted": {canceled: true}} {
		t.Run(name, func(t *testing.T) {
			p := toy{counts: []int{3, 3}}
			space := explore.Space{Counts: p.counts}
			call := &exploredCall{space: space, plan: protocol.Plan{Counts: p.counts}}
			call.search = explore.Config{Strategy: explore.AtRandom, Limit: 10}.Choose(space, space.Read(nil, p.run(nil)))
			from := &jobs{call: call}
			first, second := from.next(), from.next()
			if first == nil || second == nil {
				t.Fatal("there is no job")
			}
			first.done(became)
			if more := from.next(); more != nil {
				t.Errorf("%v is given", more.request)
			}
		})
	}
}

// TestCorrected: of what was done twice for a sequence, the second holds if it says so. Else it was run once more, and
// both hold: a failure does not go since it did not come again.
func TestCorrected(t *testing.T) {
	steps := []noted{
		{sequence: "a"}, {sequence: "b"}, {sequence: "a", done: true, first: 1}, {sequence: "b", done: true, first: 2},
		{sequence: "a", done: true, corrects: true, first: 3}, {sequence: "b", done: true, first: 4},
	}
	want := []noted{
		{sequence: "a"}, {sequence: "b"}, {sequence: "a", done: true, corrects: true, first: 3}, {sequence: "b", done: true, first: 2},
		{sequence: "b", done: true, first: 4},
	}
	if got := corrected(steps); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// tearOff cuts so many bytes off the end of a file, but not of its first line. It returns how many lines that costs.
func tearOff(t rapid.TB, name string, n int) int {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	first := strings.IndexByte(string(text), '\n') + 1
	left := max(first, len(text)-n)
	if err := os.WriteFile(name, text[:left], 0o666); err != nil {
		t.Fatal(err)
	}
	cut := string(text[left:])
	if cut == "" {
		return 0
	}
	return strings.Count(strings.TrimSuffix(cut, "\n"), "\n") + 1
}

// TestRecalledOnce goes on with a journal that has one execution twice, asked for in two ways, as a search for fewer
// switches may have run it: it is reported once.
func TestRecalledOnce(t *testing.T) {
	p := toy{counts: []int{1, 1}}
	c := Config{Parallel: 1, MaxScenarios: 10, Isolation: Process, SeedGiven: true}
	name := filepath.Join(t.TempDir(), "journal")
	j := openToyJournal(t, name)
	first := exploreToy(t, t.TempDir(), c, p, 0, func(*run) notebook { return j })
	var call record.Call
	for about := range openToyJournal(t, name).steps {
		call = about
	}
	again := resultOf(record.Request{Call: call, Sequence: "1"}, scenarioResult{verdict: passed, report: p.run([]int{1, 0})})
	j.line(record.Line{Done: &again})
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	j = openToyJournal(t, name)
	second := exploreToy(t, t.TempDir(), c, p, 0, func(*run) notebook { return j })
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.Verdicts, second.Verdicts); diff != "" {
		t.Errorf("verdicts (-first +second):\n%s", diff)
	}
}
