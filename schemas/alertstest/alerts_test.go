// Package alertstest tries the alerts of schemas/alerts.yaml with Prometheus' own engine. It is a module of its own, since that engine brings
// a hundred others which Earshot does not need.
package alertstest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"go.yaml.in/yaml/v4"
)

// ruleFile is what Prometheus' rule files may hold, as far as it matters here.
type ruleFile struct {
	Groups []struct {
		Rules []struct{ Alert, Expr, For string }
	}
}

// Every alert fires when it is to, and only then, by Prometheus' own engine.
func TestAlertsFire(t *testing.T) {
	text, err := os.ReadFile("../alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rules ruleFile
	if err := yaml.Load(text, &rules); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, g := range rules.Groups {
		for _, rule := range g.Rules {
			c, ok := alertCases[rule.Alert]
			if !ok {
				t.Errorf("there is no case for %s", rule.Alert)
				continue
			}
			tried++
			var lasts model.Duration
			if rule.For != "" {
				if lasts, err = model.ParseDuration(rule.For); err != nil {
					t.Fatal(err)
				}
			}
			for name, shown := range map[string][][]string{"fires": c.fires, "is silent": c.silent} {
				for i, series := range shown {
					t.Run(fmt.Sprintf("%s %s %d", rule.Alert, name, i), func(t *testing.T) {
						if got, want := fires(t, series, rule.Expr, time.Duration(lasts)), name == "fires"; got != want {
							t.Errorf("it fires: %v, expected %v, by\n%s\nof\n%s", got, want, rule.Expr, strings.Join(series, "\n"))
						}
					})
				}
			}
		}
	}
	if tried != len(alertCases) {
		t.Errorf("%d alerts of %d for which there is a case", tried, len(alertCases))
	}
}

// scraped is how often Prometheus looks, and how often it evaluates rules.
const scraped = 15 * time.Second

// fires says whether an alert fires that has to be there for so long, while the processes show that.
func fires(t *testing.T, series []string, expr string, lasts time.Duration) bool {
	t.Helper()
	storage := promqltest.LoadedStorage(t, "load 15s\n  "+strings.Join(series, "\n  "))
	defer storage.Close()
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, Parser: parser.NewParser(parser.Options{})})
	defer engine.Close()
	steps := 40 // where nothing is shown
	for _, s := range series {
		steps = max(steps, length(t, s))
	}
	query, err := engine.NewRangeQuery(t.Context(), storage, nil, expr, time.Unix(0, 0), time.Unix(0, 0).Add(time.Duration(steps-1)*scraped), scraped)
	if err != nil {
		t.Fatal(err)
	}
	defer query.Close()
	result, err := query.Exec(t.Context()).Matrix()
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range result {
		began, last := int64(0), int64(-1)
		for _, p := range of.Floats {
			if last < 0 || p.T-last > scraped.Milliseconds() {
				began = p.T // it was not there the time before
			}
			if last = p.T; time.Duration(p.T-began)*time.Millisecond >= lasts {
				return true
			}
		}
	}
	return false
}

// length is how many values a series has, as promqltest writes them.
func length(t *testing.T, series string) (n int) {
	t.Helper()
	fields := strings.Fields(series[strings.LastIndex(series, "} ")+1:])
	if !strings.Contains(series, "} ") {
		fields = fields[1:]
	}
	for _, f := range fields {
		n++
		if _, times, ok := strings.Cut(f, "x"); ok {
			var more int
			if _, err := fmt.Sscan(times, &more); err != nil {
				t.Fatalf("%s: %v", series, err)
			}
			n += more
		}
	}
	return n
}
