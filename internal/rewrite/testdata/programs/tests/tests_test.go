package tests

import (
	. "testing"

	"example.com/programs/here"
)

type suite struct{ *T }

func TestNamed(t *T) { t.Parallel(); here.Line(t.Name()) }
func TestUnnamed(*T) { here.Line() }
func TestBlank(_ *T) { here.Line() }
func Testify(t *T)   { panic("not a test") }
func Test(t *T) {
	t.Run("sub", func(t *T) {
		here.Line(t.Name())
		t.Run(here.Of("sub"), func(t *T) { here.Line(t.Name()) })
	})
	s := suite{t}
	here.Line(s.Run("embedded", func(*T) {}))
	f := t.Run
	f("value", func(*T) {})
	run(func(name string, f func(*T)) bool { return t.Run(name, f) })
	t.Run(arguments())
}

func arguments() (string, func(*T)) { return "arguments", func(*T) { here.Line() } }

func run(f func(string, func(*T)) bool) { f("passed", func(*T) {}) }

func BenchmarkX(b *B) {}
