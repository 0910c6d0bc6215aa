package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/earshot/earshot/internal/processes"
)

// tables is what a database says of each call: its rows, without the version that wrote them and without what the versions
// count their rows by, which only has to grow within one of them and from one to the next.
type tables map[string]string

func (s *site) tables(database string) (tables, error) {
	t := tables{}
	for table, columns := range map[string]string{"calls": "* EXCEPT (earshot_version, version)", "segments": "* EXCEPT (version)", "flags": "* EXCEPT (version)"} {
		rows, err := processes.Query(s.clickhouse, database, "SELECT '"+table+"' AS which, "+columns+" FROM "+table+" FINAL ORDER BY ALL FORMAT JSONEachRow")
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
			t[row.CallID] += table + " " + strings.TrimSpace(line) + "\n"
		}
	}
	for id, rows := range t { // by table, in one order
		lines := slices.Sorted(strings.Lines(rows))
		t[id] = strings.Join(lines, "")
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
	for id, want := range all["new"] {
		got, there := all["mixed"][id]
		switch {
		case !there:
			lost++
		case got == want || got == all["old"][id]:
		case want != all["old"][id]: // the versions measure it differently, and both have written of it
			mixed++
		default:
			differ++
			fmt.Fprintf(out, "call %s is not as both versions have it\n", id)
		}
		if want == all["old"][id] {
			same++
		}
	}
	fmt.Fprintf(out, "%d calls: %s; lost %d, there twice %s; both versions agree on %d, of which the upgrade changed %d; of the others %d have rows of both\n",
		len(all["new"]), judged, lost, doubled, same, differ, mixed)
	if lost > 0 || doubled != "0" || differ > 0 {
		return fmt.Errorf("the upgrade shows: %d calls lost, %s twice, %d different", lost, doubled, differ)
	}
	return nil
}
