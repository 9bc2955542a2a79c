//go:build !go1.27

package goroutines

// syncReasons has a bit for each reason, by the runtime's number, for which a goroutine is parked in a
// synchronisation. The numbers are those of Go 1.25 and 1.26, tested against the runtime's source.
const syncReasons uint64 = 1<<13 | // semacquire
	(1<<26 - 1<<15) | // chan receive (nil chan) to sync.WaitGroup.Wait
	1<<38 | // coroutine
	(1<<46 - 1<<40) // synctest.Run to sync.WaitGroup.Wait (durable)
