package hunt

import (
	"sync"
	"testing"
)

func lock(site string, mu *sync.Mutex)   { th := point(site); mu.Lock(); th.after() }
func unlock(site string, mu *sync.Mutex) { th := point(site); mu.Unlock(); th.after() }

func TestHuntedDeadlock(t *testing.T) {
	Begin(t)
	var a, b sync.Mutex
	var wg sync.WaitGroup
	wg.Add(2)
	spawn("go\tm/a.go:1:1", func() {
		lock("sync.Mutex.Lock\tm/a.go:2:1", &a)
		lock("sync.Mutex.Lock\tm/a.go:3:1", &b)
		unlock("sync.Mutex.Unlock\tm/a.go:4:1", &b)
		unlock("sync.Mutex.Unlock\tm/a.go:5:1", &a)
		wg.Done()
	})
	spawn("go\tm/a.go:7:1", func() {
		lock("sync.Mutex.Lock\tm/a.go:8:1", &b)
		lock("sync.Mutex.Lock\tm/a.go:9:1", &a)
		unlock("sync.Mutex.Unlock\tm/a.go:10:1", &a)
		unlock("sync.Mutex.Unlock\tm/a.go:11:1", &b)
		wg.Done()
	})
	th := point("sync.WaitGroup.Wait\tm/a.go:13:1")
	wg.Wait()
	th.after()
}

func TestHuntedClean(t *testing.T) {
	Begin(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	for range 3 {
		wg.Add(1)
		spawn("go\tm/a.go:1:1", func() {
			for range 3 {
				lock("sync.Mutex.Lock\tm/a.go:2:1", &mu)
				n++
				unlock("sync.Mutex.Unlock\tm/a.go:5:1", &mu)
			}
			wg.Done()
		})
	}
	th := point("sync.WaitGroup.Wait\tm/a.go:13:1")
	wg.Wait()
	th.after()
	if n != 9 {
		t.Error(n)
	}
}
