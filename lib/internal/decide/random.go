package decide

// A Random chooses each option with the same probability, but the timer less often: as often as a thread it would
// let hours pass.
type Random struct {
	seed uint64
	rng  rng
}

// NewRandom returns a random walk.
func NewRandom(seed uint64) *Random { return &Random{seed: seed} }

// Begin implements [Strategy].
//
//go:norace
func (r *Random) Begin(schedule int) bool {
	r.rng = stream(r.seed, schedule)
	return true
}

// Decide implements [Decider].
//
//go:norace
func (r *Random) Decide(d *Decision) int {
	choice := r.rng.below(len(d.Options))
	if choice == d.threads() && r.rng.below(timerLess) > 0 {
		return r.rng.below(choice)
	}
	return choice
}

// timerLess is how much less often than a thread the timer is chosen.
const timerLess = 4
