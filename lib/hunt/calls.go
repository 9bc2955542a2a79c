package hunt

// F0 to F3 call a function that returns nothing, R0 to R3 one that returns a result, P0 to P3 one that returns
// two; the digit is the number of parameters. The function, say the method value mu.Lock, comes first and the
// arguments come in a call of their own: so they are evaluated in the order in which they were, and are assigned
// to the parameters just as before. Do is the call, and may be deferred. Bind is for a function that is not
// called here but stored.

// F0 calls a function with no parameter and no result.
func F0(site string, f func()) callF0 { return callF0{site, f} }

type callF0 struct {
	site string
	f    func()
}

func (k callF0) Bind() func() { return k.Do }

func (k callF0) Do() {
	th := point(k.site)
	if th == nil {
		k.f()
		return
	}
	defer th.after()
	k.f()
}

// F1 calls a function with one parameter and no result.
func F1[A any](site string, f func(A)) callF1[A] { return callF1[A]{site, f} }

type callF1[A any] struct {
	site string
	f    func(A)
}

func (k callF1[A]) Bind() func(A) { return k.Do }

func (k callF1[A]) Do(a A) {
	th := point(k.site)
	if th == nil {
		k.f(a)
		return
	}
	defer th.after()
	k.f(a)
}

// F2 calls a function with two parameters and no result.
func F2[A, B any](site string, f func(A, B)) callF2[A, B] { return callF2[A, B]{site, f} }

type callF2[A, B any] struct {
	site string
	f    func(A, B)
}

func (k callF2[A, B]) Bind() func(A, B) { return k.Do }

func (k callF2[A, B]) Do(a A, b B) {
	th := point(k.site)
	if th == nil {
		k.f(a, b)
		return
	}
	defer th.after()
	k.f(a, b)
}

// F3 calls a function with three parameters and no result.
func F3[A, B, C any](site string, f func(A, B, C)) callF3[A, B, C] { return callF3[A, B, C]{site, f} }

type callF3[A, B, C any] struct {
	site string
	f    func(A, B, C)
}

func (k callF3[A, B, C]) Bind() func(A, B, C) { return k.Do }

func (k callF3[A, B, C]) Do(a A, b B, c C) {
	th := point(k.site)
	if th == nil {
		k.f(a, b, c)
		return
	}
	defer th.after()
	k.f(a, b, c)
}

// R0 calls a function with no parameter and one result.
func R0[X any](site string, f func() X) callR0[X] { return callR0[X]{site, f} }

type callR0[X any] struct {
	site string
	f    func() X
}

func (k callR0[X]) Bind() func() X { return k.Do }

func (k callR0[X]) Do() X {
	th := point(k.site)
	if th == nil {
		return k.f()
	}
	defer th.after()
	return k.f()
}

// R1 calls a function with one parameter and one result.
func R1[A, X any](site string, f func(A) X) callR1[A, X] { return callR1[A, X]{site, f} }

type callR1[A, X any] struct {
	site string
	f    func(A) X
}

func (k callR1[A, X]) Bind() func(A) X { return k.Do }

func (k callR1[A, X]) Do(a A) X {
	th := point(k.site)
	if th == nil {
		return k.f(a)
	}
	defer th.after()
	return k.f(a)
}

// R2 calls a function with two parameters and one result.
func R2[A, B, X any](site string, f func(A, B) X) callR2[A, B, X] { return callR2[A, B, X]{site, f} }

type callR2[A, B, X any] struct {
	site string
	f    func(A, B) X
}

func (k callR2[A, B, X]) Bind() func(A, B) X { return k.Do }

func (k callR2[A, B, X]) Do(a A, b B) X {
	th := point(k.site)
	if th == nil {
		return k.f(a, b)
	}
	defer th.after()
	return k.f(a, b)
}

// R3 calls a function with three parameters and one result.
func R3[A, B, C, X any](site string, f func(A, B, C) X) callR3[A, B, C, X] {
	return callR3[A, B, C, X]{site, f}
}

type callR3[A, B, C, X any] struct {
	site string
	f    func(A, B, C) X
}

func (k callR3[A, B, C, X]) Bind() func(A, B, C) X { return k.Do }

func (k callR3[A, B, C, X]) Do(a A, b B, c C) X {
	th := point(k.site)
	if th == nil {
		return k.f(a, b, c)
	}
	defer th.after()
	return k.f(a, b, c)
}

// P0 calls a function with no parameter and two results.
func P0[X, Y any](site string, f func() (X, Y)) callP0[X, Y] { return callP0[X, Y]{site, f} }

type callP0[X, Y any] struct {
	site string
	f    func() (X, Y)
}

func (k callP0[X, Y]) Bind() func() (X, Y) { return k.Do }

func (k callP0[X, Y]) Do() (X, Y) {
	th := point(k.site)
	if th == nil {
		return k.f()
	}
	defer th.after()
	return k.f()
}

// P1 calls a function with one parameter and two results.
func P1[A, X, Y any](site string, f func(A) (X, Y)) callP1[A, X, Y] { return callP1[A, X, Y]{site, f} }

type callP1[A, X, Y any] struct {
	site string
	f    func(A) (X, Y)
}

func (k callP1[A, X, Y]) Bind() func(A) (X, Y) { return k.Do }

func (k callP1[A, X, Y]) Do(a A) (X, Y) {
	th := point(k.site)
	if th == nil {
		return k.f(a)
	}
	defer th.after()
	return k.f(a)
}

// P2 calls a function with two parameters and two results.
func P2[A, B, X, Y any](site string, f func(A, B) (X, Y)) callP2[A, B, X, Y] {
	return callP2[A, B, X, Y]{site, f}
}

type callP2[A, B, X, Y any] struct {
	site string
	f    func(A, B) (X, Y)
}

func (k callP2[A, B, X, Y]) Bind() func(A, B) (X, Y) { return k.Do }

func (k callP2[A, B, X, Y]) Do(a A, b B) (X, Y) {
	th := point(k.site)
	if th == nil {
		return k.f(a, b)
	}
	defer th.after()
	return k.f(a, b)
}

// P3 calls a function with three parameters and two results.
func P3[A, B, C, X, Y any](site string, f func(A, B, C) (X, Y)) callP3[A, B, C, X, Y] {
	return callP3[A, B, C, X, Y]{site, f}
}

type callP3[A, B, C, X, Y any] struct {
	site string
	f    func(A, B, C) (X, Y)
}

func (k callP3[A, B, C, X, Y]) Bind() func(A, B, C) (X, Y) { return k.Do }

func (k callP3[A, B, C, X, Y]) Do(a A, b B, c C) (X, Y) {
	th := point(k.site)
	if th == nil {
		return k.f(a, b, c)
	}
	defer th.after()
	return k.f(a, b, c)
}
