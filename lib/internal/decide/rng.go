package decide

import "math/bits"

// An rng is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): a counter
// that goes on by an odd constant, mixed. Those of the standard library tell the race detector of their state.
type rng uint64

const golden = 0x9e3779b97f4a7c15

// stream returns the generator of one schedule: it depends on nothing but the seed and the number.
//
//go:norace
func stream(seed uint64, schedule int) rng {
	return rng(mix(mix(seed+golden) + uint64(schedule)))
}

//go:norace
func (r *rng) next() uint64 {
	*r += golden
	return mix(uint64(*r))
}

// below returns a number from 0 to n-1.
//
//go:norace
func (r *rng) below(n int) int {
	high, _ := bits.Mul64(r.next(), uint64(n))
	return int(high)
}

//go:norace
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
