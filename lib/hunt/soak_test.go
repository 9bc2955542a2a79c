package hunt_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/hunt"
	"github.com/orchtest/orchtest/lib/protocol"
)

var soak = flag.Int("soak", 20, "how many programs are made at random")

// seedOf is the environment variable that says which program a process runs.
const seedOf = "HUNT_PROGRAM"

// A random program of threads that lock mutexes in their order, send and receive what somebody else receives and
// sends, wait for conditions that come true, and start others: every schedule of it ends well.
type program struct {
	rng   *rand.Rand
	t     *testing.T
	locks [3]sync.Mutex
	held  [3]int // by lock
	rw    sync.RWMutex
	count int // under rw
	total atomic.Int64
	group sync.WaitGroup
	left  int // threads that may be made
}

func TestProgramRandom(t *testing.T) {
	begin(t)
	seed, err := strconv.ParseUint(os.Getenv(seedOf), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{rng: rand.New(rand.NewPCG(seed, 1)), t: t, left: 5}
	made := p.body(3)
	made()
	hunt.F0(waits, p.group.Wait).Do()
	if n := p.total.Load(); n != int64(p.count) {
		t.Errorf("got %d and %d", n, p.count)
	}
}

// body makes a function: what is random is drawn before it runs, so that all schedules are of one program.
func (p *program) body(depth int) func() {
	var steps []func()
	for range 1 + p.rng.IntN(4) {
		steps = append(steps, p.step(depth))
	}
	return func() {
		for _, step := range steps {
			step()
		}
	}
}

func (p *program) step(depth int) func() {
	kind := p.rng.IntN(7)
	if depth == 0 && kind < 4 {
		kind = 5
	}
	switch kind {
	case 0:
		return p.starts(p.body(depth-1), p.rng.IntN(3) == 0)
	case 1:
		return p.exchanges(p.body(depth-1), p.rng.IntN(3))
	case 2:
		return p.selects(p.body(depth - 1))
	case 3:
		return p.waitsFor(p.body(depth - 1))
	case 4:
		return p.nests(p.rng.IntN(len(p.locks)))
	case 5:
		return func() {
			hunt.F0("sync.RWMutex.Lock\tm/a.go:20:1", p.rw.Lock).Do()
			p.count++
			hunt.F0("sync.RWMutex.Unlock\tm/a.go:21:1", p.rw.Unlock).Do()
			hunt.R1("atomic.Int64.Add\tm/a.go:22:1", p.total.Add).Do(1)
		}
	default:
		return func() {
			hunt.F0("sync.RWMutex.RLock\tm/a.go:23:1", p.rw.RLock).Do()
			hunt.F0("sync.RWMutex.RUnlock\tm/a.go:24:1", p.rw.RUnlock).Do()
		}
	}
}

// starts runs a function in another goroutine, which may be one that nobody told the conductor of.
func (p *program) starts(f func(), stranger bool) func() {
	if p.left == 0 {
		return f
	}
	p.left--
	return func() {
		p.group.Add(1)
		done := func() {
			defer hunt.F0("sync.WaitGroup.Done\tm/a.go:25:1", p.group.Done).Do()
			f()
		}
		if stranger {
			go done()
		} else {
			hunt.Go(starts, done)
		}
	}
}

// exchanges has another goroutine send what it receives.
func (p *program) exchanges(f func(), buffer int) func() {
	return func() {
		ch := make(chan int, buffer)
		hunt.Go(starts, func() {
			hunt.To(ch).Send(sends, 1)
			hunt.Close("close\tm/a.go:26:1", ch)
		})
		for {
			if _, ok := hunt.Receive2(gets, ch); !ok {
				return
			}
			f()
		}
	}
}

func (p *program) selects(f func()) func() {
	return func() {
		first, second := make(chan int), make(chan string, 1)
		hunt.Go(starts, func() { hunt.To(first).Send(sends, 1) })
		hunt.Go(starts, func() { hunt.To(second).Send(sends, "") })
		a, b := hunt.From(first), hunt.From(second)
		if hunt.Select2("select\tm/a.go:27:1", false, &a, &b) == 0 {
			hunt.Receive(gets, second)
		} else {
			hunt.Receive(gets, first)
		}
		f()
	}
}

func (p *program) waitsFor(f func()) func() {
	return func() {
		var mu sync.Mutex
		cond := sync.NewCond(&mu)
		is := false
		hunt.Go(starts, func() {
			lock(&mu)
			is = true
			unlock(&mu)
			hunt.F0("sync.Cond.Broadcast\tm/a.go:28:1", cond.Broadcast).Do()
		})
		lock(&mu)
		for !is {
			hunt.F0("sync.Cond.Wait\tm/a.go:29:1", cond.Wait).Do()
		}
		unlock(&mu)
		f()
	}
}

// nests holds several locks, in their order.
func (p *program) nests(from int) func() {
	return func() {
		for i := from; i < len(p.locks); i++ {
			lock(&p.locks[i])
			if p.held[i]++; p.held[i] != 1 {
				p.t.Error("two threads have a lock")
			}
		}
		for i := from; i < len(p.locks); i++ {
			p.held[i]--
			unlock(&p.locks[i])
		}
	}
}

// TestSoak runs programs in which every schedule ends well: what is found is a false alarm. And the same schedules
// are the same in another process.
func TestSoak(t *testing.T) {
	for seed := range *soak {
		t.Setenv(seedOf, strconv.Itoa(seed))
		r := protocol.HuntRequest{Test: "TestProgramRandom", Count: 100, Seed: uint64(seed)}
		last, output := hunted(t, r)
		if last.Kind != protocol.HuntDone {
			t.Fatalf("program %d: got %+v %+v\n%s", seed, last, last.Finding, output)
		}
		if again, _ := hunted(t, r); again.Hash != last.Hash {
			t.Errorf("program %d: got %s, and then %s", seed, last.Hash, again.Hash)
		}
	}
}
