package main

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArrange(t *testing.T) {
	app := newApp(io.Discard, io.Discard)
	for _, test := range []struct {
		name, args            string
		own, packages, goArgs string
		wrong                 string
	}{
		{name: "nothing"},
		{name: "packages", args: "./a ./b", packages: "./a ./b"},
		{name: "flags before", args: "-f dots --keep-going ./a", own: "-f dots --keep-going", packages: "./a"},
		{name: "flags after and between", args: "./a --run X ./b --keep-going", own: "--run X --keep-going", packages: "./a ./b"},
		{name: "a value with =", args: "--run=X ./a", own: "--run=X", packages: "./a"},
		{name: "a value that looks like a flag", args: "--run -x ./a", own: "--run -x", packages: "./a"},
		{name: "go test flags", args: "./a -- -race -run X", packages: "./a", goArgs: "-race -run X"},
		{name: "a second --", args: "-- -args -- x", goArgs: "-args -- x"},
		{name: "help", args: "-h", own: "-h"},
		{name: "no such flag", args: "--bogus", wrong: "there is no such flag: see orchtest --help"},
		{name: "a flag of go test", args: "./a -race", wrong: "orchtest ./... -- -race"},
		{name: "no value", args: "./a --run", wrong: "the flag needs a value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			own, packages, goArgs, err := arrange(strings.Fields(test.args), app)
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Fatalf("got error %v, want %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := []string{strings.Join(own, " "), strings.Join(packages, " "), strings.Join(goArgs, " ")}
			if diff := cmp.Diff([]string{test.own, test.packages, test.goArgs}, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
