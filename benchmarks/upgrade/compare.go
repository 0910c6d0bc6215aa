package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/earshot/earshot/internal/processes"
)

// tables is what a database says of each call, by table: its rows.
type tables map[string]map[string]string

// own are columns that follow from the version that wrote a row, not from the call: its name, its rulebook's, and what it counts
// its rows by, which only has to grow within a version and from one to the next.
const own = "'earshot_version', 'rulebook_version', 'version'"

func (s *site) tables(database string) (tables, error) {
	t := tables{}
	for _, table := range []string{"calls", "segments", "flags"} {
		// A version has no say in columns that it does not know.
		columns, err := processes.Query(s.clickhouse, database, "SELECT name FROM system.columns WHERE table = '"+table+
			"' AND database IN ('old', 'new') AND name NOT IN ("+own+") GROUP BY name HAVING count() = 2 ORDER BY name FORMAT TSV")
		if err != nil {
			return nil, fmt.Errorf("cannot find the columns of %s: %w", table, err)
		}
		rows, err := processes.Query(s.clickhouse, database, "SELECT "+strings.ReplaceAll(columns, "\n", ", ")+" FROM "+table+" FINAL ORDER BY ALL FORMAT JSONEachRow")
		if err != nil {
			return nil, fmt.Errorf("cannot read %s.%s: %w", database, table, err)
		}
		for line := range strings.Lines(rows) {
			var row struct {
				CallID string `json:"call_id"`
			}
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				return nil, fmt.Errorf("cannot read %q: %w", line, err)
			}
			if t[row.CallID] == nil {
				t[row.CallID] = map[string]string{}
			}
			t[row.CallID][table] += strings.TrimSpace(line) + "\n"
		}
	}
	return t, nil
}

// compare tells what became of the calls, and returns an error if one of them is not as it should be.
func (s *site) compare(out io.Writer) error {
	all := map[string]tables{}
	for _, database := range []string{"mixed", "old", "new"} {
		t, err := s.tables(database)
		if err != nil {
			return err
		}
		all[database] = t
	}
	by, err := processes.Query(s.clickhouse, "mixed", "SELECT earshot_version, count() FROM calls FINAL GROUP BY ALL ORDER BY ALL FORMAT TSV")
	if err != nil {
		return err
	}
	doubled, err := processes.Query(s.clickhouse, "mixed", "SELECT count() - uniqExact(call_id) FROM calls FINAL")
	if err != nil {
		return err
	}
	judged := fmt.Sprintf("judged by %s", strings.NewReplacer("\t", " ", "\n", ", ").Replace(by))
	var lost, differ, mixed, same int
	apart := map[string]int{}
	for id, want := range all["new"] {
		got, there := all["mixed"][id]
		old := all["old"][id]
		switch {
		case !there:
			lost++
		case maps.Equal(got, want) || maps.Equal(got, old):
		case !maps.Equal(want, old): // the versions measure it differently, and both have written of it
			mixed++
		default:
			differ++
			fmt.Fprintf(out, "call %s is not as both versions have it\n", id)
		}
		if maps.Equal(want, old) {
			same++
		}
		for table, rows := range want {
			if rows != old[table] {
				apart[table]++
			}
		}
	}
	for _, table := range slices.Sorted(maps.Keys(apart)) {
		fmt.Fprintf(out, "of %d calls the versions write other %s\n", apart[table], table)
	}
	fmt.Fprintf(out, "%d calls: %s; lost %d, there twice %s; both versions agree on %d, of which the upgrade changed %d; of the others %d have rows of both\n",
		len(all["new"]), judged, lost, doubled, same, differ, mixed)
	if lost > 0 || doubled != "0" || differ > 0 {
		return fmt.Errorf("the upgrade shows: %d calls lost, %s twice, %d different", lost, doubled, differ)
	}
	return nil
}
