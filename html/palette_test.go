package html

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pairs are the colours of text and what it stands on.
var pairs = []struct{ text, on string }{
	{"text", "bg"}, {"text", "card"}, {"text", "code"}, {"text", "soft"}, {"text", "chosen"}, {"text", "preemptsoft"},
	{"muted", "bg"}, {"muted", "card"}, {"muted", "code"}, {"muted", "soft"}, {"muted", "chosen"}, {"muted", "preemptsoft"},
	{"link", "bg"}, {"link", "card"},
	{"good", "card"}, {"bad", "card"}, {"errored", "card"}, {"skipped", "card"},
	{"good", "soft"}, {"bad", "soft"}, {"errored", "soft"}, {"skipped", "soft"},
	{"good", "chosen"}, {"bad", "chosen"}, {"errored", "chosen"}, {"skipped", "chosen"},
	{"bad", "badsoft"}, {"preempt", "preemptsoft"}, {"preempt", "card"},
	{"onbadge", "good"}, {"onbadge", "bad"},
	{"t0text", "t0"}, {"t1text", "t1"}, {"t2text", "t2"}, {"t3text", "t3"}, {"t4text", "t4"}, {"t5text", "t5"},
}

// shapes are the colours of what is no text, and what it stands on.
var shapes = []struct{ shape, on string }{
	{"good", "card"}, {"bad", "card"}, {"errored", "card"}, {"skipped", "card"}, {"infeasible", "card"}, {"others", "card"}, {"preempt", "card"},
	{"muted", "card"}, {"link", "bg"}, {"link", "card"},
}

// TestContrast: text is as readable, and shapes are as visible, as WCAG 2.2 AA asks for, in light and in dark.
func TestContrast(t *testing.T) {
	light, dark, ok := strings.Cut(pageStyle, "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark colours")
	}
	dark, _, _ = strings.Cut(dark, "\n}\n")
	themes := map[string]map[string]string{"light": colors(light), "dark": colors(dark)}
	for name := range themes["light"] {
		if themes["dark"][name] == "" {
			t.Errorf("--%s has no dark colour", name)
		}
	}
	for theme, palette := range themes {
		check := func(front, back string, least float64) {
			t.Run(fmt.Sprintf("%s/%s on %s", theme, front, back), func(t *testing.T) {
				if got := contrast(t, palette[front], palette[back]); got < least {
					t.Errorf("contrast %.2f, want %.1f or more", got, least)
				}
			})
		}
		for _, p := range pairs {
			check(p.text, p.on, 4.5)
		}
		for _, s := range shapes {
			check(s.shape, s.on, 3)
		}
	}
}

// colors returns the variables of a part of the style that are colours.
func colors(style string) map[string]string {
	all := map[string]string{}
	for _, found := range regexp.MustCompile(`--(\w+): #([0-9a-f]{6});`).FindAllStringSubmatch(style, -1) {
		all[found[1]] = found[2]
	}
	return all
}

// contrast is the ratio of WCAG 2.2.
func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, color string) float64 {
	n, err := strconv.ParseUint(color, 16, 24)
	if err != nil {
		t.Fatalf("%q is no colour", color)
	}
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
