package hunt

import (
	"context"
	"time"
)

// What is here only passes through, until time and tests are hunted.

func Sleep(d time.Duration)                                       { time.Sleep(d) }
func After(d time.Duration) <-chan time.Time                      { return time.After(d) }
func Tick(d time.Duration) <-chan time.Time                       { return time.Tick(d) }
func NewTimer(d time.Duration) *time.Timer                        { return time.NewTimer(d) }
func NewTicker(d time.Duration) *time.Ticker                      { return time.NewTicker(d) }
func AfterFunc(d time.Duration, f func()) *time.Timer             { return time.AfterFunc(d, f) }
func Now() time.Time                                              { return time.Now() }
func Since(t time.Time) time.Duration                             { return time.Since(t) }
func Until(t time.Time) time.Duration                             { return time.Until(t) }
func TimerStop(site string, t *time.Timer) bool                   { return t.Stop() }
func TickerStop(site string, t *time.Ticker)                      { t.Stop() }
func TickerReset(site string, t *time.Ticker, d time.Duration)    { t.Reset(d) }
func TimerReset(site string, t *time.Timer, d time.Duration) bool { return t.Reset(d) }

func WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(parent, d)
}

func WithTimeoutCause(parent context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(parent, d, cause)
}

func WithDeadline(parent context.Context, d time.Time) (context.Context, context.CancelFunc) {
	return context.WithDeadline(parent, d)
}

func WithDeadlineCause(parent context.Context, d time.Time, cause error) (context.Context, context.CancelFunc) {
	return context.WithDeadlineCause(parent, d, cause)
}

func ContextAfterFunc(ctx context.Context, f func()) (stop func() bool) {
	return context.AfterFunc(ctx, f)
}
