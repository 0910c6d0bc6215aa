package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v4"
)

// ruleFile is what Prometheus' rule files may hold, as far as it is used. Its own package for them brings half of Kubernetes.
type ruleFile struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr, For    string
			Labels, Annotations map[string]string
		}
	}
}

// Every alert is a rule that Prometheus takes, asks for metrics that there are, and has a section that says what to do.
func TestAlerts(t *testing.T) {
	const file = "../../schemas/alerts.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rules ruleFile
	if err := yaml.Load(text, &rules, yaml.WithKnownFields()); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	language := parser.NewParser(parser.Options{})
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{"process_start_time_seconds": true}
	for _, m := range metrics(t) {
		for _, suffix := range []string{"", "_bucket", "_count", "_sum"} {
			there[m.name+suffix] = true
		}
	}
	said := template.FuncMap{"humanize": fmt.Sprint, "humanizeDuration": fmt.Sprint} // those of Prometheus that are used
	var alerts []string
	for _, g := range rules.Groups {
		for _, rule := range g.Rules {
			alerts = append(alerts, rule.Alert)
			expr, err := language.ParseExpr(rule.Expr)
			if err != nil {
				t.Fatalf("%s: %v", rule.Alert, err)
			}
			if _, err := model.ParseDuration(cmp.Or(rule.For, "0s")); err != nil {
				t.Errorf("%s: for: %v", rule.Alert, err)
			}
			if _, err := template.New(rule.Alert).Funcs(said).Parse("{{$labels := .}}{{$value := 1.0}}" + rule.Annotations["summary"]); err != nil {
				t.Errorf("%s: summary: %v", rule.Alert, err)
			}
			parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
				if s, ok := n.(*parser.VectorSelector); ok && !there[s.Name] {
					t.Errorf("%s asks for %s, which there is not", rule.Alert, s.Name)
				}
				return nil
			})
			if rule.Annotations["summary"] == "" || !slices.Contains([]string{"page", "ticket"}, rule.Labels["severity"]) {
				t.Errorf("%s has summary %q and severity %q; expected words, and page or ticket", rule.Alert, rule.Annotations["summary"], rule.Labels["severity"])
			}
		}
	}
	var sections []string
	for line := range strings.Lines(string(page)) {
		if name, ok := strings.CutPrefix(line, "### Earshot"); ok {
			sections = append(sections, "Earshot"+strings.TrimSpace(name))
		}
	}
	slices.Sort(alerts)
	slices.Sort(sections)
	if !slices.Equal(alerts, sections) {
		t.Errorf("the alerts are\n%v\nand what to do is said of\n%v", alerts, sections)
	}
}
