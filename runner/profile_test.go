package runner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func readProfile(t testing.TB, texts ...string) *profile {
	t.Helper()
	p := &profile{}
	for _, text := range texts {
		if err := p.add([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestProfileAdd(t *testing.T) {
	const one, two, three = "m/a.go:1.2,3.4 2 ", "m/a.go:5.6,7.8 1 ", "C:\\m\\a b.go:1.2,3.4 1 "
	for _, test := range []struct{ name, first, second, want string }{
		{"set", "mode: set\n" + one + "1\n" + two + "0\n", "mode: set\n" + one + "1\n" + two + "0\n",
			"mode: set\n" + one + "1\n" + two + "0\n"},
		{"count", "mode: count\n" + one + "3\n" + two + "0\n", "mode: count\n" + one + "4\n" + two + "1\n",
			"mode: count\n" + one + "7\n" + two + "1\n"},
		{"another order", "mode: atomic\n" + one + "3\n" + two + "1\n", "mode: atomic\n" + two + "5\n" + one + "1\n",
			"mode: atomic\n" + one + "4\n" + two + "6\n"},
		{"further blocks", "mode: count\n" + one + "1\n", "mode: count\n" + three + "5\n" + one + "1\n",
			"mode: count\n" + one + "2\n" + three + "5\n"},
		{"a block twice in a profile", "mode: count\n" + one + "1\n" + two + "1\n" + one + "1\n", "mode: count\n",
			"mode: count\n" + one + "2\n" + two + "1\n"},
		{"more than can be counted", "mode: count\n" + one + "18446744073709551615\n", "mode: count\n" + one + "1\n",
			"mode: count\n" + one + "18446744073709551615\n"},
		{"not as 0 or 1", "mode: set\n" + one + "7\n", "mode: set\n" + one + "18446744073709551615\n",
			"mode: set\n" + one + "1\n"},
		{"no blocks", "mode: set\n", "mode: set\n", "mode: set\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(readProfile(t, test.first, test.second).text()); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

// What cannot be read adds nothing.
func TestProfileAddRefuses(t *testing.T) {
	const good = "mode: count\nm/a.go:1.2,3.4 2 5\n"
	for _, text := range []string{
		"", "mode: count", "mode: other\n", "m/a.go:1.2,3.4 2 1\n", "mode: set\n", good + "m/a.go:1.2,3.4 2 5",
		good + "m/a.go:1.2,3.4 2\n", good + "m/a.go:1.2,3.4 2 -5\n", good + "m/a.go 2 5\n", good + "\n",
		good + "m/a.go:1.2,3.4 x 5\n", good + "m/a.go:1.2,3.4 2 18446744073709551616\n",
	} {
		p := readProfile(t, good)
		if err := p.add([]byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
		if got := string(p.text()); got != good {
			t.Errorf("%q: it has become %q", text, got)
		}
	}
}

// drawProfile draws a profile of blocks that others have too.
func drawProfile(t *rapid.T, mode, label string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mode: %s\n", mode)
	for range rapid.IntRange(0, 6).Draw(t, label) {
		n := rapid.IntRange(0, 5).Draw(t, "block")
		fmt.Fprintf(&b, "m/%c.go:%d.1,%d.9 %d %d\n", 'a'+rune(n%2), n, n+1, n, rapid.SampledFrom([]uint64{0, 1, 2, 1 << 63}).Draw(t, "count"))
	}
	return b.String()
}

// sorted are the lines of a profile whatever their order.
func sorted(p *profile) string {
	lines := strings.SplitAfter(string(p.text()), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// In which order the scenarios end must not matter, nor by whom their profiles are added first.
func TestProfileMerge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		mode := rapid.SampledFrom([]string{"set", "count", "atomic"}).Draw(rt, "mode")
		x, y, z := drawProfile(rt, mode, "x"), drawProfile(rt, mode, "y"), drawProfile(rt, mode, "z")
		xy, yx := readProfile(t, x, y), readProfile(t, y, x)
		if sorted(xy) != sorted(yx) {
			rt.Errorf("not commutative:\n%s\n%s", sorted(xy), sorted(yx))
		}
		yz := readProfile(t, y, z)
		right := readProfile(t, x)
		if err := right.merge(yz); err != nil {
			rt.Fatal(err)
		}
		if err := xy.merge(readProfile(t, z)); err != nil {
			rt.Fatal(err)
		}
		if sorted(xy) != sorted(right) {
			rt.Errorf("not associative:\n%s\n%s", sorted(xy), sorted(right))
		}
		if before := sorted(xy); xy.merge(&profile{}) != nil || sorted(xy) != before {
			rt.Errorf("the empty profile changes something")
		}
	})
}

func TestProfilePercent(t *testing.T) {
	for text, want := range map[string]string{
		"mode: set\n":                     "",
		"mode: set\nm/a.go:1.1,2.2 0 1\n": "",
		"mode: set\nm/a.go:1.1,2.2 2 1\nm/a.go:3.1,4.2 1 0\n":   "66.7%",
		"mode: count\nm/a.go:1.1,2.2 4 9\nm/a.go:3.1,4.2 3 0\n": "57.1%",
	} {
		if got := readProfile(t, text).percent(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func FuzzProfile(f *testing.F) {
	f.Add([]byte("mode: set\nexample.com/m/a.go:3.19,4.11 1 1\nexample.com/m/a.go:4.11,6.3 1 0\n"))
	f.Add([]byte("mode: atomic\n/a b/a.go:3.19,4.11 0 18446744073709551615\n"))
	f.Add([]byte("mode: count\nC:\\a.go:3.19,4.11 1 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		originals(text)
		segments(text)
		p := &profile{}
		if p.add(text) != nil {
			return
		}
		again := readProfile(t, string(p.text()))
		if got, want := string(again.text()), string(p.text()); got != want {
			t.Errorf("written and read it is\n%swas\n%s", got, want)
		}
	})
}
