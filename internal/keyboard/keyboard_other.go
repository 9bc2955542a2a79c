//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly && !windows

package keyboard

import "errors"

func singleKeys(int) error { return errors.ErrUnsupported }

func inForeground(int) bool { return false }

func onContinue(func()) {}

type reader struct{}

func newReader(chan<- byte) (*reader, error) { return nil, errors.ErrUnsupported }

func (*reader) stop() {}
