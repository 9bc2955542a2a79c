package twins

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// Grpc660: results were sent to somebody who may have left. Repaired, there is room for them.
func TestGrpc660(t *testing.T) {
	results, stop := make(chan int, 3), make(chan struct{})
	for i := range 3 {
		go func() { results <- i }()
	}
	go close(stop)
	for range 3 {
		select {
		case <-results:
		case <-stop:
			return
		}
	}
}

// Kubernetes5316: as Grpc660, with a timeout that may be the first.
func TestKubernetes5316(t *testing.T) {
	finish := func(timeout time.Duration, f func() error) error {
		result := make(chan error, 1)
		go func() { result <- f() }()
		select {
		case err := <-result:
			return err
		case <-time.After(timeout):
			return errors.New("timeout")
		}
	}
	slow := func() error {
		time.Sleep(time.Millisecond)
		return nil
	}
	for _, timeout := range []time.Duration{time.Microsecond, time.Millisecond, time.Second} {
		if err := finish(timeout, slow); err != nil && timeout == time.Second {
			t.Error(err)
		}
	}
}

// Moby33781: who probed was left with its result when the monitor was told to stop. Repaired, there is room for it.
func TestMoby33781(t *testing.T) {
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			case <-time.After(3 * time.Millisecond):
			}
			result := make(chan int, 1)
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
			go func() {
				time.Sleep(time.Millisecond)
				result <- 1
			}()
			select {
			case <-stop:
				cancel()
				return
			case <-result:
			case <-ctx.Done():
			}
			cancel()
		}
	}()
	time.Sleep(10 * time.Millisecond)
	close(stop)
	<-ended
}

// Grpc1275: who reads a stream waited for a message that nobody sent when the stream was closed. Repaired, to close it
// is one.
func TestGrpc1275(t *testing.T) {
	messages, done := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(done)
		for err := range messages {
			if err != nil {
				return
			}
		}
	}()
	messages <- nil
	messages <- errors.New("closed")
	<-done
}

// Kubernetes6632: a frame was written with the lock held, to a full channel that is closed with the lock. Repaired, to
// be closed is waited for, too.
func TestKubernetes6632(t *testing.T) {
	var mu sync.Mutex
	reset, closed := make(chan int), make(chan struct{})
	write := func() {
		mu.Lock()
		defer mu.Unlock()
		select {
		case reset <- 0:
		case <-closed:
		}
	}
	var wg sync.WaitGroup
	wg.Go(write)
	wg.Go(write)
	wg.Go(func() { // it monitors
		<-reset
		close(closed)
		mu.Lock()
		defer mu.Unlock()
	})
	wg.Wait()
}

// Cockroach24808: what was suggested went to a full channel before anybody received from it. Repaired, there is no need
// to suggest twice.
func TestCockroach24808(t *testing.T) {
	suggestions, stop := make(chan int, 1), make(chan struct{})
	suggest := func() {
		select {
		case suggestions <- 1:
		default:
		}
	}
	suggest()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-suggestions:
			case <-stop:
				return
			}
		}
	})
	suggest()
	close(stop)
	wg.Wait()
}

// Istio16224: an event was sent with the lock that its receiver takes. Repaired, it is given back first.
func TestIstio16224(t *testing.T) {
	var mu sync.Mutex
	events, notified := make(chan int), 0
	var wg sync.WaitGroup
	wg.Go(func() {
		for range events {
			mu.Lock()
			notified++
			mu.Unlock()
		}
	})
	for i := range 3 {
		mu.Lock()
		last := notified
		mu.Unlock()
		events <- i + last
	}
	close(events)
	wg.Wait()
	if notified != 3 {
		t.Error(notified)
	}
}

// Cockroach2448: two loops sent to each other. Repaired, one also receives while it sends.
func TestCockroach2448(t *testing.T) {
	events, requests, stop := make(chan int), make(chan int), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // the store
		for range 2 {
			select {
			case <-events:
			case requests <- 1:
			}
		}
		close(stop)
	})
	wg.Go(func() { // raft
		for {
			select {
			case <-requests:
			case events <- 1:
			case <-stop:
				return
			}
		}
	})
	wg.Wait()
}
