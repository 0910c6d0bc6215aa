package store

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3"

	"github.com/earshot/earshot/schemas"
)

const versionTable = "schema_migrations"

var clusterName = regexp.MustCompile(`^[\w.{}-]+$`)

// Migrate makes the DSN's database and brings its tables up to date. It may be run any number of times.
//
// With a cluster every statement runs on all its nodes and the tables are Replicated…; that needs a Keeper and the
// macros {shard} and {replica} on the servers. It does not make Distributed tables.
func Migrate(ctx context.Context, dsn string, o Options) error {
	opt, err := parseDSN(dsn, o)
	if err != nil {
		return err
	}
	if o.Cluster != "" && !clusterName.MatchString(o.Cluster) {
		return fmt.Errorf("cannot migrate: cluster %q; expected letters, digits and _ . - { }", o.Cluster)
	}
	fail := func(err error) error { return fmt.Errorf("cannot migrate ClickHouse at %s: %w", Redact(dsn), err) }

	database := opt.Auth.Database
	if err := createDatabase(ctx, *opt, o.Cluster); err != nil {
		return fail(err)
	}
	db := clickhouse.OpenDB(opt)
	defer db.Close()

	files, err := fs.Sub(schemas.ClickHouse, "clickhouse")
	if err != nil {
		return fail(err)
	}
	provider, err := goose.NewProvider(goose.DialectClickHouse, db, migrations(files, database, o.Cluster),
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fail(err)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return fail(err)
	}
	for _, r := range results {
		slog.InfoContext(ctx, "migrated ClickHouse", "database", database, "migration", r.Source.Path, "took", r.Duration)
	}
	return nil
}

// createDatabase makes the database, and the table in which goose notes what it has done: goose's own would be known to
// one node of a cluster only, and has no comments.
func createDatabase(ctx context.Context, opt clickhouse.Options, cluster string) error {
	database := opt.Auth.Database
	// A connection to a database that does not exist yet is refused.
	opt.Auth.Database = "default"
	db := clickhouse.OpenDB(&opt)
	defer db.Close()
	for _, statement := range []string{
		fmt.Sprintf("CREATE DATABASE IF NOT EXISTS %s %s ENGINE = Atomic", database, onCluster(cluster)),
		versionTableSQL(database, cluster),
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func versionTableSQL(database, cluster string) string {
	engine := "MergeTree"
	if cluster != "" {
		// One table for the whole cluster, all shards alike: the path leaves out the shard, the replica's name has it.
		engine = fmt.Sprintf("ReplicatedMergeTree('/clickhouse/tables/%s/%s', '{shard}-{replica}')", database, versionTable)
	}
	return fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s.%s %s
(
    version_id  Int64                   COMMENT 'Number of the migration; 0 marks the table as ready',
    is_applied  UInt8                   COMMENT '1 = applied, 0 = taken back',
    date        Date DEFAULT now()      COMMENT 'Day it was applied; UTC',
    tstamp      DateTime DEFAULT now()  COMMENT 'When it was applied; server time, seconds'
)
ENGINE = %s
ORDER BY version_id
COMMENT 'Migrations applied to this database'`, database, versionTable, onCluster(cluster), engine)
}
