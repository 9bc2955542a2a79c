package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/modfile"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

var update = flag.Bool("update", false, "rewrite the files that the scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"orchtest": main, "terminal": terminalMain, "gotestsum": gotestsumMain})
}

// TestScript runs the scripts of testdata/script. Each is a module and what a user does in it.
func TestScript(t *testing.T) {
	toolchain := goEnv(t)
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup:              func(e *testscript.Env) error { return setup(e, toolchain) },
		Condition: func(name string) (bool, error) {
			if name == "cgo" { // -race needs it too
				return toolchain["CGO_ENABLED"] == "1", nil
			}
			return false, fmt.Errorf("unknown condition %s", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":        cmdStatus,
			"refused":       cmdRefused,
			"replay":        cmdReplay,
			"interrupt":     cmdInterrupt,
			"ended":         cmdEnded,
			"nochildren":    cmdNoChildren,
			"notemp":        cmdNoTemp,
			"verdicts":      cmdVerdicts,
			"cases":         cmdCases,
			"likegotest":    cmdLikeGoTest,
			"likegotestsum": cmdLikeGotestsum,
			"validstream":   cmdValidStream,
			"sameblocks":    cmdSameBlocks,
			"shards":        cmdShards,
			"trace":         cmdTrace,
		},
	})
}

// goEnv asks for what the scripts share with the outside: without the caches each would build the
// standard library anew.
func goEnv(t *testing.T) map[string]string {
	cmd := exec.CommandContext(t.Context(), "go", "env", "-json", "GOCACHE", "GOMODCACHE", "CGO_ENABLED")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	if err := json.Unmarshal(out, &env); err != nil {
		t.Fatal(err)
	}
	return env
}

func setup(e *testscript.Env, toolchain map[string]string) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	command, err := exec.LookPath("orchtest")
	if err != nil {
		return err
	}
	home := filepath.Join(e.WorkDir, ".home")
	for name, value := range map[string]string{
		"COMMAND": command,
		// What a script runs again is to be run again, unless it is about the cache.
		"ORCHTEST_CACHE": "off",
		// How many scenarios are run once one has failed depends on how fast they are.
		"ORCHTEST_SHRINK_TIME": "0",
		"GOCACHE":              toolchain["GOCACHE"],
		"GOMODCACHE":           toolchain["GOMODCACHE"],
		"GOPROXY":              "off",
		"GOTOOLCHAIN":          "local",
		"GOTRACEBACK":          "", // the default, which testscript changes
		"HOME":                 home,
		"USERPROFILE":          home,
	} {
		e.Setenv(name, value)
	}
	e.Values[background{}] = new(background)
	return errors.Join(quietTelemetry(home), writeModules(e.WorkDir, root))
}

// quietTelemetry keeps the go command from starting a process that outlives it.
func quietTelemetry(home string) error {
	dir := filepath.Join(home, ".config", "go", "telemetry")
	return errors.Join(os.MkdirAll(dir, 0o777), os.WriteFile(filepath.Join(dir, "mode"), []byte("off"), 0o666))
}

// writeModules completes each go.mod of a script by what is needed to use the library that is tested
// here, and writes one where the script has none.
func writeModules(dir, root string) error {
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	ours, err := readModule(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	found := false
	complete := func(path string) error {
		found = true
		m, err := readModule(path)
		if err != nil {
			return err
		}
		text, err := completed(m, ours, root)
		return errors.Join(err, os.WriteFile(path, text, 0o666),
			os.WriteFile(filepath.Join(filepath.Dir(path), "go.sum"), sums, 0o666))
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "go.mod" {
			return complete(path)
		}
		return err
	})
	if path := filepath.Join(dir, "go.mod"); err == nil && !found {
		err = errors.Join(os.WriteFile(path, []byte("module example.com/m\n"), 0o666), complete(path))
	}
	return err
}

func readModule(path string) (*modfile.File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path, text, nil)
}

func completed(m, ours *modfile.File, root string) ([]byte, error) {
	err := errors.Join(
		m.AddGoStmt(ours.Go.Version),
		m.AddRequire(ours.Module.Mod.Path, "v0.0.0"),
		m.AddReplace(ours.Module.Mod.Path, "", root, ""),
	)
	for _, r := range ours.Require {
		if r.Mod.Path == "github.com/petermattis/goid" { // what lib/ is built from
			m.AddNewRequire(r.Mod.Path, r.Mod.Version, true)
		}
	}
	text, formatErr := m.Format()
	return text, errors.Join(err, formatErr)
}

// status N command… runs a command that is to end with this exit status.
func cmdStatus(ts *testscript.TestScript, _ bool, args []string) {
	want := number(ts, args[0])
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// refused N regexp args… runs orchtest, which is to end with this exit status and to say why in one
// line, which the expression matches.
func cmdRefused(ts *testscript.TestScript, _ bool, args []string) {
	cmdStatus(ts, false, slices.Concat(args[:1], []string{"orchtest"}, args[2:]))
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("it prints to standard output: %s", out)
	}
	said := ts.ReadFile("stderr")
	line, rest, _ := strings.Cut(said, "\n")
	if rest != "" || !strings.HasPrefix(line, "orchtest: ") || !regexp.MustCompile(args[1]).MatchString(line) {
		ts.Fatalf("it says %q, want one line that matches %s", said, args[1])
	}
}

// replay N runs the first command that the last output offers to run a scenario again, as somebody
// does who copies it into a shell. It is to end with this exit status.
func cmdReplay(ts *testscript.TestScript, _ bool, args []string) {
	from := append(args, "stdout")[1]
	_, rest, found := strings.Cut(ts.ReadFile(from), "replay: ")
	if !found {
		ts.Fatalf("no command to replay a scenario in the output")
	}
	command, _, _ := strings.Cut(rest, "\n")
	ts.Logf("[replay] %s", command)
	cmdStatus(ts, false, []string{args[0], "sh", "-c", command})
}

// background is the command that interrupt has sent a signal to.
type background struct {
	*exec.Cmd
	interrupted time.Time
}

// promptly is how soon after a signal everything is to have ended: within a second, and as much again
// for a machine that has other things to do.
const promptly = 2 * time.Second

// interrupt SIGNAL file waits until the file is there, and sends the signal to the command in the
// background.
func cmdInterrupt(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]os.Signal{"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL, "TERM": syscall.SIGTERM}
	eventually(ts, time.Minute, "the file "+args[1], func() bool {
		_, err := os.Stat(ts.MkAbs(args[1]))
		return err == nil
	})
	run := ts.Value(background{}).(*background)
	run.Cmd, run.interrupted = ts.BackgroundCmds()[0], time.Now()
	ts.Check(run.Process.Signal(signals[args[0]]))
}

// ended N checks that the command which was interrupted, and has been waited for, ended in time and
// with this exit status.
func cmdEnded(ts *testscript.TestScript, _ bool, args []string) {
	run := ts.Value(background{}).(*background)
	if took := time.Since(run.interrupted); took > promptly {
		ts.Fatalf("it took %v to end", took)
	}
	if got, want := run.ProcessState.ExitCode(), number(ts, args[0]); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// nochildren checks that no process is alive that the script has started, and that they have started.
// It knows them by their environment.
func cmdNoChildren(ts *testscript.TestScript, _ bool, _ []string) {
	var alive []string
	eventually(ts, promptly, "the end of all processes", func() bool {
		alive = processes("WORK=" + ts.Getenv("WORK"))
		ts.Logf("[alive] %q", alive)
		return len(alive) == 0
	})
}

// processes are the command lines of those that have an entry in their environment.
func processes(entry string) []string {
	var found []string
	environs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environs {
		env, _ := os.ReadFile(path) // it may have ended by now, or be another user's
		if slices.Contains(strings.Split(string(env), "\x00"), entry) {
			args, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
			found = append(found, strings.ReplaceAll(string(args), "\x00", " "))
		}
	}
	return found
}

// notemp checks that no temporary files are left.
func cmdNoTemp(ts *testscript.TestScript, _ bool, _ []string) {
	entries, err := os.ReadDir(ts.Getenv("TMPDIR"))
	ts.Check(err)
	for _, entry := range entries {
		ts.Fatalf("a temporary file is left: %s", entry.Name())
	}
}

// verdicts file prints how each test in an event stream ended, and each package.
func cmdVerdicts(ts *testscript.TestScript, _ bool, args []string) {
	var lines []string
	for _, e := range readEvents(ts, args[0]) {
		if e.Ends() {
			lines = append(lines, strings.Join(strings.Fields(e.Package+" "+e.Test+" "+e.Action), " ")+"\n")
		}
	}
	slices.Sort(lines)
	fmt.Fprint(ts.Stdout(), strings.Join(lines, ""))
}

// sameblocks file file checks that two coverage profiles are of the same blocks of code: files, lines,
// columns and numbers of statements. What was counted is left out, and how often a block is told.
func cmdSameBlocks(ts *testscript.TestScript, _ bool, args []string) {
	blocks := func(file string) []string {
		var all []string
		for line := range strings.Lines(ts.ReadFile(file)) {
			all = append(all, line[:strings.LastIndex(line, " ")])
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	first, second := blocks(args[0]), blocks(args[1])
	if diff := cmp.Diff(first, second); diff != "" || len(first) < 2 {
		ts.Fatalf("of %d blocks: -%s +%s\n%s", len(first), args[0], args[1], diff)
	}
}

// junitFile is what is read of a JUnit file.
type junitFile struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Cases    []struct {
		Class   string    `xml:"classname,attr"`
		Name    string    `xml:"name,attr"`
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
	} `xml:"testsuite>testcase"`
}

// cases file prints the test cases of a JUnit file, after checking that its counts are theirs.
func cmdCases(ts *testscript.TestScript, _ bool, args []string) {
	fmt.Fprint(ts.Stdout(), strings.Join(casesOf(ts, args[0]), ""))
}

// casesOf returns a line for each test case of a JUnit file, after checking that its counts are theirs.
func casesOf(ts *testscript.TestScript, name string) []string {
	var file junitFile
	ts.Check(xml.Unmarshal([]byte(ts.ReadFile(name)), &file))
	counts := map[string]int{}
	var lines []string
	for _, c := range file.Cases {
		verdict := "passed"
		switch {
		case c.Failure != nil:
			verdict = "failed"
		case c.Error != nil:
			verdict = "error"
		case c.Skipped != nil:
			verdict = "skipped"
		}
		counts[verdict]++
		lines = append(lines, fmt.Sprintf("%s %s %s\n", c.Class, c.Name, verdict))
	}
	got := []int{file.Tests, file.Failures, file.Errors, file.Skipped}
	want := []int{len(file.Cases), counts["failed"], counts["error"], counts["skipped"]}
	if !slices.Equal(got, want) {
		ts.Fatalf("tests, failures, errors and skipped are %v, and of the cases %v", got, want)
	}
	slices.Sort(lines)
	return lines
}

// shards N args… runs orchtest with these arguments as N shards and merges them: reports go to merged.xml and
// merged.json, and those of shard i to i.xml and i.json. The test cases of the shards are to be those of the
// merged report, each in one shard.
func cmdShards(ts *testscript.TestScript, neg bool, args []string) {
	n := number(ts, args[0])
	merge := []string{"merge", "--junitfile", "merged.xml", "--jsonfile", "merged.json"}
	var all []string
	for i := 1; i <= n; i++ {
		err := ts.Exec("orchtest", slices.Concat([]string{"--shard", fmt.Sprintf("%d/%d", i, n),
			"--jsonfile", fmt.Sprintf("%d.json", i), "--junitfile", fmt.Sprintf("%d.xml", i)}, args[1:])...)
		if err != nil && !neg {
			ts.Check(err)
		}
		if !strings.Contains(ts.ReadFile("stdout"), fmt.Sprintf("\nSHARD %d/%d: ", i, n)) {
			ts.Fatalf("the shard does not say which it is")
		}
		merge = append(merge, fmt.Sprintf("%d.json", i))
		all = append(all, casesOf(ts, fmt.Sprintf("%d.xml", i))...)
	}
	if err := ts.Exec("orchtest", merge...); (err != nil) != neg {
		ts.Fatalf("merge: %v", err)
	}
	slices.Sort(all)
	if diff := cmp.Diff(casesOf(ts, "merged.xml"), all); diff != "" {
		ts.Fatalf("test cases: -merged +of all shards\n%s", diff)
	}
}

// likegotest file args… checks that an event stream has what go test -json has with these arguments,
// test by test, apart from the scenarios.
func cmdLikeGoTest(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(protocol.EnvMode, protocol.ModePlan) // orchestrated tests make their serial run
	err := ts.Exec("go", append([]string{"test", "-json", "-count=1"}, args[1:]...)...)
	ts.Setenv(protocol.EnvMode, "")
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		ts.Check(err)
	}
	want := transcripts(readEvents(ts, "stdout"), echo)
	if diff := cmp.Diff(want, transcripts(readEvents(ts, args[0]), said)); diff != "" {
		ts.Fatalf("not as go test: -want +got\n%s", diff)
	}
}

var (
	scenarioName = regexp.MustCompile(`^(.+)/\d+(?:,\d+)*(#\d\d)?(?:@\d+)?$`)
	// echo is how the stream of go test repeats what our library reports, which ours does not.
	echo = regexp.MustCompile(`(?m)^=== ATTR  \S+ orchtest\.\w+ {"version".*\n`)
	// said is what orchtest adds to the output of a test.
	said = regexp.MustCompile(`(?m)^ *orchtest: \d.* sequences: .*\n`)
	// varying is what is not the same in two runs.
	varying = regexp.MustCompile(`\d+\.\d+s\b|0x[0-9a-f]+|goroutine \d+|\b(tim|addr|pc)e?=\S+`)
)

// transcripts are what is told of each test, package and build that is no scenario: the actions in
// their order, and the output as a whole, since the pieces it comes in are not always the same. Of the
// output, only what added matches is left out.
func transcripts(events []parse.Event, added *regexp.Regexp) map[string][]string {
	output := map[string]string{}
	all := map[string][]string{}
	for _, e := range events {
		id := strings.Join([]string{e.ImportPath, e.Package, e.Test}, " ")
		switch {
		case scenarioName.MatchString(e.Test), e.Key == protocol.AttrExploration:
		case e.Output != "":
			output[id] += e.Output
		case e.Key != "":
			all[id] = append(all[id], e.Action+" "+e.Key+" "+e.Value)
		default:
			all[id] = append(all[id], e.Action)
		}
	}
	for id, text := range output {
		all[id] = append(all[id], varying.ReplaceAllString(added.ReplaceAllString(text, ""), "…"))
	}
	return all
}

// validstream file checks that an event stream is one that go test -json could have printed, and that
// no scenario is lost in it.
func cmdValidStream(ts *testscript.TestScript, _ bool, args []string) {
	v := streamCheck{
		ts: ts, running: map[string]bool{}, failed: map[string]bool{}, scenarios: map[string]map[string]int{},
	}
	for _, e := range readEvents(ts, args[0]) {
		v.event(e)
	}
	for id := range v.running {
		ts.Fatalf("%s does not end", id)
	}
	for id, left := range v.scenarios {
		ts.Fatalf("no exploration tells of the scenarios of %s: %v", id, left)
	}
}

type streamCheck struct {
	ts        *testscript.TestScript
	running   map[string]bool           // packages, and tests as "package test"
	failed    map[string]bool           // the same, where a test below has failed
	scenarios map[string]map[string]int // verdicts, by "package test#call"
	errored   string                    // the scenario that says so
}

func (v *streamCheck) event(e parse.Event) {
	if e.Package == "" {
		return // of a build
	}
	id := strings.TrimSpace(e.Package + " " + e.Test)
	switch e.Action {
	case parse.ActionStart, parse.ActionRun:
		v.must(!v.running[id], e, "it runs already")
		v.inside(e, id)
		v.running[id] = true
		delete(v.failed, id)
		return
	}
	// A package that is not built, or has no tests, may end without a start.
	skipped := e.Test == "" && e.Action == parse.ActionSkip
	v.must(v.running[id] || e.FailedBuild != "" || skipped, e, "it does not run")
	v.inside(e, id)
	switch {
	case e.Key == protocol.AttrExploration:
		v.exploration(e)
	case e.Key == protocol.AttrError:
		v.errored = id
	case e.Ends():
		v.end(e, id)
	}
}

func (v *streamCheck) must(ok bool, e parse.Event, problem string) {
	if !ok {
		v.ts.Fatalf("%s: %s", problem, e.Line())
	}
}

// inside checks that the tests and the package that an event is inside of are running.
func (v *streamCheck) inside(e parse.Event, id string) {
	if e.Test == "" {
		return
	}
	v.must(v.running[e.Package], e, "its package does not run")
	for i := strings.LastIndex(id, "/"); i > len(e.Package); i = strings.LastIndex(id[:i], "/") {
		running, known := v.running[id[:i]] // a piece of a name that has slashes in it is no test
		v.must(running || !known, e, "its parent does not run")
	}
}

func (v *streamCheck) end(e parse.Event, id string) {
	for other := range v.running {
		below := strings.HasPrefix(other, id+"/")
		if e.Test == "" {
			below = strings.HasPrefix(other, id+" ")
		}
		if below && v.running[other] && e.Action == parse.ActionFail {
			delete(v.running, other) // the process has ended in the middle of it
			below = false
		}
		v.must(!below || !v.running[other], e, other+" still runs")
	}
	v.must(!v.failed[id] || e.Action == parse.ActionFail, e, "a test in it has failed")
	v.running[id] = false
	if e.Test == "" {
		delete(v.running, id)
		maps.DeleteFunc(v.running, func(other string, running bool) bool {
			return strings.HasPrefix(other, id+" ") && !running
		})
		return
	}
	if e.Action == parse.ActionFail {
		v.failed[e.Package] = true
		for i := strings.LastIndex(id, "/"); i > len(e.Package); i = strings.LastIndex(id[:i], "/") {
			v.failed[id[:i]] = true
		}
	}
	if parts := scenarioName.FindStringSubmatch(e.Test); parts != nil {
		verdict := e.Action
		if v.errored == id {
			verdict = "error"
		}
		call := e.Package + " " + parts[1] + parts[2]
		if v.scenarios[call] == nil {
			v.scenarios[call] = map[string]int{}
		}
		v.scenarios[call][verdict]++
	}
}

// exploration checks what is said of the scenarios of a call against those that were seen.
func (v *streamCheck) exploration(e parse.Event) {
	var told protocol.Exploration
	v.ts.Check(json.Unmarshal([]byte(e.Value), &told))
	v.must(told.Planned == told.Passed+told.Failed+told.Errored+told.Skipped+told.NotRun, e, "the sum is wrong")
	call := e.Package + " " + e.Test + protocol.Suffix(told.Call)
	seen := v.scenarios[call]
	delete(v.scenarios, call)
	v.must(told.Passed == seen["pass"] && told.Failed == seen["fail"] && told.Errored == seen["error"] &&
		told.Skipped == seen["skip"], e, fmt.Sprintf("the scenarios seen are %v", seen))
}

func readEvents(ts *testscript.TestScript, file string) []parse.Event {
	var events []parse.Event
	for line := range strings.Lines(ts.ReadFile(file)) {
		e, err := parse.Decode([]byte(line))
		ts.Check(err)
		events = append(events, e)
	}
	return events
}

// eventually returns once something has happened, which no process tells of.
func eventually(ts *testscript.TestScript, limit time.Duration, what string, happened func() bool) {
	for deadline := time.Now().Add(limit); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("waited %v in vain for %s", limit, what)
		}
	}
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

// cmdTrace copies the one trace of a folder: trace FOLDER FILE.
func cmdTrace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: trace FOLDER FILE")
	}
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.trace"))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("there are %d traces: %q", len(found), found)
	}
	text, err := os.ReadFile(found[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o666))
}
