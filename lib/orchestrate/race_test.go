//go:build race

package orchestrate_test

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/lib/syncpoint"
	"github.com/orchtest/orchtest/permutations"
)

// twice is a test with two threads of two turns, each of which calls f.
func twice(f func()) func(t *orchestrate.T) {
	return func(t *orchestrate.T) {
		for range 2 {
			t.Go("", func() {
				f()
				syncpoint.Here()
				f()
			})
		}
	}
}

var raceTests = []struct {
	child string
	races bool
}{
	{child("TestRaceCounter", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			counter := 0
			twice(func() { counter++ })(t)
		})
	}), true},
	{child("TestRaceReadAndWrite", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			counter, sum := 0, 0
			t.Go("", func() {
				counter++
				syncpoint.Here()
			})
			t.Go("", func() {
				syncpoint.Here()
				sum += counter
			})
		})
	}), true},
	{child("TestRaceWithTheScenario", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			counter := 0
			begun := make(chan struct{})
			go func() {
				close(begun)
				counter++
			}()
			<-begun
			twice(func() { counter++ })(t)
		})
	}), true},
	{child("TestRaceMutex", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			counter := 0
			var mu sync.Mutex
			twice(func() {
				mu.Lock()
				defer mu.Unlock()
				counter++
			})(t)
		})
	}), false},
	{child("TestRaceAtomic", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			var counter atomic.Int64
			twice(func() { counter.Add(1) })(t)
		})
	}), false},
	{child("TestRaceChannel", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			counter := make(chan *int, 1)
			counter <- new(int)
			twice(func() {
				n := <-counter
				*n++
				counter <- n
			})(t)
		})
	}), false},
	{child("TestRaceAfterWait", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			counters := make([]int, 2)
			counters[0]++
			for i := range counters {
				t.Go("", func() {
					counters[i]++
					syncpoint.Here()
					counters[i]++
				})
			}
			t.Wait()
			counters[0] += counters[1]
		})
	}), false},
	{child("TestRaceMethodsOfT", func(t *testing.T) {
		orchestrate.Test(t, func(t *orchestrate.T) {
			dirs := make([]string, 2)
			for i := range dirs {
				t.Go("", func() {
					t.Cleanup(func() {})
					dirs[i] = t.TempDir()
					syncpoint.Here()
					_, _, _ = t.Failed(), t.Context(), t.Name()
					t.Helper()
				})
			}
		})
	}), false},
}

// The conductor's handoffs are hidden from the race detector: a data race shows under any sequence, the
// serial one included, and what is synchronised never does.
func TestDataRaces(t *testing.T) {
	for _, test := range raceTests {
		check := func(t *testing.T, env []string) ran {
			t.Helper()
			r := runChild(t, test.child, env)
			if test.races {
				r.wantStatus(t, 1)
				r.want(t, "WARNING: DATA RACE", "race detected during execution of test", "--- FAIL")
			} else {
				r.wantStatus(t, 0)
			}
			r.wantNot(t, `(Read|Write|read|write) at .*\n  .*lib/(orchestrate|internal/registry)\.`) // our own
			return r
		}
		t.Run(test.child, func(t *testing.T) {
			t.Run("explore", func(t *testing.T) {
				t.Parallel()
				check(t, explore)
			})
			t.Run("plan", func(t *testing.T) {
				t.Parallel()
				check(t, plan)
			})
			eachSequence(t, []int{2, 2}, func(t *testing.T, sequence string) {
				t.Parallel()
				turns := protocol.EnvTurns + "=" + filepath.Join(t.TempDir(), "turns")
				r := check(t, append(scenario(test.child, 0, sequence, "2,2"), turns))
				if s := r.scenario(t); s.Failed != test.races {
					t.Errorf("the report says failed %v, want %v", s.Failed, test.races)
				}
			})
		})
	}
}

// eachSequence calls f with every sequence of the counts, as a subtest of its name.
func eachSequence(t *testing.T, counts []int, f func(t *testing.T, sequence string)) {
	for sequence := range permutations.All(counts) {
		text := permutations.Format(sequence)
		t.Run(text, func(t *testing.T) { f(t, text) })
	}
}

// Threads that really wait for each other: with counts 2, 2, and whatever the sequence.
func init() {
	for name, test := range map[string]struct {
		f     func(t *orchestrate.T)
		races bool
	}{
		"TestRaceHeldMutex": {func(t *orchestrate.T) {
			counter := 0
			var mu sync.Mutex
			for range 2 {
				t.Go("", func() {
					mu.Lock()
					counter++
					syncpoint.Here()
					counter++
					mu.Unlock()
				})
			}
		}, false},
		"TestRaceHeldRWMutex": {func(t *orchestrate.T) {
			counter, sum := 0, 0
			var mu sync.RWMutex
			t.Go("", func() {
				mu.Lock()
				counter++
				syncpoint.Here()
				counter++
				mu.Unlock()
			})
			t.Go("", func() {
				mu.RLock()
				sum += counter
				syncpoint.Here()
				sum += counter
				mu.RUnlock()
			})
		}, false},
		"TestRaceUnbuffered": {func(t *orchestrate.T) {
			counter := 0
			ch := make(chan int)
			t.Go("", func() {
				counter++
				syncpoint.Here()
				ch <- 1
				<-ch
				counter++
			})
			t.Go("", func() {
				<-ch
				counter++
				syncpoint.Here()
				counter++
				ch <- 1
			})
		}, false},
		"TestRaceWaitGroup": {func(t *orchestrate.T) {
			counter := 0
			var wg sync.WaitGroup
			wg.Add(1)
			t.Go("", func() {
				counter++
				syncpoint.Here()
				counter++
				wg.Done()
			})
			t.Go("", func() {
				wg.Wait()
				counter++
				syncpoint.Here()
				counter++
			})
			t.Wait()
			counter++
		}, false},
		"TestRaceCond": {func(t *orchestrate.T) {
			counter := 0
			cond := sync.NewCond(new(sync.Mutex))
			for i := range 2 {
				t.Go("", func() {
					cond.L.Lock()
					for counter != i {
						cond.Wait()
					}
					cond.L.Unlock()
					syncpoint.Here()
					cond.L.Lock()
					counter++
					cond.L.Unlock()
					cond.Broadcast()
				})
			}
			t.Wait()
			counter++
		}, false},
		"TestRaceBesideALock": {func(t *orchestrate.T) {
			counter := 0
			var mu sync.Mutex
			for range 2 {
				t.Go("", func() {
					counter++ // outside of the lock
					mu.Lock()
					syncpoint.Here()
					mu.Unlock()
				})
			}
		}, true},
		"TestRaceBesideAChannel": {func(t *orchestrate.T) {
			counter := 0
			ch := make(chan int)
			t.Go("", func() {
				<-ch
				syncpoint.Here()
				counter++
			})
			t.Go("", func() {
				syncpoint.Here()
				ch <- 1
				counter++
			})
		}, true},
	} {
		raceTests = append(raceTests, struct {
			child string
			races bool
		}{child(name, func(t *testing.T) { orchestrate.Test(t, test.f) }), test.races})
	}
}

// A deadlock is a failure, but no data race: what is told of threads that have ended, and of those that
// never will, is read without one.
func TestDeadlockIsNoDataRace(t *testing.T) {
	for _, test := range deadlockTests {
		for mode, env := range map[string][]string{
			"explore": explore, "scenario": scenario(test.child, 0, test.sequence, test.counts),
		} {
			if mode == "explore" && test.scenarios == 0 {
				continue
			}
			t.Run(test.child+"/"+mode, func(t *testing.T) {
				t.Parallel()
				turns := protocol.EnvTurns + "=" + filepath.Join(t.TempDir(), "turns")
				r := runChild(t, test.child, append(env, shortWindow, turns))
				r.wantStatus(t, 1)
				r.want(t, "deadlock: ")
				r.wantNot(t, "DATA RACE", "race detected")
			})
		}
	}
	for _, test := range drainTests {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, test.child, explore)
			r.wantNot(t, "DATA RACE", "race detected")
		})
	}
	for _, name := range []string{tooLongAfterwards, afterADeadlock} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runChild(t, name, []string{shortWindow})
			r.wantStatus(t, 1)
			r.wantNot(t, "DATA RACE", "race detected")
		})
	}
}
