package runner

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

const (
	redraw  = 100 * time.Millisecond // on a terminal
	tellNow = 30 * time.Second       // where a machine keeps what is printed
)

// A progress shows how far the explorations are that run at the moment: on a terminal in lines that stay below all
// other output, and otherwise, if somebody keeps it, by a line now and then. All that is written to the terminal has
// to be written through it. Its goroutine runs from start to stop.
type progress struct {
	width int // of the terminal; 0 is none
	now   func() time.Time

	mu      sync.Mutex
	screen  io.Writer // the terminal, or where lines are told
	shown   int       // lines below all other output
	partial bool      // the other output is in the middle of a line
	running []*underway
	stopped chan struct{}
	done    chan struct{}
}

// An underway is what is known of an exploration that runs.
type underway struct {
	name    string
	planned int // 0 where that is not known
	began   time.Time
	bad     string // what is said of those that failed; "" is "failed"

	before      int // that had run when it began
	ran, failed int // of all
}

// newProgress returns one that shows nothing until start.
func newProgress(width int, screen io.Writer, now func() time.Time) *progress {
	return &progress{width: width, screen: screen, now: now, stopped: make(chan struct{}), done: make(chan struct{})}
}

// start begins to show.
func (p *progress) start() {
	every := tellNow
	if p.width > 0 {
		every = redraw
	}
	ticker := time.NewTicker(every)
	go func() {
		defer close(p.done)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.show()
			case <-p.stopped:
				return
			}
		}
	}()
}

// stop ends it, and takes away what it shows.
func (p *progress) stop() {
	close(p.stopped)
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

// show shows the state.
func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width == 0 {
		for _, e := range p.running {
			fmt.Fprintf(p.screen, "orchtest: %s\n", e.line(p.now()))
		}
		return
	}
	p.erase()
	p.draw()
}

// erase takes the lines away. It is called under mu.
func (p *progress) erase() {
	if p.shown > 0 {
		fmt.Fprint(p.screen, strings.Repeat("\x1b[1A\x1b[2K", p.shown))
		p.shown = 0
	}
}

// mostLines is how many lines are shown at most: what would scroll away could not be erased.
const mostLines = 8

// draw writes the lines. It is called under mu.
func (p *progress) draw() {
	if p.partial {
		return // it would end the line
	}
	var b strings.Builder
	lines := p.running
	if len(lines) > mostLines {
		lines = lines[:mostLines-1]
	}
	for _, e := range lines {
		b.WriteString(cut(e.line(p.now()), p.width-1) + "\n")
	}
	if more := len(p.running) - len(lines); more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
		p.shown++
	}
	p.shown += len(lines)
	io.WriteString(p.screen, b.String())
}

// line says how far an exploration is.
func (e *underway) line(now time.Time) string {
	count := func(n int) string { return parse.Grouped(strconv.Itoa(n)) }
	text := e.name + " " + count(e.ran)
	if e.planned > 0 {
		text += "/" + count(e.planned)
	}
	took := now.Sub(e.began).Seconds()
	rate := float64(e.ran-e.before) / max(took, 0.001)
	text += fmt.Sprintf(" · %s/s · %s %s", count(int(rate)), count(e.failed), cmp.Or(e.bad, "failed"))
	if left := e.planned - e.ran; left > 0 && rate > 0 {
		seconds := int(float64(left)/rate + 0.5)
		text += fmt.Sprintf(" · %d:%02d left", seconds/60, seconds%60)
	}
	return text
}

// cut shortens text to so many columns.
func cut(text string, columns int) string {
	g := uniseg.NewGraphemes(text)
	end := 0
	for wide := 0; g.Next(); {
		if wide += g.Width(); wide > columns {
			break
		}
		_, end = g.Positions()
	}
	return text[:end]
}

// startProgress shows how far the explorations are from now on. What it returns puts an end to that.
func (r *run) startProgress() (stop func()) {
	ci, _ := lookup(r.Env, "CI")
	r.progress = newProgress(r.Terminal.Width, r.Stderr, r.Now)
	switch r.Format {
	case "none", "standard-json", "dots-v2": // which writes to the terminal in its own way
		r.progress.width = 0
		return func() {}
	}
	switch {
	case r.Terminal.Width > 0:
		r.progress.screen = r.Stdout
		r.Stdout = r.progress.above(r.Stdout)
		if r.Terminal.Errors {
			r.Stderr = r.progress.above(r.Stderr)
		}
	case ci == "" || ci == "false":
		return func() {}
	}
	r.progress.start()
	return r.progress.stop
}

// follow lets the progress of a call be seen. What it returns puts an end to that. How many scenarios a search for fewer
// switches will have nobody knows.
func (x *exploration) follow(call *exploredCall) (end func()) {
	r := x.r
	r.mu.Lock()
	defer r.mu.Unlock()
	planned := call.limit
	if call.space.Tree || call.endless || len(call.held) > 0 {
		planned = 0
	} else if call.part.IsInt64() {
		planned = min(planned, int(call.part.Int64()))
	}
	if len(call.plan.Sequences) > 0 {
		planned = len(call.pinned) + 1
	}
	e := r.progress.begin(x.test.name+protocol.Suffix(call.plan.Call), planned, call.tally.sum())
	r.progress.add(e, 0, call.tally[failed]+call.tally[errored])
	call.underway = e
	return func() { r.progress.end(e) }
}

// begin adds an exploration, of which so many scenarios have been run.
func (p *progress) begin(name string, planned, ran int) *underway {
	e := &underway{name: name, planned: planned, began: p.now(), before: ran, ran: ran}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = append(p.running, e)
	if p.width > 0 {
		p.erase()
		p.draw()
	}
	return e
}

// count counts a scenario.
func (p *progress) count(e *underway, failed bool) {
	bad := 0
	if failed {
		bad = 1
	}
	p.add(e, 1, bad)
}

// add adds so many that ran, and so many that failed.
func (p *progress) add(e *underway, ran, failed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.ran += ran
	e.failed += failed
}

// end takes an exploration away.
func (p *progress) end(e *underway) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = slices.DeleteFunc(p.running, func(other *underway) bool { return other == e })
	if p.width > 0 {
		p.erase()
		p.draw()
	}
}

// above returns a writer to w, which shows on the same terminal: what is written there comes to stand above the
// lines.
func (p *progress) above(w io.Writer) io.Writer { return aboveLines{p, w} }

type aboveLines struct {
	p *progress
	w io.Writer
}

func (a aboveLines) Write(text []byte) (int, error) {
	p := a.p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	n, err := a.w.Write(text)
	if n > 0 {
		p.partial = !bytes.HasSuffix(text[:n], []byte("\n"))
	}
	p.draw()
	return n, err
}
