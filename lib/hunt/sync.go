package hunt

import "sync"

// WaitGroupGo is wg.Go(f).
func WaitGroupGo(site string, wg *sync.WaitGroup, f func()) {
	if !hunting() {
		wg.Go(f)
		return
	}
	wg.Add(1)
	spawn(site, func() {
		// As in wg.Go: a panic ends the program before anybody who waits goes on.
		defer func() {
			if x := recover(); x != nil {
				panic(x)
			}
			F0(site, wg.Done).Do()
		}()
		f()
	})
}

// OnceFunc is sync.OnceFunc(f). Each call of the function that it returns is a scheduling point.
func OnceFunc(site string, f func()) func() {
	return F0(site, sync.OnceFunc(f)).Bind()
}

// OnceValue is sync.OnceValue(f).
func OnceValue[T any](site string, f func() T) func() T {
	return R0(site, sync.OnceValue(f)).Bind()
}

// OnceValues is sync.OnceValues(f).
func OnceValues[T1, T2 any](site string, f func() (T1, T2)) func() (T1, T2) {
	return P0(site, sync.OnceValues(f)).Bind()
}
