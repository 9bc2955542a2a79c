package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/orchtest/orchtest/lib/protocol"
	"pgregory.net/rapid"
)

// lineOf is what the testing package prints for an attribute.
func lineOf(test, key, part string) string {
	return "\x16=== ATTR  " + test + " " + key + " " + part + "\n"
}

const longestLine = 4096

// throughJSON returns what is left of a part once an event stream has carried it.
func throughJSON(t testing.TB, part string) string {
	t.Helper()
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	var back string
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// join adds the parts to a Joiner, and returns the value that they have been.
func join(t rapid.TB, parts []string) string {
	var j protocol.Joiner
	for i, part := range parts {
		whole, complete, err := j.Add(part)
		if err != nil {
			t.Fatalf("part %d of %d: %v", i+1, len(parts), err)
		}
		if complete != (i == len(parts)-1) {
			t.Fatalf("part %d of %d: complete: %v", i+1, len(parts), complete)
		}
		if complete {
			return whole
		}
	}
	return ""
}

func TestPartsFitAndGiveTheValueBack(t *testing.T) {
	characters := rapid.SampledFrom([]rune(`abc"{}/1 ÿ€𝄞` + "\u2028"))
	rapid.Check(t, func(r *rapid.T) {
		test := "Test" + rapid.StringOfN(characters, 0, 1500, 4000).Draw(r, "test")
		key := rapid.SampledFrom([]string{protocol.AttrPlan, protocol.AttrScenario}).Draw(r, "key")
		value := "{" + rapid.StringOfN(characters, 0, 200, -1).Draw(r, "value")
		value += strings.Repeat(value, rapid.SampledFrom([]int{0, 10, 100, 500}).Draw(r, "times"))

		parts := protocol.Split(test, key, value)
		for i, part := range parts {
			if n := len(lineOf(test, key, part)); n > longestLine {
				r.Fatalf("part %d of %d makes a line of %d bytes", i+1, len(parts), n)
			}
			parts[i] = throughJSON(t, part)
		}
		if got := join(r, parts); got != value {
			r.Fatalf("got %q, want %q", got, value)
		}
	})
}

func TestSplit(t *testing.T) {
	const test, key = "TestX", protocol.AttrPlan
	room := longestLine - len(lineOf(test, key, ""))
	for _, tt := range []struct {
		name, test, value string
		parts             int
	}{
		{"short", test, "{}", 1},
		{"just fits", test, "{" + strings.Repeat("x", room-1), 1},
		{"a byte too long", test, "{" + strings.Repeat("x", room), 2},
		{"no room beside the name", strings.Repeat("n", longestLine), "{€}", 3},
		{"characters of three bytes", test, "{" + strings.Repeat("€", longestLine), 4},
		{"moved by one", test, "{x" + strings.Repeat("€", longestLine), 4},
		{"moved by two", test, "{xx" + strings.Repeat("€", longestLine), 4},
		{"bytes that are no characters", test, "{" + strings.Repeat("\x80", 3*longestLine), 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts := protocol.Split(tt.test, key, tt.value)
			if len(parts) != tt.parts {
				t.Errorf("got %d parts, want %d", len(parts), tt.parts)
			}
			for i, part := range parts {
				if utf8.ValidString(tt.value) && !utf8.ValidString(part) {
					t.Errorf("part %d holds half a character", i+1)
				}
			}
			if got := join(t, parts); got != tt.value {
				t.Errorf("got %q back, want %q", got, tt.value)
			}
		})
	}
}

func TestJoinerRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		parts []string
		want  string
	}{
		{"text", []string{"text"}, `neither a JSON object nor a part of one: "text"`},
		{"nothing", []string{""}, `neither a JSON object nor a part of one: ""`},
		{"a part without a number", []string{"/2 x"}, "neither"},
		{"a number above the total", []string{"3/2 x"}, "neither"},
		{"a number below 1", []string{"0/2 x"}, "neither"},
		{"no piece", []string{"1/2"}, "neither"},
		{"a part that is not the first", []string{"2/3 x"}, "part 2 of 3 came where part 1 had to"},
		{"a part twice", []string{"1/3 x", "1/3 x"}, "part 1 of 3 came where part 2 had to"},
		{"a part left out", []string{"1/3 x", "3/3 x"}, "part 3 of 3 came where part 2 had to"},
		{"another total", []string{"1/3 x", "2/2 x"}, "part 2 of 2 came where part 2 had to"},
		{"a value between parts", []string{"1/3 x", "{}"}, "part 2 of 3 is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var j protocol.Joiner
			last := len(tt.parts) - 1
			for _, part := range tt.parts[:last] {
				if _, complete, err := j.Add(part); complete || err != nil {
					t.Fatalf("got complete %v and error %v", complete, err)
				}
			}
			_, complete, err := j.Add(tt.parts[last])
			if complete || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got complete %v and error %v, want %q", complete, err, tt.want)
			}
			if whole, complete, err := j.Add("{}"); whole != "{}" || !complete || err != nil {
				t.Errorf("after the error: got %q, %v, %v", whole, complete, err)
			}
		})
	}
}

func FuzzJoiner(f *testing.F) {
	f.Add(`{"version":1}`, "1/2 {", "2/2 }")
	f.Add("1/3 {", "2/3 x", "3/3 }")
	f.Add("99999/99999 x", "-1/2 ", "1/1 ")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var j protocol.Joiner
		for _, part := range []string{a, b, c} {
			whole, complete, err := j.Add(part)
			if complete && err != nil || !complete && whole != "" {
				t.Errorf("Add(%q) = %q, %v, %v", part, whole, complete, err)
			}
		}
	})
}
