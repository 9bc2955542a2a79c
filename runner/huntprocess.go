package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A huntProcess is what became of a process that ran schedules of a test.
type huntProcess struct {
	request protocol.HuntRequest
	tally   *hunting.Tally
	output  string // of the test itself
	exit    exit
	err     error // it could not be started
	skipped bool  // the test was; it is known where there was one schedule
}

// canceled reports whether the process was ended because nobody needs it any more.
func (p *huntProcess) canceled() bool { return p.exit.canceled && !p.tally.Done }

// reached is where the delay-bounded search was when the process last told of it.
func (p *huntProcess) reached() string { return cmp.Or(p.tally.Delay, p.request.Delay) }

// trouble is why it did not do its work, where that is orchtest's own fault.
func (p *huntProcess) trouble() error {
	broke := hunting.Broke(p.tally.Findings, p.output)
	switch {
	case p.err != nil:
		return p.err
	case p.tally.Err != nil:
		return p.tally.Err
	case broke != "":
		return errors.New(broke)
	case p.tally.ToolError != "":
		return errors.New(p.tally.ToolError)
	}
	return nil
}

// readEvery is how often the report of a process is looked at while it runs.
const readEvery = 50 * time.Millisecond

// process runs schedules of a test in a process. While it runs, progress is told how many have been run.
func (h *hunt) process(ctx context.Context, t *huntTest, request protocol.HuntRequest, progress func(ran int)) *huntProcess {
	p := &huntProcess{tally: hunting.NewTally(request)}
	file, err := os.CreateTemp(h.temp, "hunt-")
	if err != nil {
		p.err = fmt.Errorf("temporary file: %w", err)
		return p
	}
	defer os.Remove(file.Name())
	defer file.Close()
	request.Report, request.Folder = file.Name(), h.Dir
	p.request = request

	var output outputBuffer
	child := &parse.Child{Output: output.add}
	report := &huntReport{file: file, tally: p.tally, progress: progress, overdue: make(chan struct{})}
	stop := report.follow(h.o.ScheduleTimeout)
	p.exit, p.err = h.executor.execute(ctx, command{
		path: t.pkg.path, dir: t.pkg.dir,
		args:   h.huntArgs(t, request),
		env:    h.huntEnv(t, request),
		output: child, overdue: report.overdue,
	})
	child.Close()
	p.err = errors.Join(p.err, stop())
	p.skipped = child.Skipped == t.name
	p.output = output.text()
	if p.exit.timedOut {
		p.output = tidyStacks(p.output)
	}
	return p
}

// huntArgs are the arguments of a test binary that runs schedules of a test.
func (h *hunt) huntArgs(t *huntTest, request protocol.HuntRequest) []string {
	args := []string{
		"-test.timeout=0", // ours is --schedule-timeout
		"-test.paniconexit0",
		fmt.Sprintf("-test.count=%d", request.Count),
		"-test.parallel=64", // tests that wait for each other have to run at once
		"-test.run=" + t.pattern,
	}
	if !h.KeepGoing {
		args = append(args, "-test.failfast")
	}
	if request.Count == 1 {
		args = append(args, "-test.v=test2json") // it tells of a test that is skipped
	}
	own := slices.DeleteFunc(slices.Clone(h.goArgs.binary), func(arg string) bool {
		return strings.HasPrefix(arg, "-test.cpu=") // all threads take turns
	})
	return slices.Concat(args, own, h.goArgs.own)
}

// huntEnv returns the environment of such a process.
func (h *hunt) huntEnv(t *huntTest, request protocol.HuntRequest) []string {
	env := without(h.sharedEnv(), protocol.EnvMode)
	env = with(env, "GOMAXPROCS", "1") // else who runs first is not decided here
	godebug, _ := lookup(env, "GODEBUG")
	env = with(env, "GODEBUG", strings.TrimPrefix(godebug+",randautoseed=0", ","))
	return append(env, "PWD="+t.pkg.dir, protocol.EnvHunt+"="+request.Line())
}

// A huntReport is the report of a process, which is read while it is written.
type huntReport struct {
	file     *os.File
	tally    *hunting.Tally
	progress func(ran int)
	overdue  chan struct{} // closed when nothing has come for too long
}

// follow reads the report until what it returns is called, which reads the rest.
func (r *huntReport) follow(limit time.Duration) (stop func() error) {
	ended := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() {
		ticker := time.NewTicker(readEvery)
		defer ticker.Stop()
		since, late := time.Now(), false
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
			}
			if n, _ := r.read(); n > 0 {
				since = time.Now()
			}
			if !late && time.Since(since) > limit {
				late = true
				close(r.overdue)
			}
		}
	})
	return func() error {
		close(ended)
		reading.Wait()
		_, err := r.read()
		return err
	}
}

// read reads what was written since.
func (r *huntReport) read() (int64, error) {
	n, err := io.Copy(r.tally, r.file)
	if n > 0 && r.progress != nil {
		r.progress(r.tally.Ran)
	}
	if err != nil {
		return n, fmt.Errorf("the report of a process: %w", err)
	}
	return n, nil
}

// traceFile writes a trace to a file of its own, for a process.
func (h *hunt) traceFile(text string) (name string, remove func(), err error) {
	file, err := os.CreateTemp(h.temp, "trace-")
	if err != nil {
		return "", nil, fmt.Errorf("temporary file: %w", err)
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", nil, fmt.Errorf("temporary file: %w", err)
	}
	return filepath.Clean(file.Name()), func() { os.Remove(file.Name()) }, nil
}
