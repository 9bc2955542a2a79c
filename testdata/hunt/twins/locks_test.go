package twins

import (
	"sync"
	"testing"
)

// Cockroach10214: heartbeats took the lock of the queue and then that of a replica, which takes them the other way
// round. Repaired, the queue is emptied first, and its lock given back.
func TestCockroach10214(t *testing.T) {
	var queue, replica sync.Mutex
	beats, sent := []int{1, 2}, 0
	var wg sync.WaitGroup
	wg.Go(func() {
		queue.Lock()
		todo := beats
		beats = nil
		queue.Unlock()
		for range todo {
			replica.Lock()
			sent++
			replica.Unlock()
		}
	})
	wg.Go(func() {
		replica.Lock()
		defer replica.Unlock()
		queue.Lock()
		defer queue.Unlock()
		beats = append(beats, 3)
	})
	wg.Wait()
	if sent < 2 {
		t.Error(sent)
	}
}

// Cockroach16167: one lock was taken by two names, one after the other. Repaired, the second one is not.
func TestCockroach16167(t *testing.T) {
	var config sync.RWMutex
	changed := sync.NewCond(config.RLocker())
	ready := false
	read := func() bool { return ready } // with the lock held
	var wg sync.WaitGroup
	wg.Go(func() {
		config.RLock()
		for !read() {
			changed.Wait()
		}
		config.RUnlock()
	})
	wg.Go(func() {
		config.Lock()
		ready = true
		config.Unlock()
		changed.Broadcast()
	})
	wg.Wait()
}

// Grpc795: one way out kept the lock. Repaired, all give it back.
func TestGrpc795(t *testing.T) {
	var mu sync.Mutex
	stopped := false
	stop := func() bool {
		mu.Lock()
		defer mu.Unlock()
		if stopped {
			return false
		}
		stopped = true
		return true
	}
	results := make(chan bool)
	for range 3 {
		go func() { results <- stop() }()
	}
	first := 0
	for range 3 {
		if <-results {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d were the first", first)
	}
}

// Etcd10492: a lease was renewed with the lock held, by a function that takes it. Repaired, it is called without.
func TestEtcd10492(t *testing.T) {
	var mu sync.Mutex
	var checkpoint func()
	points := 0
	set := func(f func()) {
		mu.Lock()
		defer mu.Unlock()
		checkpoint = f
	}
	renew := func() {
		mu.Lock()
		f := checkpoint
		mu.Unlock()
		if f != nil {
			f()
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		set(func() {
			mu.Lock()
			defer mu.Unlock()
			points++
		})
	})
	wg.Go(renew)
	wg.Go(renew)
	wg.Wait()
	if points > 2 {
		t.Error(points)
	}
}

// Moby4951: the lock of all devices was held while that of a device was waited for, whose holder wanted the first.
// Repaired, it is always the device's first.
func TestMoby4951(t *testing.T) {
	var devices, device sync.Mutex
	inUse := true
	locked := func(f func()) {
		device.Lock()
		defer device.Unlock()
		devices.Lock()
		defer devices.Unlock()
		f()
	}
	var wg sync.WaitGroup
	wg.Go(func() { locked(func() { inUse = false }) })
	wg.Go(func() {
		for again := true; again; {
			locked(func() { again = inUse })
		}
	})
	wg.Wait()
}

// Moby36114: a function took a lock that its caller had. Repaired, its caller has to have it.
func TestMoby36114(t *testing.T) {
	var mu sync.Mutex
	disks := map[string]int{}
	removeLocked := func(name string) { delete(disks, name) }
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			disks[name]++
			removeLocked(name)
		})
	}
	wg.Wait()
	if len(disks) > 0 {
		t.Error(disks)
	}
}
