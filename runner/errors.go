package runner

import (
	"errors"
	"fmt"
)

// ErrFailed says that a test, a scenario or a build failed. What failed has been shown.
var ErrFailed = errors.New("tests failed")

// ErrSaid says that go test could not run, and has said why itself.
var ErrSaid = errors.New("go test could not run")

// A UsageError says that the command line, a pragma or the configuration is wrong, in words for the
// user.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

func usagef(format string, args ...any) error {
	return &UsageError{fmt.Errorf(format, args...)}
}
