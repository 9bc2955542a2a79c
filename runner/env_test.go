package runner

import (
	"slices"
	"testing"
)

func TestScenarioEnv(t *testing.T) {
	for _, test := range []struct {
		name string
		env  []string
		want []string
	}{
		{"nothing set", nil, []string{"GOMAXPROCS=1", "GORACE=atexit_sleep_ms=0", "ORCHTEST_MODE=scenario"}},
		{"the user's own", []string{"GOMAXPROCS=4", "GORACE=halt_on_error=1"},
			[]string{"GOMAXPROCS=4", "GORACE=halt_on_error=1 atexit_sleep_ms=0"}},
		{"the user's own sleep", []string{"GORACE=atexit_sleep_ms=7"}, []string{"GORACE=atexit_sleep_ms=7"}},
		{"of an orchtest around this one", userEnv([]string{"ORCHTEST_MODE=plan", "ORCHTEST_TEST=TestX"}),
			[]string{"ORCHTEST_MODE=scenario"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := scenarioEnv(test.env, "")
			for _, want := range test.want {
				if !slices.Contains(got, want) {
					t.Errorf("got %q, want %s among it", got, want)
				}
			}
			if _, set := lookup(got, "ORCHTEST_TEST"); set {
				t.Errorf("got %q, want no ORCHTEST_TEST", got)
			}
		})
	}
}

func TestLookupTakesTheLast(t *testing.T) {
	if got, _ := lookup([]string{"A=1", "AB=2", "A=3"}, "A"); got != "3" {
		t.Errorf("got %s, want 3", got)
	}
}
