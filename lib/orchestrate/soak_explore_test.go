package orchestrate

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"

	wrapper "github.com/orchtest/orchtest/explore" // explore is one of this package's modes
)

// TestExecutionsAreRunOnce runs random programs under every sequence, and then under those that package
// explore chooses: the executions are the same ones, and there each is run once.
func TestExecutionsAreRunOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // as in the processes of scenarios, and much faster
	programs, seed := max(5, min(*soakNumber, 10_000)/100), *soakSeed
	if testing.Short() {
		programs = 5
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	x := explored{wake: make(chan struct{}, 1)}
	for i := 0; x.programs < programs; i++ {
		p := newProgram(rand.New(rand.NewPCG(seed, uint64(i))), true)
		if err := x.explore(p); err != nil {
			t.Fatalf("program %d of seed %d: %v\n%v", i, seed, err, p)
		}
	}
	t.Logf("seed %d: %d programs, %d sequences, %d executions of which %d deadlocks",
		seed, x.programs, x.sequences, x.executions, x.deadlocks)
}

type explored struct {
	wake chan struct{}

	programs, sequences, executions, deadlocks int
}

// run runs a program under a sequence or the beginning of one, or serially if there are no counts. It
// returns the report, and the execution in words.
func (x *explored) run(p *program, sequence, counts []int) (*protocol.Scenario, string, error) {
	r := newRun(p, sequence, x.wake)
	r.t.course.script.left = append([]int(nil), counts...)
	if err := r.do(); err != nil {
		return nil, "", fmt.Errorf("sequence %v: %w\n%v", sequence, err, r)
	}
	if r.stuck != nil && !r.world.free() {
		return nil, "", fmt.Errorf("sequence %v: the lost threads do not come to their ends", sequence)
	}
	return &protocol.Scenario{
		Threads:    make([]string, len(p.threads)),
		Turns:      r.turns,
		Failed:     r.failedTurn() >= 0,
		FailedTurn: r.failedTurn(),
	}, r.String(), nil
}

// explore explores a program that has few sequences, but not too few.
func (x *explored) explore(p *program) error {
	serial, text, err := x.run(p, nil, nil)
	if err != nil {
		return err
	}
	counts := permutations.Counts(serial.Executed(), len(p.threads))
	for i := range counts {
		counts[i] = max(counts[i], 1)
	}
	number := permutations.Count(counts)
	if number.Cmp(big.NewInt(10)) < 0 || number.Cmp(big.NewInt(120)) > 0 {
		return nil
	}
	all, err := x.all(p, counts, serial, text)
	if err != nil {
		return err
	}
	search := wrapper.New(counts, wrapper.Read(counts, nil, serial))
	ran := map[string]int{text: 1}
	for job := search.Next(); job != nil; job = search.Next() {
		report, text, err := x.run(p, job.Prefix, counts)
		if err != nil {
			return err
		}
		found := wrapper.Read(counts, job.Prefix, report)
		if found.Diverged {
			return fmt.Errorf("counts %v: job %v diverged: %s", counts, job.Prefix, text)
		}
		search.Done(job, found)
		if ran[text]++; ran[text] > 1 {
			return fmt.Errorf("counts %v: job %v executes what was run before: %s", counts, job.Prefix, text)
		}
		if all[text] == 0 {
			return fmt.Errorf("counts %v: job %v executes what no sequence does: %s", counts, job.Prefix, text)
		}
	}
	for text := range all {
		if ran[text] == 0 {
			return fmt.Errorf("counts %v: not run: %s", counts, text)
		}
	}
	if sum := new(big.Int).Add(search.Infeasible(), big.NewInt(int64(len(ran)))); sum.Cmp(number) != 0 {
		return fmt.Errorf("counts %v: %d executions and %v infeasible sequences are not %v sequences",
			counts, len(ran), search.Infeasible(), number)
	}
	x.programs++
	x.sequences += int(number.Int64())
	x.executions += len(ran)
	return nil
}

// all runs every sequence, and returns how many of them execute in each way.
func (x *explored) all(p *program, counts []int, serial *protocol.Scenario, text string) (map[string]int, error) {
	all := map[string]int{text: 1}
	first := true
	for sequence := range permutations.All(counts) {
		if first {
			first = false
			continue
		}
		report, text, err := x.run(p, sequence, counts)
		if err != nil {
			return nil, err
		}
		if all[text]++; all[text] == 1 && report.Failed {
			x.deadlocks++
		}
	}
	return all, nil
}
