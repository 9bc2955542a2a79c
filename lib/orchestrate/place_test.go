package orchestrate

import "testing"

func TestPackageOf(t *testing.T) {
	for function, want := range map[string]string{
		"example.com/shop/bank.TestA":             "example.com/shop/bank",
		"example.com/shop/bank_test.TestA.func1":  "example.com/shop/bank",
		"example.com/shop/bank.(*suite).TestA":    "example.com/shop/bank",
		"gopkg.in/yaml%2ev3.TestA":                "gopkg.in/yaml.v3",
		"bank.TestA":                              "bank",
		"command-line-arguments.TestA":            ".",
		"command-line-arguments_test.TestA.func1": ".",
	} {
		if got := packageOf(function); got != want {
			t.Errorf("%s: got %s, want %s", function, got, want)
		}
	}
}
