package clickhouse

import (
	"database/sql"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

func TestMigrationsByGoose(t *testing.T) {
	name := database(t)
	db, err := sql.Open("clickhouse", "http://"+engine(t).Addr()+"/"+name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files := fstest.MapFS{
		"0001_calls.sql": {Data: []byte(`-- +goose Up
CREATE TABLE calls (call_id String COMMENT 'of the switch; unit: none', at DateTime64(6)) ENGINE = ReplacingMergeTree ORDER BY call_id TTL toDateTime(at) + INTERVAL 1 YEAR;
CREATE MATERIALIZED VIEW per_day REFRESH EVERY 1 HOUR ENGINE = MergeTree ORDER BY day AS SELECT toDate(at) AS day, count() AS n FROM calls FINAL GROUP BY day;
-- +goose Down
DROP TABLE per_day;
DROP TABLE calls;
`)},
		"0002_more.sql": {Data: []byte("-- +goose Up\nALTER TABLE calls ADD COLUMN team LowCardinality(String);\n-- +goose Down\nALTER TABLE calls DROP COLUMN team;\n")},
	}
	provider, err := goose.NewProvider(goose.DialectClickHouse, db, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 0} { // the second time there is nothing to do
		results, err := provider.Up(t.Context())
		if err != nil || len(results) != want {
			t.Fatalf("%d migrations ran (%v), want %d", len(results), err, want)
		}
	}
	if got := post(t, "database="+name, "SELECT groupArray(name) FROM (SELECT name FROM system.columns WHERE table = 'calls' AND database = currentDatabase())"); got != "['call_id','at','team']\n" {
		t.Errorf("the table has columns %s", got)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}
