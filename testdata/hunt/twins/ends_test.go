package twins

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// Cockroach10790: who cancelled left those behind that had begun to send. Repaired, they give up, too.
func TestCockroach10790(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	commands := make(chan int)
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			select {
			case commands <- i:
			case <-ctx.Done():
			}
		})
	}
	go cancel()
	for range 2 {
		select {
		case <-commands:
		case <-ctx.Done():
		}
	}
	cancel()
	wg.Wait()
}

// Cockroach13197: a transaction waited for the end of its context, which nobody ended. Repaired, to commit it does.
func TestCockroach13197(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	rolled := make(chan error, 1)
	go func() {
		<-ctx.Done()
		rolled <- ctx.Err()
	}()
	cancel()
	if err := <-rolled; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Kubernetes25331: an error was sent to somebody who had cancelled and left. Repaired, that is noticed.
func TestKubernetes25331(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	results, errs := make(chan int), make(chan error)
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case err := <-errs:
			select {
			case results <- len(err.Error()):
			case <-ctx.Done():
			}
		case <-ctx.Done():
		}
	})
	wg.Go(func() {
		select {
		case errs <- errors.New("decode"):
		case <-ctx.Done():
		}
	})
	cancel()
	wg.Wait()
}

// Kubernetes70277: a poller went on until a channel was closed that nobody closed. Repaired, who waits closes it.
func TestKubernetes70277(t *testing.T) {
	poll := func(interval, timeout time.Duration, done <-chan struct{}) <-chan struct{} {
		ticks := make(chan struct{})
		go func() {
			defer close(ticks)
			tick := time.NewTicker(interval)
			defer tick.Stop()
			after := time.NewTimer(timeout)
			defer after.Stop()
			for {
				select {
				case <-tick.C:
					select {
					case ticks <- struct{}{}:
					default:
					}
				case <-after.C:
					return
				case <-done:
					return
				}
			}
		}()
		return ticks
	}
	done := make(chan struct{})
	ticks := poll(time.Millisecond, 20*time.Millisecond, done)
	for range 2 {
		if _, ok := <-ticks; !ok {
			break
		}
	}
	close(done)
	for range ticks {
	}
}

// Istio18454: a timer was stopped and its channel emptied by two at once, of which one waited for ever. Repaired, the
// loop that has the timer alone stops it.
func TestIstio18454(t *testing.T) {
	stop := make(chan struct{})
	ended := make(chan int)
	timer := time.NewTimer(time.Second)
	go func() {
		n := 0
		for {
			select {
			case <-timer.C:
				n++
				timer.Reset(time.Second)
			case <-stop:
				timer.Stop()
				ended <- n
				return
			}
		}
	}()
	time.Sleep(3500 * time.Millisecond)
	close(stop)
	if n := <-ended; n != 3 {
		t.Errorf("%d timeouts in three and a half seconds", n)
	}
}

// Grpc862: a connection was not closed where dialling failed. Repaired, it is on every way out.
func TestGrpc862(t *testing.T) {
	dial := func(ctx context.Context) (err error) {
		own, cancel := context.WithCancel(context.Background())
		defer func() {
			if err != nil {
				cancel()
			}
		}()
		var wg sync.WaitGroup
		wg.Go(func() { <-own.Done() }) // it resets the address
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
			cancel()
			wg.Wait()
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := dial(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// Kubernetes11298: a signal came before anybody waited for it. Repaired, what it says is written down first.
func TestKubernetes11298(t *testing.T) {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	over := false
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for !over {
				cond.Wait()
			}
		})
	}
	mu.Lock()
	over = true
	mu.Unlock()
	cond.Broadcast()
	wg.Wait()
}
