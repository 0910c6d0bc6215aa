package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3"

	"github.com/earshot/earshot/internal/enginetest"
	"github.com/earshot/earshot/schemas"
)

func TestMigrateTwice(t *testing.T) {
	dsn := enginetest.ClickHouse(t)
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(old) })

	for range 2 {
		if err := Migrate(context.Background(), dsn, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, dsn, "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name",
		"access_log\naccounts\nagents\ncalls\ncalls_current\ncases\ncases_changed\ncases_raised\nchanges\nclaims\nflags\nflags_current\npeaks\nreviews\n"+
			"schema_migrations\nsegments\nsessions\nsign_ins\nwaiting\nwaiting_made")
	expect(t, dsn, "SELECT version_id, count() FROM schema_migrations GROUP BY version_id ORDER BY version_id", "0\t1\n1\t1\n2\t1\n3\t1")
	if got := strings.Count(log.String(), "migration=0001_calls_segments_flags.sql"); got != 1 {
		t.Errorf("the migration is logged %d times, expected once:\n%s", got, &log)
	}
	expect(t, dsn, "SELECT engine FROM system.databases WHERE name = currentDatabase()", "Atomic")
}

func TestEveryColumnHasAComment(t *testing.T) {
	_, dsn := open(t)
	expect(t, dsn, `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''
		AND table NOT IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%View')`, "")
	expect(t, dsn, "SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = ''", "")
	// So that the query above has something to look at.
	expect(t, dsn, "SELECT count() > 80 FROM system.columns WHERE database = currentDatabase() AND comment != ''", "1")
}

// An insert states its columns without asking the server: they have to be the table's.
func TestInsertsNameTheTablesColumns(t *testing.T) {
	_, dsn := open(t)
	for table, want := range map[string]string{
		"calls":      describe(callColumns),
		"segments":   describe(segmentColumns),
		"flags":      describe(flagColumns),
		"reviews":    describe(stepColumns),
		"cases":      describe(caseRowColumns),
		"claims":     describe(claimColumns),
		"access_log": describe(accessColumns),
		"agents":     describe(agentColumns),
		"peaks":      describe(peaksColumns),
		"accounts":   describe(accountColumns),
		"sign_ins":   describe(signInColumns),
		"sessions":   describe(sessionColumns),
	} {
		expect(t, dsn, "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = '"+table+
			"' ORDER BY position FORMAT TSVRaw", want)
	}
}

func describe[R any](columns []column[R]) string {
	lines := make([]string, len(columns))
	for i, c := range columns {
		lines[i] = fmt.Sprintf("%s\t%s", c.name, c.chType)
	}
	return strings.Join(lines, "\n")
}

func TestExpiry(t *testing.T) {
	_, dsn := open(t)
	for table, months := range map[string]string{"calls": "13", "segments": "13", "flags": "25", "reviews": "25", "cases": "25", "peaks": "25"} {
		ddl := query(t, dsn, "SHOW CREATE TABLE "+table+" FORMAT TSVRaw")
		if want := "TTL toDateTime(started_at) + toIntervalMonth(" + months + ")"; !strings.Contains(ddl, want) {
			t.Errorf("%s has no %q:\n%s", table, want, ddl)
		}
	}
}

// What was flagged before there was a review becomes cases, and what is taken back can be made again.
func TestReviewOfAnOlderDatabase(t *testing.T) {
	s, dsn := open(t)
	opt, err := parseDSN(dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	db := clickhouse.OpenDB(opt)
	defer db.Close()
	files, err := fs.Sub(schemas.ClickHouse, "clickhouse")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectClickHouse, db, migrations(files, opt.Auth.Database, ""),
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	expect(t, dsn, "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name",
		"calls\ncalls_current\nflags\nflags_current\nschema_migrations\nsegments")
	b := exampleBatch()
	write(t, s, &Batch{Flags: b.Flags})
	b.Flags[0].FlagID, b.Flags[0].State = "f2", "withdrawn"
	write(t, s, &Batch{Flags: b.Flags})
	if err := Migrate(context.Background(), dsn, Options{}); err != nil {
		t.Fatal(err)
	}
	expect(t, dsn, "SELECT flag_id, status, grade, rule, points FROM cases FINAL ORDER BY flag_id", "f1\tpending\t2\thold-too-long\t5\nf2\twithdrawn\t2\thold-too-long\t5")
	same(t, "inbox", inbox(t, s, Everything, Filter{}), []string{"f1"})
}
