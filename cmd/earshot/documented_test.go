package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/earshot/earshot/pipeline"
	"github.com/earshot/earshot/pipeline/archive"
)

var update = flag.Bool("update", false, "write the tables of docs/operations.md anew")

const operations = "../../docs/operations.md"

// docs/operations.md has the metrics and the settings that there are, no others, and says of each what it says itself.
func TestOperationsAreDocumented(t *testing.T) {
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	want := string(page)
	for section, table := range map[string]string{"metrics": metricsTable(t), "settings": settingsTable(t)} {
		begin, end := "<!-- "+section+" -->\n", "<!-- /"+section+" -->"
		before, rest, found := strings.Cut(want, begin)
		_, after, ended := strings.Cut(rest, end)
		if !found || !ended {
			t.Fatalf("%s has no section between %q and %q", operations, begin, end)
		}
		want = before + begin + table + end + after
	}
	if *update {
		if err := os.WriteFile(operations, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(page) {
		t.Errorf("%s has not the metrics and settings that there are; run go test ./cmd/earshot -run Documented -update", operations)
	}
}

// registered gathers what is registered, whether or not it has a value yet.
type registered struct{ descs []string }

func (r *registered) Register(c prometheus.Collector) error {
	descs := make(chan *prometheus.Desc)
	go func() { c.Describe(descs); close(descs) }()
	for d := range descs {
		r.descs = append(r.descs, d.String())
	}
	return nil
}

func (r *registered) MustRegister(all ...prometheus.Collector) {
	for _, c := range all {
		_ = r.Register(c) // cannot fail
	}
}

func (r *registered) Unregister(prometheus.Collector) bool { return false }

// metric is one of those that worker and archiver have.
type metric struct{ name, labels, help string }

var description = regexp.MustCompile(`^Desc\{fqName: "(.*?)", help: "(.*?)", (?:unit: "[^"]*", )?constLabels: \{(.*?)\}, variableLabels: \{(.*?)\}\}$`)

func metrics(t *testing.T) []metric {
	t.Helper()
	r := &registered{}
	pipeline.NewMetrics(r)
	archive.NewMetrics(r)
	newMonitor().about(r)
	health := pipeline.NewHealth(pipeline.HealthGroup)
	health.Register(r, "earshot_")
	health.Register(r, "earshot_archiver_")
	var all []metric
	for _, d := range r.descs {
		m := description.FindStringSubmatch(d)
		if m == nil {
			t.Fatalf("cannot read the metric %s", d)
		}
		var labels []string
		for l := range strings.SplitSeq(m[3]+","+m[4], ",") {
			if l, _, _ = strings.Cut(l, "="); l != "" {
				labels = append(labels, "`"+l+"`")
			}
		}
		all = append(all, metric{m[1], strings.Join(labels, ", "), m[2]})
	}
	slices.SortFunc(all, func(a, b metric) int { return cmp.Compare(a.name, b.name) })
	return all
}

func metricsTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| metric | labels | is |\n|---|---|---|\n")
	for _, m := range metrics(t) {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.name, m.labels, m.help)
	}
	return b.String()
}

func settingsTable(t *testing.T) string {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	type setting struct{ help, env, of string }
	settings := map[string]setting{}
	for _, command := range parser.Model.Children {
		if command.Name != "worker" && command.Name != "archiver" {
			continue
		}
		for _, f := range command.Flags {
			s := settings[f.Name]
			env := ""
			if len(f.Envs) > 0 {
				env = "`" + f.Envs[0] + "`"
			}
			of := strings.TrimPrefix(s.of+", "+command.Name, ", ")
			help := strings.ReplaceAll(f.Help, "|", "\\|")
			if s.help != "" && s.help != help { // the same flag with another default
				help = s.help + " " + command.Name + ": " + help
			}
			settings[f.Name] = setting{help, env, of}
		}
	}
	var b strings.Builder
	b.WriteString("| flag | environment | of | is |\n|---|---|---|---|\n")
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for n := range settings {
			if !yield(n) {
				return
			}
		}
	}) {
		s := settings[name]
		fmt.Fprintf(&b, "| `--%s` | %s | %s | %s |\n", name, s.env, s.of, s.help)
	}
	return b.String()
}
