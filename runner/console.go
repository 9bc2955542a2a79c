package runner

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gotest.tools/gotestsum/testjson"

	"github.com/orchtest/orchtest/parse"
)

// DefaultFormat is the console format where none is asked for.
const DefaultFormat = "pkgname"

// Formats are the names of the console formats: those of gotestsum's testjson.
func Formats() []string {
	return []string{"pkgname", "pkgname-and-test-fails", "testname", "testdox", "dots", "dots-v2",
		"standard-quiet", "standard-verbose", "standard-json", "github-actions", "debug", "none"}
}

// A console shows the stream as it comes, and what it came to at the end.
//
// Two formats show every line that a test prints, that of passing scenarios too. They are written
// here, since testjson would keep all of it in memory. The others are testjson's: it reads the
// stream through a pipe.
type console struct {
	format  string
	out     *bufio.Writer // of the formats that are written here
	stdout  io.Writer
	summary io.Writer
	failed  func(error)

	sections    testjson.Summary // of the summary
	benchmarks  openBenchmarks
	annotations *annotator // nil where there are none

	feed    *io.PipeWriter
	done    chan struct{} // closed when testjson has read everything
	handles *handler
	exec    *testjson.Execution
}

// newConsole starts a console, with annotations unless they are nil; failed is called if it cannot write. It ends with close.
func newConsole(c Config, annotations *annotator, failed func(error)) *console {
	k := &console{
		format: c.Format, out: bufio.NewWriter(c.Stdout), stdout: c.Stdout, summary: c.Stdout,
		failed: failed, sections: c.sections(), benchmarks: openBenchmarks{}, annotations: annotations,
	}
	if c.Format == "standard-json" {
		k.summary = c.Stderr // standard output is the stream and nothing else
	}
	k.handles = k.handler(c)
	k.read(0)
	return k
}

// read has testjson read what comes: the events of the run, or of the tests that are run again for the n-th time.
func (k *console) read(n int) {
	read, write := io.Pipe()
	done := make(chan struct{})
	k.feed, k.done = write, done
	go func() {
		defer close(done)
		exec, err := testjson.ScanTestOutput(testjson.ScanConfig{RunID: n, Stdout: read, Handler: k.handles, Execution: k.exec})
		k.exec = exec
		if err != nil {
			k.failed(err)
		}
		// What still comes is not shown; nobody must wait for it.
		io.Copy(io.Discard, read)
	}()
}

// again says what the run has come to, as gotestsum does, before tests that failed are run again for the n-th time.
func (k *console) again(n int) {
	k.close()
	if k.format != "none" && k.exec != nil {
		testjson.PrintSummary(k.summary, k.exec, testjson.SummarizeNone)
		fmt.Fprintln(k.summary)
	}
	k.read(n)
}

// A handler formats the events that testjson has read.
type handler struct {
	formatter   testjson.EventFormatter
	stdout      io.Writer
	stderr      io.Writer
	annotations *annotator
}

func (k *console) handler(c Config) *handler {
	format := c.Format
	if k.direct() {
		format = "none"
	}
	formatter := testjson.NewEventFormatter(c.Stdout, format, testjson.FormatOptions{})
	return &handler{formatter, c.Stdout, c.Stderr, k.annotations}
}

func (h *handler) Event(e testjson.TestEvent, exec *testjson.Execution) error {
	if err := h.formatter.Format(e, exec); err != nil || h.annotations == nil || e.Action != testjson.ActionFail {
		return err
	}
	for _, each := range h.annotations.take(testName{e.Package, e.Test}) {
		if _, err := io.WriteString(h.stdout, each.String()); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) Err(text string) error {
	_, err := fmt.Fprintln(h.stderr, text)
	return err
}

// direct reports whether the format is one of those that are written here.
func (k *console) direct() bool { return k.format == "standard-json" || k.format == "standard-verbose" }

// showsPassing reports whether a format of testjson's shows what passing tests print.
func (k *console) showsPassing() bool {
	return k.format == "debug" || k.format == "github-actions" ||
		(k.format == "testname" && os.Getenv("GITHUB_ACTIONS") == "true")
}

func (k *console) event(e parse.Event, ofPassing bool) error {
	if k.direct() && k.out != nil {
		if err := k.line(e); err != nil {
			k.out = nil // said once
			k.failed(err)
		}
	}
	if k.annotations != nil {
		k.annotations.event(e)
	}
	if !known(e.Action) || (ofPassing && !k.showsPassing()) {
		return nil
	}
	if e.Display != nil {
		for line := range pieces(*e.Display) { // testjson reads no lines that are very long
			e.Output = line
			k.write(e)
		}
		return nil
	}
	for _, end := range k.benchmarks.ends(e) {
		k.write(end)
	}
	k.write(e)
	return nil
}

// write hands an event to testjson. It ends early only once testjson has stopped reading, which failed
// has told of.
func (k *console) write(e parse.Event) { k.feed.Write(append(slices.Clone(e.Line()), '\n')) }

// openBenchmarks are the benchmarks that were begun and have not ended, by package. For one that passes
// the stream has no end (Go 1.26), and testjson takes what has no end for a failure.
type openBenchmarks map[string][]string

// ends takes the next event. Where it is the end of a package that passed, it returns the ends that are
// missing before it.
func (o openBenchmarks) ends(e parse.Event) (ends []parse.Event) {
	switch {
	case strings.HasPrefix(e.Test, "Benchmark") && e.Ends():
		o[e.Package] = slices.DeleteFunc(o[e.Package], func(test string) bool { return test == e.Test })
	case strings.HasPrefix(e.Test, "Benchmark") && !slices.Contains(o[e.Package], e.Test):
		o[e.Package] = append(o[e.Package], e.Test)
	case e.Test == "" && e.Action == parse.ActionPass:
		// Subbenchmarks before what they are in.
		for _, test := range slices.Backward(o[e.Package]) {
			ends = append(ends, parse.Event{Time: e.Time, Action: parse.ActionPass, Package: e.Package, Test: test})
		}
		delete(o, e.Package)
	}
	return ends
}

func (k *console) line(e parse.Event) error {
	if k.format == "standard-json" {
		k.out.Write(e.Line())
		k.out.WriteByte('\n')
	} else if e.Action == parse.ActionOutput { // what the compiler says stands in the summary
		output := e.Output
		if e.Display != nil {
			output = *e.Display
		}
		k.out.WriteString(output)
	}
	return k.out.Flush()
}

// known reports whether testjson knows an action. What it does not know it takes for the end of a
// test; and it keeps attributes in memory, which nobody reads.
func known(action string) bool {
	switch action {
	case parse.ActionStart, parse.ActionRun, parse.ActionPause, parse.ActionCont, parse.ActionPass, parse.ActionFail,
		parse.ActionSkip, parse.ActionBench, parse.ActionOutput, parse.ActionBuildOutput:
		return true
	case parse.ActionAttr, parse.ActionArtifacts, parse.ActionBuildFail:
		return false
	}
	return false
}

// close ends the stream.
func (k *console) close() {
	k.feed.Close()
	<-k.done
}

// summarize shows what the run came to. It is called after close.
func (k *console) summarize(explored []exploredTest, only bool) {
	if k.format == "none" || k.exec == nil {
		return
	}
	testjson.PrintSummary(k.summary, k.exec, k.sections)
	if len(explored) > 0 {
		fmt.Fprint(k.summary, summary(explored, only))
	}
}

// say adds a line to the summary. It is called after summarize.
func (k *console) say(line string) {
	if k.format != "none" {
		fmt.Fprint(k.summary, line)
	}
}

// show shows what the user asked for, unless the format has shown it. It is called after close.
func (k *console) show(text string) {
	if !k.direct() && !k.showsPassing() && k.format != "none" {
		fmt.Fprint(k.stdout, text)
	}
}
