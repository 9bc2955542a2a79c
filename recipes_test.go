package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestShardRecipes runs the shell lines of docs/shards.md, with the variables that the CI system sets and with
// an orchtest that writes down what it was asked for: all shards of four, each with a file of its own and the
// same seed, and then the merge of all files.
func TestShardRecipes(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the recipes are shell scripts: ", err)
	}
	blocks := recipes(t)
	for name, all := range blocks {
		for _, block := range all {
			if !strings.HasPrefix(block, "#!/bin/sh\n") {
				continue
			}
			if out, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", block).CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", name, err, out)
			}
		}
	}
	for _, recipe := range []struct {
		name   string
		shard  func(t *testing.T, i int) (script string, env []string) // i from 1
		report func(t *testing.T) (script string, env []string)
	}{
		{"GitHub Actions", func(t *testing.T, i int) (string, []string) {
			w := githubWorkflow(t, blocks["GitHub Actions"][0])
			if n := w.Jobs["shard"].Strategy.Matrix["shard"]; !slices.Equal(n, []int{1, 2, 3, 4}) || w.Jobs["shard"].Strategy.FailFast {
				t.Errorf("matrix: got %v", w.Jobs["shard"].Strategy)
			}
			return w.script(t, "shard", fmt.Sprint(i)), nil
		}, func(t *testing.T) (string, []string) {
			return githubWorkflow(t, blocks["GitHub Actions"][0]).script(t, "report", ""), nil
		}},
		{"GitLab", func(t *testing.T, i int) (string, []string) {
			job := gitlabJob(t, blocks["GitLab"][0], "test")
			return strings.Join(job.Script, "\n"), []string{
				fmt.Sprintf("CI_NODE_INDEX=%d", i), fmt.Sprintf("CI_NODE_TOTAL=%d", job.Parallel), "CI_PIPELINE_ID=77"}
		}, func(t *testing.T) (string, []string) {
			return strings.Join(gitlabJob(t, blocks["GitLab"][0], "report").Script, "\n"), nil
		}},
		{"Buildkite", func(t *testing.T, i int) (string, []string) {
			var pipeline struct {
				Steps []struct {
					Parallelism int
					Command     string
				}
			}
			decode(t, blocks["Buildkite"][0], &pipeline)
			if got := pipeline.Steps[0].Command; got != ".buildkite/shard.sh" {
				t.Errorf("the first step runs %s", got)
			}
			return blocks["Buildkite"][1], []string{
				fmt.Sprintf("BUILDKITE_PARALLEL_JOB=%d", i-1), fmt.Sprintf("BUILDKITE_PARALLEL_JOB_COUNT=%d", pipeline.Steps[0].Parallelism),
				"BUILDKITE_BUILD_NUMBER=77"}
		}, func(t *testing.T) (string, []string) {
			// The agent brings what the shards have uploaded.
			return strings.ReplaceAll(blocks["Buildkite"][2], "rm -f shard-*.json", ":"), nil
		}},
		{"Kubernetes", func(t *testing.T, i int) (string, []string) {
			job := kubernetesJob(t, blocks["Kubernetes"][0])
			c := job.Spec.Template.Spec.Containers[0]
			if n := fmt.Sprint(job.Spec.Completions); c.Env[0].Name != "SHARDS" || c.Env[0].Value != n || job.Spec.Parallelism < 1 {
				t.Errorf("%s completions, and %v", n, c.Env)
			}
			return c.Args[0], append(c.vars(), fmt.Sprintf("JOB_COMPLETION_INDEX=%d", i-1))
		}, func(t *testing.T) (string, []string) {
			c := kubernetesJob(t, blocks["Kubernetes"][1]).Spec.Template.Spec.Containers[0]
			return c.Args[0], c.vars()
		}},
		{"Slurm", func(t *testing.T, i int) (string, []string) {
			if !strings.Contains(blocks["Slurm"][0], "\n#SBATCH --array=1-4\n") {
				t.Error("it is no array of four from 1")
			}
			return blocks["Slurm"][0], []string{
				fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", i), "SLURM_ARRAY_TASK_COUNT=4", "SLURM_ARRAY_JOB_ID=77", "SLURM_CPUS_PER_TASK=8"}
		}, func(*testing.T) (string, []string) { return blocks["Slurm"][1], nil }},
	} {
		t.Run(recipe.name, func(t *testing.T) {
			dir := fakeTools(t)
			var want []string
			for i := 1; i <= 4; i++ {
				script, env := recipe.shard(t, i)
				sh(t, dir, script, env)
				want = append(want, fmt.Sprintf("shard %d/4 seed 77", i))
			}
			script, env := recipe.report(t)
			sh(t, dir, script, env)
			want = append(want, "merge shard-1.json shard-2.json shard-3.json shard-4.json junit.xml")
			log, err := os.ReadFile(filepath.Join(dir, "log"))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(string(log)); got != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}

// recipes are the blocks of code under each heading of docs/shards.md.
func recipes(t *testing.T) map[string][]string {
	text, err := os.ReadFile(filepath.Join("docs", "shards.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string][]string{}
	heading, inside := "", false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "```"):
			if inside = !inside; inside {
				blocks[heading] = append(blocks[heading], "")
			}
		case inside:
			blocks[heading][len(blocks[heading])-1] += line
		case strings.HasPrefix(line, "## "):
			heading = strings.TrimSpace(strings.TrimPrefix(line, "## "))
		}
	}
	return blocks
}

// fakeTools makes a folder with commands that only write down what they are asked for.
func fakeTools(t *testing.T) string {
	dir := t.TempDir()
	for name, script := range map[string]string{
		"orchtest": `
if [ "$1" = merge ]; then
	shift
	[ "$1" = --junitfile ] && junit=$2
	shift 2
	files=
	for f; do [ -e "$f" ] && files="$files $(basename "$f")"; done
	echo "merge$files $(basename "$junit")" >>"$TOOLS/log"
	exit
fi
while [ $# -gt 0 ]; do
	case $1 in
	--shard) shard=$2 && shift ;;
	--seed) seed=$2 && shift ;;
	--jsonfile) : >"$2" && shift ;;
	--parallel) shift ;;
	./...) all=yes ;;
	*) echo "what is $1" >>"$TOOLS/log" ;;
	esac
	shift
done
[ "$all" = yes ] && echo "shard $shard seed $seed" >>"$TOOLS/log"
`,
		"go":              `[ "$1" = env ] && echo "$TOOLS/gopath"; exit 0`,
		"buildkite-agent": `exit 0`,
		"sbatch":          `if [ "$1" = --parsable ]; then echo '77;cluster'; else while [ "$1" != --wrap ]; do shift; done; sh -euc "$2"; fi`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sh runs a script as a CI system does. What is an absolute path to it is in the folder.
func sh(t *testing.T, dir, script string, env []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", strings.ReplaceAll(script, "/reports/", "reports/"))
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"), "TOOLS=" + dir}, env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, script, out)
	}
}

func decode(t *testing.T, text string, value any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), value); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

type workflow struct {
	Jobs map[string]struct {
		Needs    string
		If       string
		Strategy struct {
			FailFast bool `yaml:"fail-fast"`
			Matrix   map[string][]int
		}
		Steps []struct {
			Run  string
			Uses string
			If   string
			With map[string]string
		}
	}
}

func githubWorkflow(t *testing.T, text string) workflow {
	var w workflow
	decode(t, text, &w)
	return w
}

// script returns what a job runs, and checks that its artifacts are those of the shard.
func (w workflow) script(t *testing.T, job, shard string) string {
	expand := strings.NewReplacer("${{ matrix.shard }}", shard,
		"${{ strategy.job-total }}", fmt.Sprint(len(w.Jobs["shard"].Strategy.Matrix["shard"])), "${{ github.run_id }}", "77").Replace
	script := ""
	for _, step := range w.Jobs[job].Steps {
		run := expand(step.Run)
		if strings.Contains(run, "${{") {
			t.Errorf("nobody expands %s", run)
		}
		script += run + "\n"
		if strings.HasPrefix(step.Uses, "actions/upload-artifact@") && job == "shard" {
			if step.If != "always()" || expand(step.With["path"]) != "shard-"+shard+".json" || expand(step.With["name"]) != "shard-"+shard {
				t.Errorf("upload: got %v, if %s", step.With, step.If)
			}
		}
		if strings.HasPrefix(step.Uses, "actions/download-artifact@") && (step.With["pattern"] != "shard-*" || step.With["merge-multiple"] != "true") {
			t.Errorf("download: got %v", step.With)
		}
	}
	if job == "report" && (w.Jobs[job].Needs != "shard" || w.Jobs[job].If != "${{ !cancelled() }}") {
		t.Errorf("the report needs %q, if %q", w.Jobs[job].Needs, w.Jobs[job].If)
	}
	return script
}

type gitlab struct {
	Stage     string
	Parallel  int
	When      string
	Script    []string
	Artifacts struct {
		When    string
		Paths   []string
		Reports map[string]string
	}
}

func gitlabJob(t *testing.T, text, name string) gitlab {
	jobs := map[string]yaml.Node{}
	decode(t, text, &jobs)
	var job gitlab
	node := jobs[name]
	if err := node.Decode(&job); err != nil {
		t.Fatal(err)
	}
	if job.Artifacts.When != "always" || name == "test" && !slices.Equal(job.Artifacts.Paths, []string{"shard-$CI_NODE_INDEX.json"}) ||
		name == "report" && (job.When != "always" || job.Artifacts.Reports["junit"] != "junit.xml") {
		t.Errorf("%s: got %+v", name, job)
	}
	return job
}

type kubernetes struct {
	Kind string
	Spec struct {
		CompletionMode           string `yaml:"completionMode"`
		Completions, Parallelism int
		Template                 struct {
			Spec struct{ Containers []container }
		}
	}
}

type container struct {
	Env     []struct{ Name, Value string }
	Command []string
	Args    []string
}

func (c container) vars() (env []string) {
	for _, each := range c.Env {
		env = append(env, each.Name+"="+each.Value)
	}
	return env
}

func kubernetesJob(t *testing.T, text string) kubernetes {
	var job kubernetes
	decode(t, strings.ReplaceAll(text, "@RUN@", "77"), &job)
	if c := job.Spec.Template.Spec.Containers[0]; job.Kind != "Job" || !slices.Equal(c.Command, []string{"sh", "-euc"}) || len(c.Args) != 1 {
		t.Errorf("got %+v", job)
	}
	if job.Spec.Completions > 0 && job.Spec.CompletionMode != "Indexed" {
		t.Errorf("completion mode %s", job.Spec.CompletionMode)
	}
	return job
}
