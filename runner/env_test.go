package runner

import (
	"slices"
	"testing"
	"time"
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

func TestLibraryEnv(t *testing.T) {
	yes, no := true, false
	for _, test := range []struct {
		name   string
		config Config
		want   []string
	}{
		{"nothing", Config{}, nil},
		{
			"the environment alone", Config{Env: []string{"ORCHTEST_TURN_TIMEOUT=3s", "ORCHTEST_FAIL_ON_LEAK=1"}},
			[]string{"ORCHTEST_TURN_TIMEOUT=3s", "ORCHTEST_FAIL_ON_LEAK=1"},
		},
		{
			"flags alone", Config{TurnTimeout: time.Minute, DeadlockWindow: time.Second / 2, FailOnLeak: &yes},
			[]string{"ORCHTEST_TURN_TIMEOUT=1m0s", "ORCHTEST_DEADLOCK_WINDOW=500ms", "ORCHTEST_FAIL_ON_LEAK=1"},
		},
		{
			"flags win", Config{TurnTimeout: time.Minute, FailOnLeak: &no, Env: []string{
				"ORCHTEST_TURN_TIMEOUT=3s", "ORCHTEST_DEADLOCK_WINDOW=2s", "ORCHTEST_FAIL_ON_LEAK=1",
			}},
			[]string{"ORCHTEST_DEADLOCK_WINDOW=2s", "ORCHTEST_TURN_TIMEOUT=1m0s"},
		},
		{"a flag wins over what is no time", Config{TurnTimeout: time.Minute, Env: []string{"ORCHTEST_TURN_TIMEOUT=soon"}}, []string{"ORCHTEST_TURN_TIMEOUT=1m0s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := userEnv(test.config.libraryEnv()); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
