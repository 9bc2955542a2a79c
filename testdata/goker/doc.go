// Package goker has small kernels of real deadlocks and goroutine leaks, each of them broken and repaired,
// and an orchestrated test of either. The tests of the broken ones fail: that is what they are for.
//
// See README.md for where the kernels come from and what is found in them.
package goker
