package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWithheld checks what is told of a package whose ordinary tests are another shard's.
func TestWithheld(t *testing.T) {
	for _, test := range []struct {
		name, in, want string
	}{
		{
			"ordinary tests are dropped",
			"start -\nrun TestA\nout TestA hello\nrun TestA/sub\npass TestA/sub\nskip TestA\npass -",
			"start\nattr\npass",
		},
		{
			"an orchestrated one is told from its beginning",
			"start -\nrun TestA\nout TestA hello\nplan TestA\nout TestA more\npass TestA\nscenario TestA\ndone TestA\npass -",
			"start\nattr\nrun TestA\noutput TestA hello\nattr TestA\noutput TestA more\nrun TestA/0,1,0,1\npass TestA/0,1,0,1\npass TestA\npass",
		},
		{
			"with what it is a subtest of, but not with the others in that",
			`start -
			run TestA
			run TestA/plain
			pass TestA/plain
			run TestA/b
			plan TestA/b
			run TestA/late
			pass TestA/late
			pass TestA/b
			pass TestA
			done TestA/b
			pass -`,
			"start\nattr\nrun TestA\nrun TestA/b\nattr TestA/b\npass TestA/b\npass TestA\npass",
		},
		{
			"what failed is told, and where it is",
			"start -\nrun TestA\nrun TestA/good\npass TestA/good\nrun TestA/bad\nout TestA/bad why\nfail TestA/bad\nfail TestA\nfail -",
			"start\nattr\nrun TestA\nrun TestA/bad\noutput TestA/bad why\nfail TestA/bad\nfail TestA\nfail",
		},
		{
			"what did not come to its end is told, if the package failed",
			"start -\nrun TestA\nout TestA panic\nrun BenchmarkB\nfail -",
			"start\nattr\nrun TestA\noutput TestA panic\nfail",
		},
		{
			"of a benchmark that passes there is no end",
			"start -\nrun BenchmarkB\nout BenchmarkB fast\npass -",
			"start\nattr\npass",
		},
		{
			"the package is told of in any case", "start -\nout - PASS\npass -", "start\nattr\noutput PASS\npass",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := newKeeperTest()
			k.keeper.left = func(string) bool { return true }
			k.keeper.record = func(bool) string { return "record" }
			k.feed(t, test.in)
			if diff := cmp.Diff(test.want, strings.Join(k.out.lines, "\n")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
