package hunt

import "github.com/orchtest/orchtest/lib/internal/decide"

func (s *schedule) clockIsDue() bool              { return false }
func (s *schedule) offerTimer(d *decide.Decision) {}
func (s *schedule) tick()                         {}
func (s *schedule) fire() bool                    { return false }
