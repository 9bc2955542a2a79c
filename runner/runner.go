// Package runner does the work of the orchtest command: it runs the tests of packages under
// `go test`, and the scenarios of orchestrated tests in processes of their own.
//
//	packages → overlay → go test -json → plans → sequences → a process each → one event stream
//
// Console, JSON file and JUnit file are readers of that stream.
package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/internal/covertool"
	"github.com/orchtest/orchtest/internal/overlay"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/timeline"
)

// DefaultMaxScenarios is how many sequences of a call are run where nothing else is asked for.
const DefaultMaxScenarios = 10_000

// DefaultScenarioTimeout is how long a scenario may take where nothing else is asked for.
const DefaultScenarioTimeout = time.Minute

// DefaultDepth is the depth of the bugs that --explore pct looks for.
const DefaultDepth = 3

// Isolations: what is kept from a scenario of those before it.
const (
	Process = "process" // everything: each has a process of its own
	Batch   = "batch"   // nothing outside of the scenario function: many run in a process, one after the other
)

// Isolations are the names of all isolations.
func Isolations() []string { return []string{Process, Batch} }

// What the library does where neither a flag, nor the environment, nor the test says something else.
const (
	DefaultTurnTimeout    = 10 * time.Second
	DefaultDeadlockWindow = time.Second
)

// A Config says what is to be run, and who is told. Its zero value runs the package in the current
// folder and tells nobody.
type Config struct {
	Packages []string // patterns; none is "."
	GoArgs   []string // what followed -- on the command line: flags of go test

	Run              string         // as go test -run; "" runs everything
	Sequence         string         // just this sequence of the one orchestrated test that Run matches; "" runs all
	Repeat           int            // how often Sequence is run; 0 is once
	Syncpoints       string         // where the turns of Sequence ended when it was named; "" is not known
	Shard            protocol.Shard // run just the part of this one of several; the zero value runs all
	KeepGoing        bool           // go on after a test's first scenario that failed
	RerunFails       int            // how often ordinary tests that failed are run again until they pass; 0 is never
	RerunMaxFailures int            // how many may have failed for that; 0 is DefaultRerunMaxFailures

	MaxFails        int           // tests and scenarios that may fail before the run is ended; 0 is any number
	Parallel        int           // scenarios at once; 0 is the number of CPUs
	MaxScenarios    int           // per call, or per round of a hunt; 0 is DefaultMaxScenarios, or no limit where there is Time
	ShrinkTime      time.Duration // for how long fewer switches are looked for once a test has failed; 0 is not at all
	Time            time.Duration // for how long scenarios are started, in the whole run; 0 is without a limit
	UntilFailure    bool          // hunt: explore again with other seeds, until a test fails
	Explore         string        // one of explore.Strategies; "" is the permutations, as far as MaxScenarios is enough for them
	Seed            uint64        // of what is drawn; 0 is as good as any other
	SeedGiven       bool          // Seed was asked for: else that of a result in the cache goes before it
	Isolation       string        // one of Isolations; "" is Process
	Depth           int           // of explore.WithPCT; 0 is DefaultDepth
	ScenarioTimeout time.Duration // 0 is DefaultScenarioTimeout

	TurnTimeout    time.Duration // how long a turn may take; 0 is what Env says, or DefaultTurnTimeout
	DeadlockWindow time.Duration // for how long all threads have to be blocked; 0 likewise, or DefaultDeadlockWindow
	FailOnLeak     *bool         // whether a scenario fails that leaves a blocked goroutine behind; nil is what Env says, or no

	// Resume is a file, the journal. What an interrupted run with the same tests and the same configuration has
	// come to is not run again. "" is none; with one the cache is not used.
	Resume string
	Anew   bool // do not let go test take results from its cache
	// Cache is the folder of the result cache: a scenario that passed is not run again while nothing has
	// changed. "" is none. With coverage, and where GoArgs has -count, there is none either.
	Cache string

	Format    string // of the console: see Formats; "" is "pkgname"
	JUnitFile string // "" writes none
	JSONFile  string // "" writes none
	HTMLFile  string // "" writes none
	ReportOptions

	Dir    string   // where the go command is run; "" is the current folder
	Env    []string // nil is that of this process
	Stdout io.Writer
	Stderr io.Writer
	// Terminal is what Stdout writes to, if that is one.
	Terminal Terminal
	Now      func() time.Time // nil is time.Now
}

// A run is one run of the command. Nothing in it outlives Run.
type run struct {
	Config
	source   timeline.Source
	places   *places // used under mu
	ctx      context.Context
	cancel   context.CancelCauseFunc
	goArgs   goArgs
	goTool   string
	executor executor
	temp     string // a folder that is removed at the end
	overlay  string // the overlay file, "" where there is none
	toolexec string // what go is to run its tools by, "" where there is none
	only     *onlySequence
	shares   *packageShares // nil without Shard

	buildContext context.Context
	stopBuilds   context.CancelFunc
	background   sync.WaitGroup // builds
	explorations sync.WaitGroup
	timer        timer
	slots        *slots                   // for scenarios, Parallel of them
	builds       chan struct{}            // builds at once
	goEnv        func() map[string]string // see readGoEnv
	sharedEnv    func() []string
	turnFiles    turnFiles
	testLogs     *testLogs // nil without a cache
	coverage     *coverage // nil without -cover
	notebook     notebook  // nil without a journal or a cache
	journal      *journal  // nil if it is not the notebook
	rest         []string  // the packages that are still to be tested; nil is those of Config

	// mu is held by whoever deals with an event.
	mu       sync.Mutex
	keeper   *keeper
	stream   *stream
	targets  map[string]*target
	err      error // of orchtest itself
	verdict  verdictSink
	limit    *failLimit
	ends     *packageEnds // nil unless somebody wants to know
	reruns   *reruns
	notAgain string // why tests that failed were not run again
	console  *console
	explored []exploredTest

	hunted    atomic.Bool // a scenario failed, and is held back
	explained string      // what was said of the first scenario that was told of
	drawn     []string    // turns, of a sequence that is run several times
	progress  *progress
}

// A Terminal is one that people look at.
type Terminal struct {
	Width  int // in columns; 0 is no terminal
	Color  bool
	Errors bool // Stderr writes to it, too
}

// An exploredTest is the exploration of one call, for the summary.
type exploredTest struct {
	pkg, test string
	protocol.Exploration
	advice string // what the user could do; "" where there is nothing to be said
}

// Run runs the tests. It returns nil if all passed, [ErrFailed] if a test, a scenario or a build
// failed, a [UsageError] for what the user can mend, the context's cause if it was interrupted, and
// any other error if orchtest could not do its work.
//
// When it returns, no process that it started is alive, and the reports are written.
//
// In a build with coverage the go command starts this program again for each of its tools: main has to
// call [covertool.Main] where the first argument is [covertool.Arg].
func Run(ctx context.Context, c Config) error {
	r, err := newRun(c)
	if err != nil {
		return err
	}
	return r.all(ctx)
}

// all is the whole run.
func (r *run) all(ctx context.Context) error {
	end, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer end()

	if r.turnFiles, err = newTurnFiles(r.temp, r.Parallel); err != nil {
		return err
	}
	defer r.turnFiles.close()

	reports, err := openReports(r.Config)
	if err != nil {
		return err
	}
	defer reports.discard()
	if r.goArgs.cover {
		if r.coverage, err = newCoverage(r.temp, r.Parallel, r.profilePath(), r.goArgs.coverPackage); err != nil {
			return err
		}
		defer r.coverage.close()
		r.keeper.covered = r.coverage.line
	}
	if err := r.makeOverlay(); err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	closeNotebook, err := r.openNotebook()
	if err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}

	stopProgress := r.startProgress()
	console := newConsole(r.Config, r.annotator(), func(err error) { r.cancel(fmt.Errorf("console: %w", err)) })
	r.limit = newFailLimit(r.MaxFails, func() { r.cancel(errEnough) })
	r.stream.sinks = append(reports.sinks(), &r.verdict, console, r.limit)
	if r.ends != nil {
		r.stream.sinks = append(r.stream.sinks, r.ends)
	}
	if r.reruns = newReruns(); r.RerunFails > 0 {
		r.stream.sinks = append(r.stream.sinks, r.reruns)
	}
	r.console = console
	if r.Shard.Of > 0 {
		err = r.withShard()
	} else {
		err = r.rerun(r.goTest())
	}
	left := ""
	if errors.Is(err, errEnough) && ctx.Err() == nil {
		if left, err = r.leftOut(ctx); err == nil {
			err = ErrFailed
		}
	}
	unnoted := closeNotebook()
	console.close()
	stopProgress()
	var usage *UsageError
	if errors.As(err, &usage) {
		return err
	}
	r.countCached()
	r.nothingLeft()
	console.summarize(r.explored, r.only != nil)
	console.say(r.replays())
	console.say(left)
	if r.notAgain != "" {
		console.say("NOT RUN AGAIN: " + r.notAgain + "\n")
	}
	if r.shares != nil {
		console.say(r.shardSummary())
	}
	if r.only != nil && !r.verdict.failed.Load() {
		console.show(r.explained) // of what failed it has been shown
	}
	incomplete := ""
	if cause := context.Cause(ctx); cause != nil {
		err, incomplete = cause, cause.Error()
	}
	// A test that failed is known by then; a report that could not be written is not.
	if unwritten := errors.Join(r.stream.err, unnoted, reports.write(&r.source, incomplete), r.coverage.write()); unwritten != nil {
		return errors.Join(r.err, unwritten)
	}
	if context.Cause(ctx) != nil {
		return err
	}
	return afterwards(err, r.postRun(ctx, r.executor, console.exec, r.explored, console.summary))
}

// openNotebook opens the journal that was asked for, or else the cache if it may be used. What it returns closes it.
func (r *run) openNotebook() (closing func() error, err error) {
	switch {
	case r.Resume != "":
		if r.journal, err = r.openJournal(r.Resume); err != nil {
			return nil, err
		}
		r.notebook = r.journal
		return r.journal.close, nil
	case r.Cache != "" && !r.goArgs.cover && !r.goArgs.counted && !r.UntilFailure && r.only == nil:
		results, err := newCache(r, r.Cache)
		if err != nil {
			return nil, err
		}
		r.notebook = results
		return results.close, nil
	}
	return func() error { return nil }, nil
}

// begin makes what every run needs. What it returns takes that away again.
func (r *run) begin(ctx context.Context) (end func(), err error) {
	if r.temp, err = tempFolder(); err != nil {
		return nil, err
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.buildContext, r.stopBuilds = context.WithCancel(r.ctx)
	return func() {
		os.RemoveAll(r.temp)
		r.stopBuilds()
		r.cancel(nil)
	}, nil
}

// tempFolder makes a folder, with a path that holds wherever it is used.
func tempFolder() (string, error) {
	folder, err := os.MkdirTemp("", "orchtest-")
	if err != nil {
		return "", fmt.Errorf("temporary folder: %w", err)
	}
	return filepath.Abs(folder)
}

func newRun(c Config) (*run, error) {
	if c.MaxScenarios == 0 && c.Time > 0 && !c.UntilFailure {
		c.MaxScenarios = unlimited
	}
	c.MaxScenarios = cmp.Or(c.MaxScenarios, DefaultMaxScenarios)
	c.ScenarioTimeout = cmp.Or(c.ScenarioTimeout, DefaultScenarioTimeout)
	c.Parallel = cmp.Or(c.Parallel, runtime.NumCPU())
	c.Format = cmp.Or(c.Format, DefaultFormat)
	c.Depth = cmp.Or(c.Depth, DefaultDepth)
	c.Isolation = cmp.Or(c.Isolation, Process)
	c.RerunMaxFailures = cmp.Or(c.RerunMaxFailures, DefaultRerunMaxFailures)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Env == nil {
		c.Env = os.Environ()
	}
	if c.Stdout == nil {
		c.Stdout = io.Discard
	}
	if c.Stderr == nil {
		c.Stderr = io.Discard
	}
	c.Env = userEnv(c.Env)
	c.Env = c.libraryEnv()
	if err := c.check(); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	c.Dir = dir

	r := &run{Config: c, executor: local{}, targets: map[string]*target{}, stream: &stream{}}
	r.places = newPlaces(&r.source)
	r.progress = newProgress(0, c.Stderr, c.Now)
	r.builds = make(chan struct{}, c.Parallel)
	if r.goArgs, err = splitGoArgs(c.GoArgs); err != nil {
		return nil, err
	}
	if err := r.goArgs.addGOFLAGS(c.Env); err != nil {
		return nil, err
	}
	if err := r.checkResume(); err != nil {
		return nil, err
	}
	if c.RerunFails > 0 && slices.Contains(r.goArgs.test, "-failfast") {
		return nil, usagef("--rerun-fails and -- -failfast: not all tests will run, so it is not known which fail: give one of them")
	}
	if r.goArgs.hasRun {
		if c.Run != "" {
			return nil, usagef("--run %s and -- -run %s: give one of them", c.Run, r.goArgs.run)
		}
		r.Run = r.goArgs.run
	}
	if c.Sequence != "" {
		if r.only, err = parseOnly(c.Sequence); err != nil {
			return nil, err
		}
	}
	if c.Syncpoints != "" {
		if r.only.trail, err = parseTrail(c.Syncpoints); err != nil {
			return nil, err
		}
	}
	if r.goTool, err = exec.LookPath("go"); err != nil {
		return nil, fmt.Errorf("no Go toolchain: %w: orchtest runs `go test`; see https://go.dev/doc/install", err)
	}
	r.goEnv = sync.OnceValue(r.readGoEnv)
	r.sharedEnv = sync.OnceValue(func() []string { return scenarioEnv(r.Env, r.goEnv()["GOROOT"]) })
	r.keeper = &keeper{
		stream:    r.stream,
		now:       c.Now,
		planned:   func(pkg string) { r.build(r.buildContext, pkg) },
		explore:   r.explore,
		abandoned: r.abandoned,
		broken:    r.fault,
	}
	return r, nil
}

// check finds what is wrong with a configuration by itself.
func (c Config) check() error {
	switch {
	case c.Parallel < 1:
		return usagef("--parallel %d: at least one scenario has to run at once", c.Parallel)
	case c.RerunFails < 0 || c.RerunMaxFailures < 0:
		return usagef("--rerun-fails %d, --rerun-fails-max-failures %d: it is to be more than nothing", c.RerunFails, c.RerunMaxFailures)
	case c.RerunFails > 0 && c.Sequence != "":
		return usagef("--rerun-fails and --sequence %s: a scenario fails each time, and only ordinary tests are run again", c.Sequence)
	case c.RerunFails > 0 && c.Resume != "":
		return usagef("--rerun-fails and --resume %s: the journal has each test once: give one of them", c.Resume)
	case c.Repeat < 0:
		return usagef("--repeat %d: it is to be more than nothing", c.Repeat)
	case c.Repeat > 0 && c.Sequence == "":
		return usagef("--repeat %d: it is of --sequence, which is not given: it stands in the replay command of a failure, as --sequence 0,1,0,1; "+
			"--until-failure runs whole tests again and again", c.Repeat)
	case c.Syncpoints != "" && c.Sequence == "":
		return usagef("--syncpoints %s: it is of --sequence, which is not given: both stand in the replay command of a failure", c.Syncpoints)
	case c.MaxFails < 0:
		return usagef("--max-fails %d: at least one test has to fail to end the run", c.MaxFails)
	case c.MaxScenarios < 1:
		return usagef("--max-scenarios %d: at least one scenario has to run", c.MaxScenarios)
	case c.Explore != "" && !slices.Contains(explore.Strategies(), c.Explore):
		return usagef("--explore %s: there is no such strategy; there are: %s", c.Explore, strings.Join(explore.Strategies(), ", "))
	case !slices.Contains(Isolations(), c.Isolation):
		return usagef("--isolation %s: there is no such isolation; there are: %s", c.Isolation, strings.Join(Isolations(), ", "))
	case c.Depth < 1:
		return usagef("--depth %d: a bug has at least depth 1", c.Depth)
	case c.ShrinkTime < 0:
		return usagef("--shrink-time %v: scenarios take some time; 0 looks for no fewer switches", c.ShrinkTime)
	case c.Time < 0:
		return usagef("--time %v: scenarios take some time", c.Time)
	case c.UntilFailure && c.KeepGoing:
		return usagef("--until-failure and --keep-going: the one ends where the other goes on: give one of them")
	case c.UntilFailure && c.Sequence != "":
		return usagef("--until-failure and --sequence: a single scenario is run once: give one of them")
	case c.UntilFailure && c.Shard.Of > 0:
		return usagef("--until-failure and --shard: a hunt has no end that could be shared: leave out --shard, and give each machine a --seed")
	case c.UntilFailure && c.Resume != "":
		return usagef("--until-failure and --resume: a hunt goes on with another --seed: leave out --resume")
	case c.ScenarioTimeout < 0:
		return usagef("--scenario-timeout %v: a scenario takes some time", c.ScenarioTimeout)
	case c.TurnTimeout < 0:
		return usagef("--turn-timeout %v: a turn takes some time", c.TurnTimeout)
	case c.DeadlockWindow < 0:
		return usagef("--deadlock-window %v: it takes some time to tell that nothing happens", c.DeadlockWindow)
	case c.Shard.Of > 0 && c.Sequence != "":
		return usagef("--shard %v and --sequence %s: a sequence is one scenario, which is not shared out: leave --shard out", c.Shard, c.Sequence)
	case c.Shard.Of < 0 || c.Shard.Of > 0 && (c.Shard.Index < 1 || c.Shard.Index > c.Shard.Of):
		return usagef("--shard %v: there is no such shard", c.Shard)
	case c.sameFile() != nil:
		return c.sameFile()
	case !slices.Contains(Formats(), c.Format):
		return usagef("--format %s: there is no such format; there are: %s", c.Format, strings.Join(Formats(), ", "))
	}
	if err := c.ReportOptions.check(); err != nil {
		return err
	}
	for _, name := range []string{protocol.EnvTurnTimeout, protocol.EnvDeadlockWindow} {
		value, _ := lookup(c.Env, name)
		if d, err := time.ParseDuration(value); value != "" && (err != nil || d <= 0) {
			return usagef("%s=%s: it is to be a time, as 10s, or not to be set", name, value)
		}
	}
	return nil
}

// checkResume finds what does not go with a journal.
func (r *run) checkResume() error {
	switch {
	case r.Resume == "":
	case r.Shard.Of > 0:
		return usagef("--resume and --shard: a shard that was interrupted is run again as a whole: leave out --resume")
	case r.Sequence != "":
		return usagef("--resume and --sequence: a single scenario has nothing to go on with: give one of them")
	case r.goArgs.cover:
		return usagef("--resume with coverage: the profile of an interrupted run is lost: leave out one of them")
	}
	return nil
}

// sameFile finds out whether two reports would be written to one file.
func (c Config) sameFile() error {
	flags := map[string]string{} // by file
	for _, f := range []struct{ flag, file string }{{"--junitfile", c.JUnitFile}, {"--jsonfile", c.JSONFile}, {"--html", c.HTMLFile}, {"--resume", c.Resume}} {
		if f.file == "" {
			continue
		}
		if other := flags[filepath.Clean(f.file)]; other != "" {
			return usagef("%s and %s %s: each needs a file of its own", other, f.flag, f.file)
		}
		flags[filepath.Clean(f.file)] = f.flag
	}
	return nil
}

// fault takes note that orchtest could not do its work. It is called under mu.
func (r *run) fault(err error) { r.err = errors.Join(r.err, err) }

// broken says, in the output of a test, why it could not be explored, and takes note of it.
func (r *run) broken(t *heldTest, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.say(t, err.Error())
	r.fault(fmt.Errorf("%s: %w", t.name, err))
}

// say adds a line of orchtest's own to the output of a test. It is called under mu.
func (r *run) say(t *heldTest, text string) {
	now := r.Now()
	for line := range pieces(indent("orchtest: " + text + "\n")) {
		r.stream.emit(parse.Event{Time: &now, Action: parse.ActionOutput, Package: t.pkg.name, Test: t.name, Output: line})
	}
}

// emitExploration tells what became of the sequences of a call. It is called under mu.
func (r *run) emitExploration(t *heldTest, call *exploredCall, interrupted bool) {
	e := call.exploration(interrupted)
	now := r.Now()
	r.stream.emit(parse.Event{Time: &now, Action: parse.ActionAttr, Package: t.pkg.name, Test: t.name,
		Key: protocol.AttrExploration, Value: encode(e)})
	if r.only == nil {
		r.say(t, parse.Told(e, len(t.calls)))
	}
	r.explored = append(r.explored, exploredTest{t.pkg.name, t.name, e, call.advice()})
}

// countCached counts the serial runs of a package as cached that go test took from its own cache. It tells so
// only with the end of the package.
func (r *run) countCached() {
	if r.testLogs == nil {
		return // there is no cache of ours
	}
	for i, e := range r.explored {
		if r.keeper.pkg(e.pkg).cached {
			r.explored[i].Cached++
		}
	}
}

// makeOverlay turns pragmas into the overlay, if there are any.
func (r *run) makeOverlay() error {
	result, err := overlay.Build(r.ctx, overlay.Config{
		Dir:        r.Dir,
		Env:        r.Env,
		Packages:   r.goArgs.patterns(r.Packages),
		BuildFlags: r.goArgs.build,
		Base:       r.goArgs.overlay,
		TempDir:    r.temp,
		Marked:     r.goArgs.cover,
		Go: func(ctx context.Context, args ...string) ([]byte, error) {
			out, _, err := r.goOutput(ctx, args...)
			return out, err
		},
	})
	var wrong overlay.ErrorList
	switch {
	case errors.As(err, &wrong):
		return &UsageError{err}
	case errors.Is(err, overlay.ErrNoModule):
		return &UsageError{err}
	case err != nil:
		return err
	}
	for _, file := range result.Unparsed {
		fmt.Fprintf(r.Stderr, "orchtest: %s: its pragmas do nothing, since it has a syntax error\n", file)
	}
	if n := len(result.Unused); n > 0 {
		fmt.Fprintf(r.Stderr, "orchtest: no test imports github.com/orchtest/orchtest/lib/orchestrate: "+
			"%d pragmas do nothing, the first is at %s\n", n, result.Unused[0])
	}
	r.overlay = cmp.Or(result.File, r.goArgs.overlay)
	r.toolexec = r.goArgs.toolexec
	if result.Pragmas > 0 && r.goArgs.cover {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("-cover: %w", err)
		}
		if r.toolexec, err = covertool.Flag(self, r.overlay, r.goArgs.toolexec); err != nil {
			return &UsageError{err}
		}
	}
	return nil
}

// buildFlags are the flags that decide what is built.
func (r *run) buildFlags() []string {
	flags := slices.Clone(r.goArgs.build)
	if r.overlay != "" {
		flags = append(flags, "-overlay="+r.overlay)
	}
	if r.toolexec != "" {
		flags = append(flags, "-toolexec="+r.toolexec)
	}
	if r.goArgs.cover {
		flags = append(flags, "-cover")
	}
	return flags
}
