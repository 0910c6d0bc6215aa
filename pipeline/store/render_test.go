package store

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/earshot/earshot/schemas"
)

const firstMigration = "clickhouse/0001_calls_segments_flags.sql"

func render(t *testing.T, database, cluster string) string {
	t.Helper()
	text, err := fs.ReadFile(migrations(schemas.ClickHouse, database, cluster), firstMigration)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// statements are the lines that begin a statement or name an engine, single-spaced.
func statements(sql string) []string {
	var found []string
	for line := range strings.Lines(sql) {
		for _, begin := range []string{"CREATE ", "ENGINE ", "DROP "} {
			if strings.HasPrefix(line, begin) {
				found = append(found, strings.Join(strings.Fields(line), " "))
			}
		}
	}
	return found
}

func TestMigrationOnOneServer(t *testing.T) {
	got := statements(render(t, "qa", ""))
	want := []string{
		"CREATE TABLE IF NOT EXISTS qa.calls",
		"ENGINE = ReplacingMergeTree(version)",
		"CREATE TABLE IF NOT EXISTS qa.segments",
		"ENGINE = ReplacingMergeTree(version)",
		"CREATE TABLE IF NOT EXISTS qa.flags",
		"ENGINE = ReplacingMergeTree(version)",
		"CREATE VIEW IF NOT EXISTS qa.calls_current AS",
		"CREATE VIEW IF NOT EXISTS qa.flags_current AS",
		"DROP VIEW IF EXISTS qa.flags_current ;",
		"DROP VIEW IF EXISTS qa.calls_current ;",
		"DROP TABLE IF EXISTS qa.flags ;",
		"DROP TABLE IF EXISTS qa.segments ;",
		"DROP TABLE IF EXISTS qa.calls ;",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// There is no cluster to run this on here: what is tested is the SQL, not what a cluster does with it.
func TestMigrationOnACluster(t *testing.T) {
	got := statements(render(t, "qa", "main"))
	want := []string{
		"CREATE TABLE IF NOT EXISTS qa.calls ON CLUSTER 'main'",
		"ENGINE = ReplicatedReplacingMergeTree(version)",
		"CREATE TABLE IF NOT EXISTS qa.segments ON CLUSTER 'main'",
		"ENGINE = ReplicatedReplacingMergeTree(version)",
		"CREATE TABLE IF NOT EXISTS qa.flags ON CLUSTER 'main'",
		"ENGINE = ReplicatedReplacingMergeTree(version)",
		"CREATE VIEW IF NOT EXISTS qa.calls_current ON CLUSTER 'main' AS",
		"CREATE VIEW IF NOT EXISTS qa.flags_current ON CLUSTER 'main' AS",
		"DROP VIEW IF EXISTS qa.flags_current ON CLUSTER 'main';",
		"DROP VIEW IF EXISTS qa.calls_current ON CLUSTER 'main';",
		"DROP TABLE IF EXISTS qa.flags ON CLUSTER 'main';",
		"DROP TABLE IF EXISTS qa.segments ON CLUSTER 'main';",
		"DROP TABLE IF EXISTS qa.calls ON CLUSTER 'main';",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	table := versionTableSQL("qa", "main")
	for _, part := range []string{
		"qa.schema_migrations ON CLUSTER 'main'",
		"ENGINE = ReplicatedMergeTree('/clickhouse/tables/qa/schema_migrations', '{shard}-{replica}')",
	} {
		if !strings.Contains(table, part) {
			t.Errorf("%q is not in\n%s", part, table)
		}
	}
}

func TestUnknownPlaceholder(t *testing.T) {
	files := fstest.MapFS{"0009_x.sql": {Data: []byte("CREATE TABLE ${databse}.x")}}
	_, err := fs.ReadFile(migrations(files, "qa", ""), "0009_x.sql")
	if err == nil || !strings.Contains(err.Error(), "0009_x.sql: ${databse}") {
		t.Errorf("got %v, expected the file and the placeholder", err)
	}
}

func TestBadClusterName(t *testing.T) {
	err := Migrate(t.Context(), "http://host:8123/qa", Options{Cluster: "x' ENGINE = Null --"})
	if err == nil || !strings.Contains(err.Error(), "cluster") {
		t.Errorf("got %v, expected the name refused", err)
	}
}
