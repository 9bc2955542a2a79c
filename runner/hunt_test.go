package runner

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/internal/rewrite"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A prey is a test binary of one test that is hunted: it stands in for its processes.
type prey struct {
	shows     map[int]string // what schedules show, by their numbers
	afterward map[int]string // what they show only if the process has run others before
	lenient   bool           // a replay shows nothing unless it is lenient
	search    bool           // numbers are those of the search, which goes on where it is told
	endures   string         // a test whose processes do not end by themselves
	tidies    string         // one whose processes do not, once they have told of all their schedules
	broken    string         // why no process can be started after the third one

	mu        sync.Mutex
	ran       map[int]int // how often each schedule was run, not counting replays
	windows   map[int]int // of the processes that ran them
	replays   int
	processes int
}

// What a schedule may show.
const (
	locks    = "deadlock"
	leaks    = "leak"
	crashes  = "crash"
	spins    = "spins"
	declines = "declines"
	breaks   = "breaks"
	hangs    = "hangs"
	lingers  = "lingers" // a finding, and then the process hangs
	falters  = "falters" // the process, after its schedules
	stays    = "stays"   // the process, after its schedules
)

// searched is the state of a search after so many schedules of twenty decisions each.
func searched(n int) string {
	lengths := make([]byte, n)
	lengths[0] = 20 << 2
	return fmt.Sprintf("%d.0.%s", n, base64.RawURLEncoding.EncodeToString(lengths))
}

// decisions are those of each schedule: three preemptions, of which none is needed.
const decisions = "turn 0: 0 *1\nturn 1: *0 1\nturn 0: 0 *1\n"

const crash = "panic: no tea left\n\ngoroutine 7 [running]:\nexample.com/shop.Sell(...)\n\t/src/shop/shop.go:11\n"

func (p *prey) execute(ctx context.Context, c command) (exit, error) {
	i := slices.IndexFunc(c.env, func(entry string) bool { return strings.HasPrefix(entry, protocol.EnvHunt+"=") })
	if i < 0 {
		return exit{}, nil // the go command
	}
	request, err := protocol.ReadHuntRequest(c.env[i][len(protocol.EnvHunt)+1:])
	if err != nil {
		return exit{}, err
	}
	p.mu.Lock()
	p.processes++
	broken := p.broken != "" && p.processes > 3
	p.mu.Unlock()
	if broken {
		return exit{}, errors.New(p.broken)
	}
	file, err := os.OpenFile(request.Report, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return exit{}, err
	}
	defer file.Close()
	if request.Test == p.endures {
		<-ctx.Done()
		return exit{status: "signal: killed", canceled: true}, nil
	}
	for i := range request.Count {
		if e, ended := p.schedule(request, i, func(r protocol.HuntReport) {
			line, _ := r.Line()
			fmt.Fprintln(file, line)
		}, c); ended {
			return e, nil
		}
	}
	if request.Test == p.tidies {
		<-ctx.Done()
		return exit{status: "signal: interrupt", canceled: true}, nil
	}
	return exit{}, nil
}

// schedule runs one, and reports whether it has ended the process.
func (p *prey) schedule(request protocol.HuntRequest, i int, tell func(protocol.HuntReport), c command) (exit, bool) {
	number := request.First + i*request.Stride
	n := number
	if p.search {
		done, _, _ := strings.Cut(request.Delay, ".")
		n, _ = strconv.Atoi(done)
		n += i
	}
	shows, trace := p.shows[n], fmt.Sprintf(`{"orchtest_trace":1,"schedule":%d}`, n)+"\n"+decisions
	p.mu.Lock()
	if request.Replay == "" {
		p.ran[n]++
		p.windows[n] = request.Window
	} else {
		p.replays++
		text, _ := os.ReadFile(request.Replay)
		trace = string(text)
		header, _, _ := strings.Cut(trace, "\n")
		var h struct{ Schedule int }
		json.Unmarshal([]byte(header), &h)
		n = h.Schedule
		if shows = p.shows[n]; p.lenient && !request.Lenient {
			shows = ""
		}
	}
	p.mu.Unlock()
	if shows == "" && i > 0 {
		shows = p.afterward[n]
	}
	r := protocol.HuntReport{Schedule: n, Longest: 5, Strategy: hunting.Random}
	switch shows {
	case locks, leaks, lingers:
		r.Kind, r.Trace = protocol.HuntFinding, trace
		r.Finding = &protocol.Finding{Kind: shows, Identity: shows + ": here"}
		tell(r)
		if shows == lingers {
			<-c.overdue
			return exit{status: "signal: quit", timedOut: true}, true
		}
		return exit{status: "exit status 1"}, true
	case spins, declines, breaks:
		r.Kind = map[string]string{spins: protocol.HuntInconclusive, declines: protocol.HuntNotHuntable, breaks: protocol.HuntToolError}[shows]
		r.Reason = "it " + shows
		tell(r)
		return exit{}, true
	case crashes:
		fmt.Fprint(c.output, crash)
		return exit{status: "exit status 2"}, true
	case hangs:
		<-c.overdue
		return exit{status: "signal: quit", timedOut: true}, true
	}
	if i == request.Count-1 {
		tell(protocol.HuntReport{Kind: protocol.HuntDone, Schedule: number + request.Stride, Longest: 5, Hash: "h", Delay: searched(n + 1)})
		switch shows {
		case falters:
			return exit{status: "exit status 3"}, true
		case stays:
			<-c.overdue
			return exit{status: "signal: quit", timedOut: true}, true
		}
	}
	return exit{}, false
}

// An eventLog keeps the stream.
type eventLog struct{ events []parse.Event }

func (l *eventLog) event(e parse.Event, _ bool) error {
	l.events = append(l.events, e)
	return nil
}

// huntPrey hunts one test, and returns what became of it and what the stream says. change is called before it begins.
func huntPrey(t *testing.T, p *prey, c HuntConfig, change ...func(*hunt)) (*hunt, *huntTest, *eventLog) {
	t.Helper()
	p.ran, p.windows = map[int]int{}, map[int]int{}
	h, err := newHunt(c)
	if err != nil {
		t.Fatal(err)
	}
	h.executor = p
	end, err := h.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	log := &eventLog{}
	h.stream.sinks = []sink{log, &h.verdict}
	h.rewritten = &rewrite.Result{}
	pkg := &huntPackage{name: "example.com/shop", dir: t.TempDir(), path: "shop.test", hasTests: true}
	test := &huntTest{pkg: pkg, name: "TestSell", pattern: "^TestSell$"}
	h.packages, h.tests = []*huntPackage{pkg}, []*huntTest{test}
	for _, change := range change {
		change(h)
	}
	h.slots = newSlots(h.Parallel)
	h.hunt()
	h.slots.close()
	h.endPackage(pkg)
	return h, test, log
}

// said is all output.
func (l *eventLog) said() (text string) {
	for _, e := range l.events {
		text += e.Output
	}
	return text
}

// took is how many seconds the package took.
func (l *eventLog) took(t *testing.T) float64 {
	t.Helper()
	for _, e := range l.events {
		if e.Ends() && e.Test == "" {
			return *e.Elapsed
		}
	}
	t.Fatal("the package has no end")
	return 0
}

func TestHunted(t *testing.T) {
	all := func(shows string) map[int]string {
		m := map[int]string{}
		for n := range 1000 {
			m[n] = shows
		}
		return m
	}
	for _, test := range []struct {
		name      string
		prey      *prey
		config    HuntConfig
		outcome   string
		reason    string // a part of it
		findings  string
		schedules int // of one process at a time; 0 is not looked at
	}{
		{name: "nothing", outcome: protocol.HuntPassed, schedules: 100},
		{name: "a deadlock", prey: &prey{shows: map[int]string{40: locks}}, outcome: protocol.HuntFailed, findings: "deadlock (once)", schedules: 41},
		{name: "every schedule", prey: &prey{shows: all(leaks)}, outcome: protocol.HuntFailed, findings: "leak (once)", schedules: 1},
		{name: "keep going", prey: &prey{shows: map[int]string{7: locks, 40: leaks, 41: leaks, 99: locks}},
			config:  HuntConfig{Config: Config{KeepGoing: true}},
			outcome: protocol.HuntFailed, findings: "deadlock (2 times), leak (2 times)", schedules: 100},
		{name: "a crash", prey: &prey{shows: map[int]string{40: crashes}}, outcome: protocol.HuntFailed, findings: "panic (once)", schedules: 41},
		{name: "crashes, keep going", prey: &prey{shows: map[int]string{40: crashes, 55: crashes, 3: crashes}},
			config:  HuntConfig{Config: Config{KeepGoing: true}},
			outcome: protocol.HuntFailed, findings: "panic (3 times)", schedules: 100},
		{name: "only a lenient replay shows it", prey: &prey{shows: map[int]string{40: locks}, lenient: true},
			outcome: protocol.HuntFailed, findings: "deadlock (once)", schedules: 41},
		{name: "only after others", prey: &prey{afterward: map[int]string{40: locks, 60: crashes}}, outcome: protocol.HuntPassed, schedules: 100},
		{name: "inconclusive", prey: &prey{shows: map[int]string{40: spins, 42: spins}}, outcome: protocol.HuntUndecided,
			reason: "2 of 100 schedules: it spins", schedules: 100},
		{name: "inconclusive each time", prey: &prey{shows: all(spins)}, outcome: protocol.HuntUndecided, reason: "it spins", schedules: hopeless},
		{name: "inconclusive, and a leak", prey: &prey{shows: map[int]string{40: spins, 60: leaks}}, outcome: protocol.HuntFailed,
			findings: "leak (once)", schedules: 61},
		{name: "not huntable", prey: &prey{shows: all(declines)}, outcome: protocol.HuntDeclined, reason: "it declines"},
		{name: "not huntable later", prey: &prey{shows: map[int]string{40: declines}}, outcome: protocol.HuntDeclined, reason: "it declines"},
		{name: "our fault", prey: &prey{shows: map[int]string{40: breaks}}, outcome: protocol.HuntErrored, reason: "it breaks"},
		{name: "hangs", prey: &prey{shows: map[int]string{40: hangs}}, config: HuntConfig{HuntOptions: HuntOptions{ScheduleTimeout: time.Millisecond}},
			outcome: protocol.HuntUndecided, reason: "1 of 100 schedules: it did not come to its end within 1ms (--schedule-timeout)", schedules: 100},
	} {
		for _, parallel := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d at once", test.name, parallel), func(t *testing.T) {
				c := test.config
				c.Parallel, c.Schedules, c.TraceDir = parallel, 100, t.TempDir()
				p := &prey{}
				if test.prey != nil {
					p = &prey{shows: test.prey.shows, afterward: test.prey.afterward, lenient: test.prey.lenient}
				}
				h, hunted, log := huntPrey(t, p, c)
				o := hunted.report
				if o.Outcome != test.outcome || !strings.Contains(o.Reason, test.reason) {
					t.Errorf("got %s %q, want %s with %q", o.Outcome, o.Reason, test.outcome, test.reason)
				}
				if got := hunting.Counted(hunting.Seen(hunted.findings.Confirmed())); got != test.findings && parallel == 1 {
					t.Errorf("got findings %q, want %q", got, test.findings)
				}
				if parallel == 1 && test.schedules > 0 && o.Schedules != test.schedules {
					t.Errorf("got %d schedules, want %d", o.Schedules, test.schedules)
				}
				if (h.err != nil) != (test.outcome == protocol.HuntErrored) {
					t.Errorf("got error %v", h.err)
				}
				checkEnds(t, log.events, o)
			})
		}
	}
}

// checkEnds checks that the test and each finding begin and end once in the stream, as the outcome is.
func checkEnds(t *testing.T, events []parse.Event, o protocol.Hunted) {
	t.Helper()
	ends := map[string]string{}
	for _, e := range events {
		if e.Ends() && e.Test != "" {
			ends[e.Test] += e.Action
		}
	}
	want := map[string]string{protocol.HuntPassed: parse.ActionPass, protocol.HuntFailed: parse.ActionFail, protocol.HuntErrored: parse.ActionFail}[o.Outcome]
	if want == "" {
		want = parse.ActionSkip
	}
	if ends["TestSell"] != want {
		t.Errorf("the test ends with %q, want %q", ends["TestSell"], want)
	}
	delete(ends, "TestSell")
	for _, f := range o.Findings {
		name := "TestSell/" + f.Name
		if ends[name] != parse.ActionFail {
			t.Errorf("%s ends with %q", name, ends[name])
		}
		delete(ends, name)
	}
	if len(ends) > 0 {
		t.Errorf("there are others in the stream: %v", ends)
	}
}

// Each schedule is run once, but to confirm it; and what only those before it bring about is named.
func TestHuntOnlyAfterOthers(t *testing.T) {
	p := &prey{afterward: map[int]string{40: locks, 60: locks, 80: leaks}}
	_, hunted, log := huntPrey(t, p, HuntConfig{Config: Config{Parallel: 1}, HuntOptions: HuntOptions{Schedules: 100}})
	if got := hunting.Counted(hunting.Seen(hunted.findings.Unconfirmed())); got != "deadlock (2 times), leak (once)" {
		t.Errorf("got %q that could not be confirmed", got)
	}
	if said := log.said(); !strings.Contains(said, "not confirmed: deadlock (2 times): a process of its own did not show it") {
		t.Errorf("got output\n%s", said)
	}
}

// Once findings turn out to come only after other schedules, each has a process of its own.
func TestHuntAlone(t *testing.T) {
	p := &prey{afterward: map[int]string{20: locks, 22: crashes, 24: leaks, 25: locks}}
	_, hunted, _ := huntPrey(t, p, HuntConfig{Config: Config{Parallel: 1}, HuntOptions: HuntOptions{Schedules: 60}})
	if got := hunting.Counted(hunting.Seen(hunted.findings.Unconfirmed())); got != "deadlock (once), panic (once)" {
		t.Errorf("got %q that could not be confirmed", got)
	}
	if hunted.report.Outcome != protocol.HuntPassed || hunted.report.Schedules != 60 {
		t.Errorf("got %+v", hunted.report)
	}
	if p.windows[10] != 0 || p.windows[50] != window {
		t.Errorf("got the windows %d, and then %d: what is run alone has to be as good as what confirms it", p.windows[10], p.windows[50])
	}
}

// What several schedules show is tried with each of them, as long as none has shown it again: the first one may have
// needed those before it.
func TestHuntTriesEach(t *testing.T) {
	for _, test := range []struct {
		name     string
		prey     *prey
		schedule int
	}{
		{"another one", &prey{afterward: map[int]string{20: locks}, shows: map[int]string{40: locks}}, 40},
		{"alone, after many", &prey{afterward: map[int]string{17: locks, 18: locks, 19: locks, 20: leaks}, shows: map[int]string{40: locks}}, 40},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, hunted, _ := huntPrey(t, test.prey, HuntConfig{Config: Config{Parallel: 1}, HuntOptions: HuntOptions{Schedules: 100}})
			found := hunted.findings.Confirmed()
			if len(found) != 1 || found[0].Schedule != test.schedule || !strings.Contains(found[0].Trace, fmt.Sprintf(`"schedule":%d`, test.schedule)) {
				t.Errorf("got findings %+v, want that of schedule %d", found, test.schedule)
			}
		})
	}
}

// A process that was to confirm something and could not be started is orchtest's failure, and no pass.
func TestHuntCannotConfirm(t *testing.T) {
	for _, kind := range []string{locks, crashes} {
		p := &prey{shows: map[int]string{40: kind}, broken: "no more processes"}
		h, hunted, log := huntPrey(t, p, HuntConfig{Config: Config{Parallel: 1}, HuntOptions: HuntOptions{Schedules: 100}})
		if said := log.said(); !strings.Contains(said, "(once): it was not tried again") {
			t.Errorf("got output\n%s", said)
		}
		if !slices.ContainsFunc(log.events, func(e parse.Event) bool { return e.Key == protocol.AttrError && e.Value == p.broken }) {
			t.Error("the stream does not say that it is an error, and which")
		}
		if h.err == nil || hunted.report.Outcome != protocol.HuntErrored || !strings.Contains(hunted.report.Reason, p.broken) {
			t.Errorf("got %s %q, error %v", hunted.report.Outcome, hunted.report.Reason, h.err)
		}
	}
}

// Several workers that find the same at once report one of theirs, and all of that.
func TestHuntFindsTheSameAtOnce(t *testing.T) {
	shows := map[int]string{}
	for n := range 100 {
		shows[n+1] = locks
	}
	c := HuntConfig{Config: Config{Parallel: 4, KeepGoing: true}}
	c.Schedules, c.HuntOptions.ShrinkTime, c.TraceDir = 100, time.Minute, t.TempDir()
	_, hunted, _ := huntPrey(t, &prey{shows: shows}, c)
	found := hunted.findings.Confirmed()
	if len(found) != 1 || found[0].Times != 99 {
		t.Fatalf("got findings %+v, want one that came 99 times", found)
	}
	kept, err := os.ReadFile(found[0].File)
	if err != nil || string(kept) != found[0].Trace || found[0].Preemptions != 0 ||
		!strings.Contains(found[0].Trace, fmt.Sprintf(`"schedule":%d}`, found[0].Schedule)) {
		t.Errorf("got %+v, want a schedule without preemptions", found[0])
	}
}

// A search goes on behind the schedule that its process did not survive.
func TestHuntSearchGoesOn(t *testing.T) {
	for _, test := range []struct {
		name, shows   string
		at, schedules int
	}{{"crash", crashes, 7, 20}, {"late", hangs, 7, 20}, {"in the first one", crashes, 0, 1}} {
		t.Run(test.name, func(t *testing.T) {
			p := &prey{search: true, shows: map[int]string{test.at: test.shows}}
			c := HuntConfig{Config: Config{Parallel: 1, KeepGoing: true}}
			c.Schedules, c.Strategy, c.ScheduleTimeout = 20, hunting.Delay, time.Millisecond
			_, hunted, _ := huntPrey(t, p, c)
			bad := hunted.inconclusive
			for _, found := range hunted.findings.Confirmed() {
				bad += found.Times
			}
			if o := hunted.report; bad != 1 || o.Schedules != test.schedules || o.Exhausted {
				t.Errorf("it came %d times: %+v", bad, o)
			}
			for n := range test.schedules {
				if p.ran[n] == 0 {
					t.Errorf("schedule %d of the search was not run", n)
				}
			}
		})
	}
}

// What goes wrong with a process after its schedules is counted to none that was not run.
func TestHuntAfterwards(t *testing.T) {
	for _, test := range []struct {
		shows     string
		at        int
		schedules int
		reason    string
	}{
		{falters, 0, 1, ""}, {falters, 16, 17, ""},
		{stays, 0, 17, "1 of 17 schedules: its process did not end within 1ms after its schedules (--schedule-timeout)"},
		{lingers, 0, 1, ""},
	} {
		t.Run(fmt.Sprintf("%s at %d", test.shows, test.at), func(t *testing.T) {
			c := HuntConfig{Config: Config{Parallel: 1}}
			c.Schedules, c.ScheduleTimeout = 17, time.Millisecond
			_, hunted, _ := huntPrey(t, &prey{shows: map[int]string{test.at: test.shows}}, c)
			if o := hunted.report; o.Schedules != test.schedules || o.Reason != test.reason {
				t.Errorf("got %d schedules, and %s %q, want %d", o.Schedules, o.Outcome, o.Reason, test.schedules)
			}
			for _, found := range hunted.findings.Confirmed() {
				if found.Schedule != test.at {
					t.Errorf("got %+v, want schedule %d", found, test.at)
				}
			}
		})
	}
}

func TestHuntUntilFailure(t *testing.T) {
	p := &prey{shows: map[int]string{70: leaks}}
	_, hunted, _ := huntPrey(t, p, HuntConfig{Config: Config{Parallel: 1, UntilFailure: true}, HuntOptions: HuntOptions{Schedules: 20}})
	if hunted.report.Outcome != protocol.HuntFailed || hunted.report.Schedules != 71 || hunted.report.Planned != 0 {
		t.Errorf("got %+v, want the leak of the 71st schedule", hunted.report)
	}
}

// What does not build ends no hunt; and what was found ends that of every test, also of one whose process would run for
// very long.
func TestHuntUntilAnotherFails(t *testing.T) {
	c := HuntConfig{Config: Config{Parallel: 2, UntilFailure: true}}
	other := &huntTest{name: "TestBuy", pattern: "^TestBuy$"}
	_, hunted, log := huntPrey(t, &prey{shows: map[int]string{20: leaks}, endures: other.name}, c, func(h *hunt) {
		h.verdict.failed.Store(true)
		other.pkg = h.packages[0]
		h.tests = append(h.tests, other)
	})
	if hunted.report.Outcome != protocol.HuntFailed {
		t.Errorf("got %+v, want the leak", hunted.report)
	}
	if o := other.report; o.Outcome != protocol.HuntNotHunted || o.Reason != "another test had failed by then" {
		t.Errorf("got %s %q of the other one", o.Outcome, o.Reason)
	}
	if took := log.took(t); took > time.Hour.Seconds() {
		t.Errorf("the package took %v s", took)
	}
}

// A package of which no test is begun takes no time.
func TestHuntNothingBegun(t *testing.T) {
	_, hunted, log := huntPrey(t, &prey{}, HuntConfig{Config: Config{Parallel: 1, Time: time.Minute}}, func(h *hunt) {
		began := h.Now().Add(-time.Hour)
		h.timer.began.Store(&began)
	})
	if o := hunted.report; o.Outcome != protocol.HuntNotHunted || o.Reason != "the time was over" {
		t.Errorf("got %s %q", o.Outcome, o.Reason)
	}
	if took := log.took(t); took > time.Hour.Seconds() {
		t.Errorf("the package took %v s", took)
	}
}

// A process that runs when the time is over is ended.
func TestHuntTimeEnds(t *testing.T) {
	_, hunted, _ := huntPrey(t, &prey{endures: "TestSell"}, HuntConfig{Config: Config{Parallel: 1, Time: 50 * time.Millisecond}})
	if o := hunted.report; o.Outcome != protocol.HuntNotHunted || o.Reason != "the time was over" || !o.OutOfTime {
		t.Errorf("got %+v, want that the time was over", o)
	}
}

// What ends a process that has told of all its schedules is no finding of it.
func TestHuntTimeEndsTidying(t *testing.T) {
	_, hunted, _ := huntPrey(t, &prey{tidies: "TestSell"}, HuntConfig{Config: Config{Parallel: 1, Time: 50 * time.Millisecond}})
	o := hunted.report
	if o.Outcome != protocol.HuntPassed || !o.OutOfTime || o.Inconclusive != 0 || len(hunted.findings.Unconfirmed()) != 0 {
		t.Errorf("got %+v, want that its schedules passed until the time was over", o)
	}
}

// The time goes on by a second with each look at the clock.
func TestHuntTime(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
	p := &prey{}
	_, hunted, _ := huntPrey(t, p, HuntConfig{Config: Config{Parallel: 1, Time: time.Minute, Now: clock}})
	o := hunted.report
	if o.Outcome != protocol.HuntPassed || !o.OutOfTime || o.Planned != 0 || o.Schedules < DefaultSchedules {
		t.Errorf("got %+v, want that schedules were run until the time was over", o)
	}
	for n := range o.Schedules {
		if p.ran[n] != 1 {
			t.Fatalf("schedule %d was run %d times", n, p.ran[n])
		}
	}
}

// stuck is a machine on which no process of the given name can be started.
type stuck string

func (s stuck) execute(_ context.Context, c command) (exit, error) {
	if c.path == string(s) {
		return exit{}, errors.New("permission denied")
	}
	return exit{}, nil
}

// A package whose tests orchtest could not run has failed, and the stream of a shard does not say that it is whole.
func TestHuntCannotRun(t *testing.T) {
	for _, test := range []struct {
		name, path string // of the test binary, once it is built
		starts     stuck
	}{
		{"test binary", "shop.test", "shop.test"},
		{"go command", "", "go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, err := newHunt(HuntConfig{Config: Config{Parallel: 1, Shard: protocol.Shard{Index: 1, Of: 2}}})
			if err != nil {
				t.Fatal(err)
			}
			h.executor, h.goTool = stuck("none"), "go"
			end, err := h.begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer end()
			log := &eventLog{}
			h.stream.sinks = []sink{log, &h.verdict}
			h.rewritten = &rewrite.Result{}
			h.packages = []*huntPackage{{name: "example.com/shop", dir: t.TempDir(), path: test.path, hasTests: true}}
			err = h.sharded(func() error {
				h.executor = test.starts
				return h.work()
			})
			if err == nil || errors.Is(err, ErrFailed) {
				t.Errorf("got error %v, want that it cannot be started", err)
			}
			ends, said := "", ""
			for _, e := range log.events {
				if e.Ends() && e.Package != "" {
					ends += e.Action
				}
				said += e.Output
				if e.Key == protocol.AttrShard && strings.Contains(e.Value, `"ended":true`) {
					t.Error("the stream says that the shard has ended")
				}
			}
			if ends != parse.ActionFail || !strings.Contains(said, "permission denied") {
				t.Errorf("the package ends with %q, and says\n%s", ends, said)
			}
		})
	}
}
