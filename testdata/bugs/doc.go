// Package bugs has small pieces of code with known kinds of concurrency bugs, each of them broken and repaired,
// and an orchestrated test of either. The tests of the broken ones fail: that is what they are for. How many
// scenarios each strategy of exploration needs until then is in docs/exploration.md.
//
// See README.md for what they are and where they come from.
package bugs
