package hunt

import "time"

// TimerStopValue is the method value t.Stop.
func TimerStopValue(site string, t *time.Timer) func() bool {
	return func() bool { return TimerStop(site, t) }
}

// TimerResetValue is the method value t.Reset.
func TimerResetValue(site string, t *time.Timer) func(time.Duration) bool {
	return func(d time.Duration) bool { return TimerReset(site, t, d) }
}

// TickerStopValue is the method value t.Stop.
func TickerStopValue(site string, t *time.Ticker) func() {
	return func() { TickerStop(site, t) }
}

// TickerResetValue is the method value t.Reset.
func TickerResetValue(site string, t *time.Ticker) func(time.Duration) {
	return func(d time.Duration) { TickerReset(site, t, d) }
}
