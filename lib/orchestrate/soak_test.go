package orchestrate

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/internal/conductor"
	"github.com/orchtest/orchtest/lib/internal/goroutines"
	"github.com/orchtest/orchtest/lib/protocol"
)

// The soak runs random programs under random sequences, and watches from the side whether what the
// conductor finds is true: see world. docs/reliability.md has its figures.
//
//	go test ./lib/orchestrate -run Soak -v -timeout 1h -soak 100000
//	go test ./lib/orchestrate -run Soak -v -soak 1 -soak.seed 4711 -soak.from 1234 # that one again
var (
	soakNumber = flag.Int("soak", 1500, "how many scenarios TestSoak runs; with -short no more than 500")
	soakSeed   = flag.Uint64("soak.seed", 0, "what makes the programs of TestSoak; 0 is a new one each time")
	soakFrom   = flag.Int("soak.from", 0, "the first scenario of TestSoak")
)

// The window is longer than any timer that a thread waits for: what sleeps counts as awake. A turn that takes
// long means that somebody was not seen to be blocked.
var soakLimits = limits{turn: 30 * time.Second, window: 2 * time.Millisecond}

const soakDeadline = 5 * time.Minute // for a scenario

func TestSoak(t *testing.T) {
	number, seed := *soakNumber, *soakSeed
	if testing.Short() {
		number = min(number, 500)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	s := soak{seed: seed, wake: make(chan struct{}, 1), digest: fnv.New64a()}
	start := time.Now()
	for i := range number {
		if err := s.scenario(*soakFrom + i); err != nil {
			t.Fatalf("%v\nrepeat: go test ./lib/orchestrate -run Soak -soak 1 -soak.seed %d -soak.from %d",
				err, seed, *soakFrom+i)
		}
		if (i+1)%max(1, number/10) == 0 {
			if err := s.measure(); err != nil {
				t.Fatalf("after %d scenarios, with seed %d: %v", i+1, seed, err)
			}
		}
	}
	t.Logf("soak: seed %d, GOMAXPROCS %d: %d scenarios in %.1f s, %d deadlocks, %d turns, %d of them blocked",
		seed, runtime.GOMAXPROCS(0), number, time.Since(start).Seconds(), s.deadlocks, s.turns, s.waits)
	t.Logf("soak: heap %v kB, goroutines %v", s.heap, s.goroutines)
	t.Logf("soak: %d settling programs, digest %016x", s.settling, s.digest.Sum64())
}

// A soak is what was found out so far.
type soak struct {
	seed   uint64
	wake   chan struct{}
	digest interface {
		Write([]byte) (int, error)
		Sum64() uint64
	}

	deadlocks, turns, waits, settling int

	heap       []uint64 // in kB
	goroutines []int
}

// scenario makes a program and a sequence, each other one a settling program, and runs them.
func (s *soak) scenario(i int) error {
	r := rand.New(rand.NewPCG(s.seed, uint64(i)))
	p := newProgram(r, i%2 == 0)
	sequence := shuffled(r, p.counts())
	defer time.AfterFunc(soakDeadline, func() {
		debug.SetTraceback("all")
		panic(fmt.Sprintf("soak: scenario %d of seed %d hangs: sequence %v of\n%v", i, s.seed, sequence, p))
	}).Stop()
	run := newRun(p, sequence, s.wake)
	err := run.do()
	if err == nil && run.stuck != nil && !run.world.free() {
		err = fmt.Errorf("the lost threads do not come to their ends")
	}
	if err != nil {
		return fmt.Errorf("scenario %d, sequence %v: %w\n%v%v", i, sequence, err, p, run)
	}
	if run.stuck != nil {
		s.deadlocks++
	}
	s.turns += len(run.turns)
	for _, turn := range run.turns {
		if len(turn.Waits) > 0 {
			s.waits++
		}
	}
	if p.settling {
		s.settling++
		fmt.Fprintf(s.digest, "%d %v\n", i, run)
	}
	return nil
}

// shuffled returns one of the sequences for counts, or hardly ever only the beginning of one.
func shuffled(r *rand.Rand, counts []int) []int {
	var sequence []int
	for i, n := range counts {
		sequence = append(sequence, slices.Repeat([]int{i}, n)...)
	}
	r.Shuffle(len(sequence), func(i, k int) { sequence[i], sequence[k] = sequence[k], sequence[i] })
	if r.IntN(20) == 0 {
		sequence = sequence[:r.IntN(len(sequence))]
	}
	return sequence
}

// measure takes note of the memory, and returns an error if it grows.
func (s *soak) measure() error {
	most := runtime.NumGoroutine()
	if len(s.goroutines) > 0 {
		most = s.goroutines[0]
	}
	for range 2000 { // what has come to its end may not be gone yet
		if runtime.NumGoroutine() <= most {
			break
		}
		time.Sleep(time.Millisecond)
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.heap = append(s.heap, m.HeapAlloc>>10)
	s.goroutines = append(s.goroutines, runtime.NumGoroutine())
	if last := len(s.heap) - 1; s.heap[last] > s.heap[0]+2<<10 || s.goroutines[last] > most {
		return fmt.Errorf("memory is not flat: heap %v kB, goroutines %v", s.heap, s.goroutines)
	}
	return nil
}

// A run is one scenario, with a world beside it.
type run struct {
	program   *program
	world     *world
	t         *T
	decisions []atomic.Uint32 // by turn, the threads that were blocked when it was given; plus decided
	panic     atomic.Int64    // the number of the turn in which a thread did first
	stuck     *stuck
	turns     []protocol.Turn
}

// Bits of a decision: from timed on, the threads that a timer may have woken meanwhile.
const (
	timed   = 8
	decided = 1 << 31
)

func newRun(p *program, sequence []int, wake chan struct{}) *run {
	r := &run{program: p, world: newWorld(p), decisions: make([]atomic.Uint32, 200)}
	r.t = &T{course: course{limits: soakLimits, lookout: lookout{looker: new(goroutines.Looker)}, watcher: r}}
	r.t.course.Init(r, wake)
	r.t.course.script = scripted{rest: sequence, left: p.counts()}
	for _, a := range r.world.threads {
		r.t.course.spawn("", a.thread, 0)
	}
	return r
}

// The threads' ends are part of the program.
func (r *run) turnEnded(*thread)   {}
func (r *run) panicked(th *thread) { r.panic.CompareAndSwap(0, int64(th.Number())) }
func (r *run) exited(*thread)      {}

// failedTurn is the index of the turn in which the scenario failed, -1 if it did not.
func (r *run) failedTurn() int {
	if n := r.panic.Load(); n > 0 {
		return int(n) - 1
	}
	if r.stuck != nil {
		return r.stuck.turn - 1
	}
	return -1
}

// Next implements conductor.Chooser. Until the sequence is given up it checks each turn.
//
//go:norace
func (r *run) Next(from *conductor.Thread, settled bool) *conductor.Thread {
	c := &r.t.course
	checks := settled && (from != nil || c.anyReady()) && !c.draining.Load()
	decision := uint32(decided)
	if checks {
		decision |= r.check(of(from))
	}
	next := c.Next(from, settled)
	if checks && next != nil {
		r.decisions[c.Taken()].Store(decision)
	}
	return next
}

// check checks that nobody moves when the next turn is given, but for the thread whose turn has ended, and who is
// not blocked is ready for it. It returns who is blocked.
//
//go:norace
func (r *run) check(from *thread) (blocked uint32) {
	w, c := r.world, &r.t.course
	blocked, moves := w.settled()
	if moves != nil && !(moves.index >= 0 && from == c.threads[moves.index]) {
		w.say("turn %d is given while %s is moving, in %v", c.Taken()+1, moves.name, moves.in.Load())
	}
	for _, a := range w.threads {
		ready := c.threads[a.index].Ready()
		if a.timed.Load() {
			blocked |= 1 << (timed + a.index)
		} else if is := a.state.Load() == resting; is != ready {
			w.say("turn %d is given: %s is ready: %v, at rest: %v", c.Taken()+1, a.name, ready, is)
		}
	}
	return blocked
}

// do runs the scenario and checks what came of it.
func (r *run) do() error {
	r.stuck = r.t.course.run()
	r.turns = r.t.turns((*thread).describe)
	w := r.world
	if wrong := w.wrong.Load(); wrong != nil {
		return fmt.Errorf("%s", *wrong)
	}
	blocked, moves := w.settled()
	for _, a := range w.threads {
		if !a.timed.Load() {
			continue
		}
		if r.panic.Load() > 0 && r.stuck != nil {
			return r.checkTurns() // once a scenario has failed, timers are not waited for
		}
		if a.state.Load() == moving {
			moves = a
		}
	}
	switch {
	case r.stuck == nil && w.alive.Load() > 0:
		return fmt.Errorf("ended, with %d threads left", w.alive.Load())
	case r.stuck != nil && !strings.HasPrefix(r.stuck.text, "deadlock: ") && (r.stuck.text != "" || r.panic.Load() == 0):
		return fmt.Errorf("hang: %s", r.stuck.text)
	case r.stuck != nil && moves != nil:
		return fmt.Errorf("false deadlock: %s can go on from %v: %s", moves.name, moves.in.Load(), r.stuck.text)
	case r.stuck != nil && blocked == 0:
		return fmt.Errorf("false deadlock: every thread has ended: %s", r.stuck.text)
	}
	if err := r.checkTurns(); err != nil {
		return err
	}
	return r.checkDeadlock(blocked)
}

// checkTurns checks which turns are said to have been given while a thread was blocked.
func (r *run) checkTurns() error {
	for i, turn := range r.turns {
		want := r.decisions[i].Load()
		if want&decided == 0 {
			continue // the sequence was given up
		}
		got, unknown := uint32(0), want>>timed
		for _, b := range turn.Blocked {
			got |= 1 << b
		}
		if want &= 1<<timed - 1; got&^unknown != want&^unknown {
			return fmt.Errorf("turn %d: blocked were %b, want %b", i+1, got, want)
		}
	}
	return nil
}

// checkDeadlock checks what is said of each thread that is blocked.
func (r *run) checkDeadlock(blocked uint32) error {
	for _, a := range r.world.threads {
		last := -1
		for i, turn := range r.turns {
			if turn.Thread == a.index {
				last = i
			}
		}
		still := last >= 0 && r.turns[last].End == protocol.StillBlocked
		if still != (blocked>>a.index&1 == 1) {
			return fmt.Errorf("%s is blocked: %v, and said to be: %v", a.name, !still, still)
		}
		if !still {
			continue
		}
		waits := r.turns[last].Waits
		on := r.world.waitsOn(a)
		if got := waits[len(waits)-1].On; got != on {
			return fmt.Errorf("%s is said to wait on %s, want %s", a.name, got, on)
		}
		if err := r.checkLocker(a); err != nil {
			return err
		}
	}
	return nil
}

// checkLocker checks which threads are said to be able to hold the mutex that this one waits for. In a program
// that does not settle, one may have snatched it.
func (r *run) checkLocker(a *agent) error {
	o := a.in.Load()
	i := o.object
	switch {
	case !r.program.settling:
		return nil
	case o.kind == opCondWait && r.world.waitsOn(a) == waitsOn[opLock]:
		i = len(r.world.mutexes) - 1
	case o.kind != opLock:
		return nil
	}
	by := r.world.mutexes[i].holder.Load()
	if in := by.in.Load(); in != nil && in.kind == opLock && in.object == i {
		return nil // locked again, in the same place: it is not seen that it went on meanwhile
	}
	holder := by.owner
	for line := range strings.Lines(r.stuck.text) {
		waits, others, said := strings.Cut(line, ", which ")
		if !said || !strings.HasPrefix(waits, fmt.Sprintf("  %q ", a.name)) || !strings.Contains(others, "can have locked") {
			continue
		}
		if holder != a.name && !strings.Contains(others, fmt.Sprintf("%q", holder)) {
			return fmt.Errorf("it was %s that locked last: %s", holder, line)
		}
	}
	return nil
}

// String describes the turns: what has to be the same each time.
func (r *run) String() string {
	var b strings.Builder
	if r.stuck != nil {
		b.WriteString("deadlock:")
	}
	for _, turn := range r.turns {
		fmt.Fprintf(&b, " %d%s", turn.Thread, turn.End)
		if len(turn.Blocked) > 0 {
			fmt.Fprintf(&b, "%v", turn.Blocked)
		}
		for _, w := range turn.Waits {
			fmt.Fprintf(&b, "(%s %d)", w.On, w.Until)
		}
	}
	return b.String()
}
