// Package overlay turns the comments `// pragma: SYNCPOINT [name]` of a project into calls, for one
// run of the go command and without touching a file.
//
// [Build] reads the packages under test and those of their dependencies that are the project's own:
// in the main module, in a module of the workspace, or in one that is replaced by a local folder.
// It writes each file that has pragmas anew into a temporary folder, and a file for the go command's
// -overlay flag that puts them in place.
//
// What it guarantees:
//
//   - A line stays the line that it was: the inserted text holds no newline. The compiler, a stack
//     trace and a debugger name the user's own file, line and column, also for cgo files and for
//     code with //line directives.
//   - A stop is reported at the line of its comment, even where the call had to go elsewhere in a
//     statement of several lines.
//   - The same pragmas give the same text, wherever it is written: the results that `go test` has
//     cached stay usable.
//   - A pragma that stands where no stop can be is an [Error], and then nothing is written.
//
// Its limits: in a build with coverage the overlay needs the help of [Hollow] and [Fill]. It knows syntax, not types: a call
// of a function `panic` that is declared in another file of the package is taken for the builtin,
// behind which nothing can stop. In folders whose names begin with a dot, and in node_modules, it
// finds pragmas only if there are others elsewhere.
package overlay

import "context"

// Config says which packages are to have their syncpoints.
type Config struct {
	Dir        string   // where the go command runs; "" is the current folder
	Env        []string // for the go command; nil is this process's
	Packages   []string // patterns as for go test; none is "."
	BuildFlags []string // those of go test that have a say in what is built: -race, -tags=x, -modfile=f
	Base       string   // an overlay file of the user's own, to be included; "" is that of BuildFlags or GOFLAGS
	TempDir    string   // an existing folder, the caller's, for all that is written

	// Marked lets what is inserted stand between marks, so that Hollow can take it out again: for a build
	// with coverage.
	Marked bool

	// Go runs the go command and returns what it printed to standard output, also where it failed; an
	// error says that it could not be started. Nil runs it as a process that nobody else knows of.
	Go func(ctx context.Context, args ...string) ([]byte, error)
}

// Result is what Build has made.
type Result struct {
	File     string   // the overlay file; "" if there is none to make, and then Base is as good
	Pragmas  int      // that became calls
	Unused   []string // file:line of pragmas left alone, as no test imports the library
	Unparsed []string // files with a pragma and a syntax error, for the compiler to report
}

// Build makes the overlay. Without a pragma it does no more than read the project's Go files.
//
// An error is [ErrNoModule], an [ErrorList], that of a file that cannot be read or written, or that
// of a go command that cannot be started. A go command that finds fault with the packages is not an
// error: `go test` finds it too, and says it better.
func Build(ctx context.Context, c Config) (Result, error) {
	b, err := newBuilder(c)
	if err != nil {
		return Result{}, err
	}
	if b.env.Get("GO111MODULE") == "off" {
		return Result{}, nil // without modules, no code is the project's own
	}
	if likely, err := b.likely(ctx); err != nil || !likely {
		return Result{}, err
	}
	packages, err := list(ctx, b.config)
	if err != nil {
		return Result{}, err
	}
	if err := b.read(ctx, packages); err != nil {
		return Result{}, err
	}
	below := closure(packages, syncpointPath)
	if len(below) == 0 {
		// What stands where it cannot is wrong all the same.
		if _, err := b.rewrite(nil); err != nil {
			return Result{}, err
		}
		b.result.Pragmas = 0
		b.result.Unused = b.positions()
		return b.result, nil
	}
	return b.write(below)
}
