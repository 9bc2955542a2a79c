package junit

// A slab makes values that are kept, many at a time once there are many.
type slab[T any] struct {
	free []T
	made int
}

func (s *slab[T]) new() *T {
	if len(s.free) == 0 {
		s.free = make([]T, min(max(s.made, 1), 64))
		s.made += len(s.free)
	}
	next := &s.free[0]
	s.free = s.free[1:]
	return next
}
