package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"time"
)

// A command is a process to be started: a test binary for one scenario, or the go command.
type command struct {
	path string
	args []string // without the name of the program
	dir  string
	env  []string

	output io.Writer     // what it prints to standard output and, where errors is nil, to both
	errors io.Writer     // what it prints to standard error
	limit  time.Duration // how long it may take; 0 is without a limit
}

// An exit is how a process ended.
type exit struct {
	status   string // as "exit status 1" or "signal: killed"; "" for success
	timedOut bool   // it was ended because it had reached its limit
	canceled bool   // it was ended because the context was done
	took     time.Duration
}

// An executor runs commands to their end. Processes of this machine are its one implementation so
// far; what it is asked is all that a machine elsewhere would have to know.
type executor interface {
	// execute returns an error only where the command could not be started.
	execute(ctx context.Context, c command) (exit, error)
}

// How long a process has that was asked to end before it is killed: on an interrupt, when it is to
// tidy up, and at its limit, when it is to print the stacks of its goroutines.
const (
	graceToEnd   = 500 * time.Millisecond
	graceToPrint = 5 * time.Second
)

// graceToRead is how long output is still read after a process and its group have ended. Only a
// process that left the group can hold a pipe open that long; what the group had written is in the
// pipe, and read at once unless the machine is very busy.
func graceToRead(e exit) time.Duration {
	if e.canceled {
		return 200 * time.Millisecond
	}
	return 5 * time.Second
}

// local runs commands as processes of this machine.
//
// Each is a process group of its own, for a signal to one process does not reach those that it
// started. The group ends with the process that leads it, in whatever way that happens, and execute
// returns only then.
type local struct{}

func (local) execute(ctx context.Context, c command) (exit, error) {
	if err := ctx.Err(); err != nil {
		return exit{canceled: true, status: "not started"}, nil
	}
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	ownGroup(cmd)

	out, err := newPipe(c.output)
	if err != nil {
		return exit{}, err
	}
	pipes := []*pipe{out}
	cmd.Stdout, cmd.Stderr = out.write, out.write
	if c.errors != nil {
		errs, err := newPipe(c.errors)
		if err != nil {
			out.write.Close()
			out.wait(0)
			return exit{}, err
		}
		pipes = append(pipes, errs)
		cmd.Stderr = errs.write
	}

	start := time.Now()
	err = cmd.Start()
	for _, p := range pipes {
		p.write.Close()
	}
	if err != nil {
		for _, p := range pipes {
			p.wait(0)
		}
		return exit{}, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go p.watch(ctx, c.limit)
	state, err := cmd.Process.Wait()
	endGroup(cmd.Process.Pid)
	close(p.done)
	e := exit{took: time.Since(start), timedOut: p.timedOut.Load(), canceled: p.canceled.Load()}
	switch {
	case err != nil:
		e.status = err.Error()
	case !state.Success():
		e.status = state.String()
	}
	for _, p := range pipes {
		p.wait(graceToRead(e))
	}
	return e, nil
}

// A process is a started command, for as long as it runs.
type process struct {
	cmd                *exec.Cmd
	done               chan struct{} // closed when it has ended
	timedOut, canceled atomic.Bool
}

// watch ends the process when the context is done or the limit is reached. It returns when the
// process has ended.
func (p *process) watch(ctx context.Context, limit time.Duration) {
	var timeout <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-p.done:
	case <-timeout:
		p.timedOut.Store(true)
		p.end(ctx, askForStacks, graceToPrint)
	case <-ctx.Done():
		p.canceled.Store(true)
		p.end(context.Background(), askToEnd, graceToEnd)
	}
}

// end asks the process group to end, and kills it after the grace period or once the context is done.
func (p *process) end(ctx context.Context, ask func(pid int), grace time.Duration) {
	ask(p.cmd.Process.Pid)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return
	case <-timer.C:
	case <-ctx.Done():
	}
	killGroup(p.cmd.Process.Pid)
	<-p.done
}

// A pipe copies what a process writes into it to a writer. It stands in for those of exec.Cmd, whose
// Wait does not return before the last process that inherited the writing end has closed it.
type pipe struct {
	write *os.File // for the process; to be closed here once it has been handed on
	read  *os.File
	done  chan struct{}
}

func newPipe(w io.Writer) (*pipe, error) {
	r, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	p := &pipe{write: write, read: r, done: make(chan struct{})}
	go p.copy(w)
	return p, nil
}

// copy ends when the last writing end is closed, or at the deadline that wait sets.
func (p *pipe) copy(w io.Writer) {
	defer close(p.done)
	if _, err := io.Copy(w, p.read); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		// A writer that fails must not block the process: the rest is read and dropped.
		io.Copy(io.Discard, p.read)
	}
}

// wait returns when everything was copied that the ended process had written.
func (p *pipe) wait(grace time.Duration) {
	p.read.SetReadDeadline(time.Now().Add(grace))
	<-p.done
	p.read.Close()
}
