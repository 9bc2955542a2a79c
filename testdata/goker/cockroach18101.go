package goker

import "context"

// restore imports so many spans, as they are split off by a goroutine, until it is cancelled.
//
// cockroachdb/cockroach#18101: the receiver stops at a cancelled context and the sender does not. Nobody
// takes what it sends then. No thread hangs, as the sender is not one: it is a leak.
//
// The order that it needs: it is cancelled while more spans are to come than the channel has room for.
func restore(ctx context.Context, spans int, split func(ctx context.Context, spans int, ready chan<- int)) error {
	ready := make(chan int, 1)
	go func() {
		defer close(ready)
		split(ctx, spans, ready)
	}()
	for range ready { // pragma: SYNCPOINT
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func split(_ context.Context, spans int, ready chan<- int) {
	for span := range spans {
		ready <- span
	}
}

func splitRepaired(ctx context.Context, spans int, ready chan<- int) {
	for span := range spans {
		select {
		case ready <- span:
		case <-ctx.Done():
			return
		}
	}
}
