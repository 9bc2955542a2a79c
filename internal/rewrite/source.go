package rewrite

import (
	"path/filepath"
	"strings"

	"github.com/orchtest/orchtest/internal/gosource"
)

// source is one Go file.
type source struct {
	*gosource.File
	site string // what sites call it: the import path and the file's name
}

// isTest tells whether the file is one of tests.
func (s *source) isTest() bool { return strings.HasSuffix(filepath.Base(s.Path), "_test.go") }
