package hunt

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A hunter runs the schedules that the process was asked for, one each time that the test is run.
type hunter struct {
	request protocol.HuntRequest
	report  *os.File
	run     int // how many schedules have begun
	turns   int64
	longest int
	threads int
	clock   time.Time // at the end of the schedule before
	looker  goroutines.Looker
	told    atomic.Bool // a report was written that ends the process
	deciders
}

// theHunter is nil where the process is not to hunt.
var theHunter = newHunter()

// defaultMaxSteps is after how many decisions threads take turns: see takesLong.
const defaultMaxSteps = 20000

func newHunter() *hunter {
	text := os.Getenv(protocol.EnvHunt)
	if text == "" {
		return nil
	}
	os.Unsetenv(protocol.EnvHunt) // a program that a test starts does not hunt
	h := &hunter{}
	var err error
	if h.request, err = protocol.ReadHuntRequest(text); err != nil {
		panic("orchtest: " + protocol.EnvHunt + ": " + err.Error())
	}
	if h.request.MaxSteps <= 0 {
		h.request.MaxSteps = defaultMaxSteps
	}
	if h.request.Stride <= 0 {
		h.request.Stride = 1
	}
	return h
}

// next prepares the next schedule; it returns nil where there can be none.
func (h *hunter) next(t *testing.T) *schedule {
	if h.run == 0 && !h.start() {
		return nil
	}
	number := h.request.First + h.run*h.request.Stride
	if !h.begin(number, h.request.Lenient) {
		h.told.Store(true) // the search was over before
		h.tell(protocol.HuntReport{Kind: protocol.HuntDone, Schedule: number})
		return nil
	}
	h.run++
	if h.run%collectEvery == 0 {
		runtime.GC()
		made.Sweep()
	}
	s := &schedule{h: h, t: t, number: number, done: make(chan struct{})}
	s.conductor.Init(s, make(chan struct{}, 1))
	s.began = time.Now()
	s.lookout.fired = s.began
	s.clock.Begin(h.later(s.began))
	s.live, s.all = make([]*thread, 0, 16), make([]*thread, 0, 16)
	s.turns = make([]turn, 0, max(64, h.longest))
	return s
}

// later returns when the clock of a schedule begins: now, unless that of the one before has come farther. What the package
// keeps from schedule to schedule would see time go back.
func (h *hunter) later(now time.Time) time.Time {
	if h.clock.After(now) {
		return h.clock
	}
	return now
}

// collectEvery is after how many schedules garbage is collected: that it is not in between makes them alike.
const collectEvery = 64

// memoryLimit is where it is collected all the same.
const memoryLimit = 1 << 30

// start begins to hunt.
func (h *hunter) start() bool {
	report, err := os.OpenFile(h.request.Report, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		panic("orchtest: " + err.Error())
	}
	h.report = report
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(memoryLimit)
	if !goroutines.FindsParked() {
		h.tell(protocol.HuntReport{Kind: protocol.HuntToolError,
			Reason: "what goroutines do cannot be seen with this version of Go: " + runtime.Version()})
		return false
	}
	if err := h.deciders.start(&h.request); err != nil {
		h.tell(protocol.HuntReport{Kind: protocol.HuntToolError, Reason: err.Error()})
		return false
	}
	return true
}

// over reports whether nothing more is to be run in this process.
func (h *hunter) over() bool { return h.told.Load() }

// tell writes a report.
func (h *hunter) tell(r protocol.HuntReport) {
	line, err := r.Line()
	if err == nil {
		_, err = h.report.WriteString(line + "\n")
	}
	if err != nil {
		panic("orchtest: " + err.Error())
	}
}

// tellLast writes what no other schedule of this process may follow. Only the first time counts.
func (s *schedule) tellLast(r protocol.HuntReport) {
	if !s.h.told.CompareAndSwap(false, true) {
		return
	}
	r.Schedule = s.number
	if s.h.portfolio != nil {
		s.h.portfolio.End() // a search goes on after this schedule
	}
	s.h.describe(s, &r)
	s.h.tell(r)
}

func (h *hunter) describe(s *schedule, r *protocol.HuntReport) {
	h.count(s)
	r.Schedules, r.Steps, r.Longest, r.Threads = h.run, h.turns, h.longest, h.threads
	h.deciders.describe(s, r)
}

//go:norace
func (h *hunter) count(s *schedule) {
	h.turns += int64(s.conductor.Taken())
	h.longest = max(h.longest, h.recorder.Len())
	h.threads = max(h.threads, len(s.all))
}

// oversee is the overseer's goroutine. It ends with the schedule.
func (s *schedule) oversee() {
	defer close(s.done)
	race.Acquire(unsafe.Pointer(&s.h.looker)) // which overseers use one after the other
	defer race.Release(unsafe.Pointer(&s.h.looker))
	defer func() {
		if v := recover(); v != nil {
			s.tellLast(protocol.HuntReport{Kind: protocol.HuntToolError, Reason: fmt.Sprintf("%v\n%s", v, debug.Stack())})
			os.Exit(toolFailed)
		}
	}()
	s.conductor.Oversee(s)
	if s.h.over() && !s.isMainOver() && !s.crashes.Load() {
		os.Exit(told)
	}
}

// Exit statuses of a process that cannot go on. None is 0, which the testing package takes for a test that calls os.Exit.
const (
	told       = 1 // the report says why
	toolFailed = 3
)

// end is the last of the test's cleanup functions. It returns when every thread has ended, or when a verdict
// was found.
func (s *schedule) end() {
	s.endMain()
	if panicking() {
		s.panics()
		return
	}
	s.judge()
	held, over := s.main.Claim()
	if over {
		panic(givenUp)
	}
	s.main.arrive("", held)
	s.main.End(held)
	s.waitForOverseer()
	s.endFronts()
	running.Store(nil)
	s.h.clock = s.clock.Now()
	s.judge() // of threads that went on after the test
	if !s.h.over() {
		s.h.ended(s)
	}
}

// endMain says that the test has come to its end. That the overseer asks for it is hidden from the race detector: it would
// order all that timers start later.
//
//go:norace
func (s *schedule) endMain() {
	race.Disable()
	s.mainOver.Store(true)
	race.Enable()
}

//go:norace
func (s *schedule) isMainOver() bool {
	race.Disable()
	over := s.mainOver.Load()
	race.Enable()
	return over
}

// judge reports a data race, or that the test has failed.
func (s *schedule) judge() {
	if race.Errors() > 0 {
		s.races()
	} else if s.t.Failed() {
		s.fails()
	}
}

//go:norace
func (s *schedule) waitForOverseer() {
	race.Disable()
	<-s.done
	race.Enable()
}

// ended takes note that a schedule has come to a good end.
func (h *hunter) ended(s *schedule) {
	h.end()
	switch {
	case h.diverged() != "":
		s.diverges()
	case h.run == h.request.Count || h.exhausted(h.longest):
		h.told.Store(true)
		r := protocol.HuntReport{Kind: protocol.HuntDone, Schedule: s.number + h.request.Stride}
		h.describe(s, &r)
		h.tell(r)
	case h.run&(h.run-1) == 0 || h.run%progressEvery == 0:
		r := protocol.HuntReport{Kind: protocol.HuntProgress, Schedule: s.number + h.request.Stride}
		h.describe(s, &r)
		h.tell(r)
	default:
		h.count(s)
	}
}

const progressEvery = 64

// short returns a place as reports have it.
func (h *hunter) short(file string, line int) string {
	if file == "" {
		return "an unknown place"
	}
	return fmt.Sprintf("%s:%d", protocol.Shorten(file, h.request.Folder), line)
}

// placeIn returns the place of a site.
func placeIn(site string) string {
	_, place, _ := strings.Cut(site, "\t")
	return place
}
