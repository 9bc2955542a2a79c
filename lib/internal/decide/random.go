package decide

// A Random chooses each option with the same probability.
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
func (r *Random) Decide(d *Decision) int { return r.rng.below(len(d.Options)) }
