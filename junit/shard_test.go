package junit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
)

// TestShard checks that what a shard leaves to others has no case, unless it failed.
func TestShard(t *testing.T) {
	t.Parallel()
	shard := protocol.Shard{Index: 2, Of: 3}
	explored := func(test string) any {
		return reported(t, test, protocol.AttrExploration, protocol.Exploration{Version: 1, Sequences: "6", Shard: &shard, Part: "0"})
	}
	for _, test := range []struct {
		name string
		left bool
		want []string
	}{
		{"with the ordinary tests", false, []string{"TestFailed failure: Failed", "TestPlain passed", "TestX/0,1,0,1 passed"}},
		{"without the ordinary tests", true, []string{"TestFailed failure: Failed", "TestX/0,1,0,1 passed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := written(t, Config{}, stream(
				reported(t, "", protocol.AttrShard, protocol.ShardRecord{Version: 1, Shard: shard, Left: test.left}),
				begin("TestPlain"), ended("pass", "TestPlain"),
				begin("TestFailed"), ended("fail", "TestFailed"),
				planned(t, "TestNone"), explored("TestNone"), ended("pass", "TestNone"),
				planned(t, "TestX"), ranScenario(t, "TestX", second, 0, "pass", ""), explored("TestX"), ended("pass", "TestX"),
				ended("fail", ""),
			)...).suite(t)
			if diff := cmp.Diff(test.want, s.verdicts()); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
			if want := (documentProperty{"orchtest.shard", "2/3"}); s.Properties[0] != want {
				t.Errorf("properties: got %v, want %v among them", s.Properties, want)
			}
		})
	}
}
