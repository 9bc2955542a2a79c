//go:build go1.27

package goroutines

// syncReasons is not known: the runtime gives the reasons new numbers now and then. Look at the test of
// reasons.go to find out those of this version.
const syncReasons uint64 = 0
