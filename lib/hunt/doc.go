// Package hunt is what code calls that `orchtest hunt` has rewritten: in place of each synchronisation a
// function that makes a scheduling point of it, does the real operation, and queues for a turn if it was
// blocked in it.
//
// It is called by code that orchtest writes; not meant to be written by hand. Where nothing is being hunted
// every function does just what it stands for.
//
// A site says which operation comes and where: "sync.Mutex.Lock\texample.com/m/pkg/file.go:12:3", the
// operation, a tab, the import path of the package with the file's name, line and column. Those of functions of time and
// context, which are called without a site, have no column.
package hunt
