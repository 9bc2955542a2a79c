// Package rewrite makes a scheduling point of each synchronisation in the packages under test, for one build
// of their tests by the go command and without touching a file.
//
// [Write] reads the packages under test with their types, and those of their dependencies that are the
// project's own or are asked for. It writes their files anew into a temporary folder, with calls of lib/hunt in
// place of what synchronises, and an overlay file that puts them in place, together with lib/hunt itself, as a
// package below the main module.
//
// What it guarantees:
//
//   - A statement's line stays what it was: the compiler, a stack trace and a debugger name the user's own
//     files and lines, also for cgo files and for code with //line directives.
//   - What is evaluated, how often and in which order stays what it was, and so do types, scopes, labels and
//     the loop variables of the file's language version.
//   - The rewritten text has been type-checked. A package for which that fails runs as it is and is named.
//   - The same files give the same text, wherever it is written.
package rewrite

import (
	"context"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// Config says what is rewritten.
type Config struct {
	Dir        string   // where the go command runs; "" is the current folder
	Env        []string // for the go command; nil is this process's
	Packages   []string // patterns as for go test; none is "."
	Instrument []string // patterns of import paths: dependencies that are rewritten too
	BuildFlags []string // those of go test that have a say in what is built: -race, -tags=x, -modfile=f
	Into       string   // an existing folder, the caller's, for all that is written

	// AsIs are packages to leave alone, by import path, with the reason: those that did not build when they
	// were rewritten.
	AsIs map[string]string

	// Go runs the go command and returns what it printed to standard output; and, where it failed, how and with
	// which words. An error says that it could not be started. Nil runs it as a process that nobody else knows of.
	Go func(ctx context.Context, args ...string) (out []byte, failure string, err error)
}

// Result is what Write has made.
type Result struct {
	Overlay  string            // the overlay file
	Tested   []gobuild.Package // the packages under test, by import path
	Packages []Package         // that were to be rewritten, by import path
	Tests    []Test            // of the packages under test, in the order of packages, files and lines
	Files    map[string]string // of each rewritten file: where it is on disk, by the path that its sites have
	Unused   []string          // patterns of Config.Instrument that match no package of the build
}

// Package is one that was to be rewritten.
type Package struct {
	Path string
	AsIs []AsIs // what of it runs as it is
}

// AsIs is a function that runs as it is, and so does not give its turn back, or a whole package.
type AsIs struct {
	File   string // path of the function's file; "" is all of the package
	Line   int    // of the function, in that file
	Reason string
}

// Test is a test function.
type Test struct {
	Package string // import path
	Name    string
	File    string // absolute
	Line    int
}

// Write rewrites the packages.
//
// An error is a [*ListError], or that of a go command that cannot be started, of a user's overlay that cannot be
// read, or of a file that cannot be written. Packages with which the go command or the compiler finds fault run as they are:
// `go test` finds it too, and says it better.
func Write(ctx context.Context, c Config) (*Result, error) {
	l, err := load(ctx, c)
	if err != nil {
		return nil, err
	}
	return l.write()
}
