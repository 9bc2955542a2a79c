package runner

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// A command is a process to be started: a test binary for one scenario or a batch of them, or the go command.
type command struct {
	path string
	args []string // without the name of the program
	dir  string
	env  []string

	input  *os.File      // its standard input; nil is an empty one. It is closed once the process has it
	output io.Writer     // what it prints to standard output and, where errors is nil, to both
	errors io.Writer     // what it prints to standard error
	limit  time.Duration // how long it may take; 0 is without a limit
	// overdue is closed when it is to be ended as if it had reached its limit; nil where that does not happen.
	overdue <-chan struct{}
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
	if c.input != nil {
		defer c.input.Close()
	}
	if ctx.Err() != nil {
		return exit{canceled: true, status: "not started"}, nil
	}
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	if c.input != nil {
		cmd.Stdin = c.input
	}
	ownGroup(cmd)

	out, err := newPipe(c.output)
	if err != nil {
		return exit{}, err
	}
	defer out.read.Close()
	cmd.Stdout, cmd.Stderr = out.write, out.write
	pipes := []*pipe{out}
	if c.errors != nil {
		errs, err := newPipe(c.errors)
		if err != nil {
			out.write.Close()
			return exit{}, err
		}
		defer errs.read.Close()
		cmd.Stderr = errs.write
		pipes = append(pipes, errs)
	}

	start := time.Now()
	err = cmd.Start()
	for _, p := range pipes {
		p.write.Close()
	}
	if c.input != nil {
		c.input.Close() // so that whoever writes to it learns that the process has ended
	}
	if err != nil {
		return exit{}, err
	}
	var copying sync.WaitGroup
	for _, p := range pipes {
		copying.Go(p.copy)
	}
	p := &process{pid: cmd.Process.Pid, done: make(chan struct{})}
	stop := p.watch(ctx, c)
	state, err := cmd.Process.Wait()
	endGroup(p.pid)
	close(p.done)
	stop()
	e := exit{took: time.Since(start), canceled: p.canceled.Load()}
	switch {
	case err != nil:
		e.status = err.Error()
	case !state.Success():
		e.status = state.String()
	}
	// It may have ended well at the very moment, and before that have been kept from running.
	e.timedOut = e.status != "" && p.timedOut.Load()
	for _, pipe := range pipes {
		pipe.end(graceToRead(e))
	}
	copying.Wait()
	return e, nil
}

// A process is a started command, for as long as it runs.
type process struct {
	pid                int
	done               chan struct{} // closed when it has ended
	timedOut, canceled atomic.Bool
}

// watch has the process ended when the context is done, or it has reached its limit. What it returns puts
// an end to that, and is to be called when the process has ended.
func (p *process) watch(ctx context.Context, c command) (stop func()) {
	var ending sync.WaitGroup
	var stops []func() bool
	ending.Add(1)
	stops = append(stops, context.AfterFunc(ctx, func() {
		defer ending.Done()
		p.end(context.Background(), &p.canceled, askToEnd, graceToEnd)
	}))
	if c.limit > 0 {
		ending.Add(1)
		stops = append(stops, time.AfterFunc(c.limit, func() {
			defer ending.Done()
			p.end(ctx, &p.timedOut, askForStacks, graceToPrint)
		}).Stop)
	}
	if c.overdue != nil {
		ending.Go(func() {
			select {
			case <-c.overdue:
				p.end(ctx, &p.timedOut, askForStacks, graceToPrint)
			case <-p.done:
			}
		})
	}
	return func() {
		for _, stop := range stops {
			if stop() {
				ending.Done()
			}
		}
		ending.Wait()
	}
}

// end asks the process group to end, and kills it after the grace period or once the context is done.
func (p *process) end(ctx context.Context, reason *atomic.Bool, ask func(pid int), grace time.Duration) {
	select {
	case <-p.done:
		return
	default:
	}
	reason.Store(true)
	ask(p.pid)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return
	case <-timer.C:
	case <-ctx.Done():
	}
	killGroup(p.pid)
	<-p.done
}

// A pipe takes what a process writes to a writer. It stands in for those of exec.Cmd, whose Wait does
// not return before the last process that inherited the writing end has closed it.
type pipe struct {
	write *os.File // for the process; to be closed here once it has been handed on
	read  *os.File
	to    io.Writer
	grace atomic.Int64 // how long to wait for more, once the process has ended; 0 before that
}

func newPipe(to io.Writer) (*pipe, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	return &pipe{write: w, read: r, to: to}, nil
}

// end lets copy come to its end: the process has ended, so what it wrote is in the pipe.
func (p *pipe) end(grace time.Duration) {
	p.grace.Store(int64(grace))
	if p.read.SetReadDeadline(time.Now().Add(grace)) != nil {
		// Where a pipe has no deadlines, what a process outside of the group still writes is lost.
		time.AfterFunc(grace, func() { p.read.Close() })
	}
}

// buffers are those that pipes are read into, for there is one for each scenario.
var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// capacity is more than a pipe holds, and so more than an ended process can have left in it.
const capacity = 1 << 20

// copy returns when the last writing end is closed. Once the process has ended it also returns when
// nothing more comes for the grace period, or so much that it must be another process that writes. The
// time that the writer takes does not count.
func (p *pipe) copy() {
	buffer := buffers.Get().(*[32 << 10]byte)
	defer buffers.Put(buffer)
	to, left := p.to, capacity
	for left > 0 {
		if grace := p.grace.Load(); grace > 0 {
			p.read.SetReadDeadline(time.Now().Add(time.Duration(grace)))
		}
		n, err := p.read.Read(buffer[:])
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				to = io.Discard // the process must not be blocked by a writer that fails
			}
			if p.grace.Load() > 0 {
				left -= n
			}
		}
		if err != nil {
			return
		}
	}
}
