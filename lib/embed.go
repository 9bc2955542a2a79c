// Package lib holds the text of the packages below it, for [the hunt] to build them into the binaries of tests
// whose module does not require orchtest.
//
// [the hunt]: https://pkg.go.dev/github.com/orchtest/orchtest/lib/hunt
package lib

import "embed"

// Sources are the Go files of the packages that lib/hunt may be built from, tests included.
//
//go:embed hunt/*.go protocol/*.go internal/*/*.go
var Sources embed.FS
