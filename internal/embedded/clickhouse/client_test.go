package clickhouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// dial opens clickhouse-go's own interface on the shared engine.
func dial(t testing.TB, db string, compression clickhouse.CompressionMethod) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol:    clickhouse.HTTP,
		Addr:        []string{engine(t).Addr()},
		Auth:        clickhouse.Auth{Database: db, Username: "default"},
		Compression: &clickhouse.Compression{Method: compression, Level: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// row has a field of every type that Earshot's tables use, and a few more.
type row struct {
	ID       uuid.UUID          `ch:"id"`
	At       time.Time          `ch:"at"`
	Second   time.Time          `ch:"second"`
	Day      time.Time          `ch:"day"`
	Rule     string             `ch:"rule"`
	Legs     []string           `ch:"legs"`
	Measures map[string]float64 `ch:"measures"`
	Class    string             `ch:"class"`
	Points   uint8              `ch:"points"`
	Margin   float32            `ch:"margin"`
	Score    *float64           `ch:"score"`
	Live     bool               `ch:"live"`
	Missing  *string            `ch:"missing"`
	Version  uint64             `ch:"version"`
	Clauses  []string           `ch:"clauses"`
}

const rowTable = `CREATE TABLE t (
	id UUID, at DateTime64(6, 'UTC'), second DateTime('UTC'), day Date,
	rule LowCardinality(String), legs Array(LowCardinality(String)), measures Map(LowCardinality(String), Float64),
	class Enum8('minor' = 1, 'serious' = 2, 'grave' = 3), points UInt8, margin Float32, score Nullable(Float64), live Bool,
	missing LowCardinality(Nullable(String)), version UInt64, clauses Array(String)
) ENGINE = ReplacingMergeTree(version) ORDER BY id SETTINGS non_replicated_deduplication_window = 100`

func rows(n int) []row {
	out := make([]row, n)
	for i := range out {
		score := float64(i) / 3
		out[i] = row{
			ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)),
			At: time.Date(2026, 2, 3, 4, 5, 6, 789_012_000, time.UTC), Second: time.Date(2026, 2, 3, 4, 5, i%60, 0, time.UTC),
			Day: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC), Rule: fmt.Sprintf("保持超时-%d", i%5), Legs: []string{"agent", "customer"}[:i%3%3%2+1],
			Measures: map[string]float64{"duration": float64(i), "snr": -1.5}, Class: []string{"minor", "serious", "grave"}[i%3],
			Points: uint8(i), Margin: 23.5, Live: i%2 == 0, Version: uint64(i), Clauses: []string{},
		}
		if i%2 == 1 {
			out[i].Score = &score
			out[i].Missing = &out[i].Rule
		}
	}
	return out
}

func TestClientBatchAndScan(t *testing.T) {
	for _, method := range []clickhouse.CompressionMethod{clickhouse.CompressionNone, clickhouse.CompressionLZ4,
		clickhouse.CompressionZSTD, clickhouse.CompressionGZIP, clickhouse.CompressionDeflate, clickhouse.CompressionBrotli} {
		t.Run(method.String(), func(t *testing.T) {
			conn, ctx := dial(t, database(t), method), t.Context()
			if err := conn.Exec(ctx, rowTable); err != nil {
				t.Fatal(err)
			}
			want := rows(1000)
			insertRows(t, ctx, conn, want)
			var got []row
			if err := conn.Select(ctx, &got, "SELECT * FROM t FINAL ORDER BY version"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func insertRows(t testing.TB, ctx context.Context, conn driver.Conn, rows []row) {
	t.Helper()
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO t")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := batch.AppendStruct(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
}

func TestClientReplacesByFinalAndDeduplicatesByToken(t *testing.T) {
	conn, ctx := dial(t, database(t), clickhouse.CompressionLZ4), t.Context()
	if err := conn.Exec(ctx, rowTable); err != nil {
		t.Fatal(err)
	}
	count := func(query string) (n uint64) {
		t.Helper()
		if err := conn.QueryRow(ctx, query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	batch := rows(10)
	withToken := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": "batch-1"}))
	insertRows(t, withToken, conn, batch)
	insertRows(t, withToken, conn, batch) // the retry of one whose answer was lost
	if n := count("SELECT count() FROM t"); n != 10 {
		t.Errorf("%d rows after the same batch twice with one token, want 10", n)
	}
	for i := range batch {
		batch[i].Version += 100
	}
	insertRows(t, ctx, conn, batch)
	if all, final := count("SELECT count() FROM t"), count("SELECT count() FROM t FINAL WHERE version >= 100"); all != 20 || final != 10 {
		t.Errorf("%d rows, %d with FINAL; want 20 and 10", all, final)
	}
}

func TestClientParametersManyBlocksAndErrors(t *testing.T) {
	conn, ctx := dial(t, "default", clickhouse.CompressionLZ4), t.Context()

	var s string
	var n uint32
	named := clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"s": `it's\ta \\ 保持`, "n": "42"})) // escaped as in TSV
	if err := conn.QueryRow(named, "SELECT {s:String}, {n:UInt32}").Scan(&s, &n); err != nil || s != "it's\ta \\ 保持" || n != 42 {
		t.Errorf("server-side parameters came back as %q, %d (%v)", s, n, err)
	}
	if err := conn.QueryRow(ctx, "SELECT ?, $2", "it's", 42).Scan(&s, &n); err == nil {
		t.Error("mixed placeholders were accepted")
	}
	if err := conn.QueryRow(ctx, "SELECT toString(?), toUInt32(?)", "it's", 42).Scan(&s, &n); err != nil || s != "it's" || n != 42 {
		t.Errorf("client-side parameters came back as %q, %d (%v)", s, n, err)
	}

	result, err := conn.Query(ctx, "SELECT number, toString(number) FROM numbers(1000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var i, sum uint64
	for ; result.Next(); i++ {
		var number uint64
		if err := result.Scan(&number, &s); err != nil {
			t.Fatal(err)
		}
		sum += number
	}
	if err := result.Err(); err != nil || i != 1_000_000 || sum != 499_999_500_000 || s != "999999" {
		t.Errorf("%d rows with sum %d, last %s (%v)", i, sum, s, err)
	}

	var e *clickhouse.Exception
	if err := conn.Exec(ctx, "SELECT * FROM nope"); !errors.As(err, &e) || e.Code != 60 || e.CodeName != "UNKNOWN_TABLE" {
		t.Errorf("an unknown table gives %v, want exception 60", err)
	}
	late, err := conn.Query(ctx, "SELECT toString(number), throwIf(number = 2500000) FROM numbers(3000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	for late.Next() {
	}
	if err := late.Err(); !errors.As(err, &e) || e.Code != 395 {
		t.Errorf("an error behind the first blocks gives %v, want exception 395", err)
	}
}

// The scheme clickhouse:// means the native protocol to clickhouse-go, which the
// embedded engine does not speak; http:// it does.
func TestStandardLibraryDSN(t *testing.T) {
	name := database(t)
	db, err := sql.Open("clickhouse", "http://"+engine(t).Addr()+"/"+name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	useDatabase(t, db, name+".plain")
}

func useDatabase(t *testing.T, db *sql.DB, table string) {
	t.Helper()
	if err := db.Ping(); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"CREATE TABLE " + table + " (a UInt32, b String, at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY a",
		"INSERT INTO " + table + " (a, b) VALUES (?, ?)",
	} {
		var args []any
		if statement[0] == 'I' {
			args = []any{7, "seven; 'quoted'"}
		}
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	var b string
	var at time.Time
	if err := db.QueryRow("SELECT b, at FROM "+table+" WHERE a = ?", 7).Scan(&b, &at); err != nil || b != "seven; 'quoted'" || at.IsZero() {
		t.Errorf("got %q, %v (%v)", b, at, err)
	}
	if err := db.QueryRow("SELECT b FROM " + table + " WHERE a = 8").Scan(&b); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("no rows give %v, want sql.ErrNoRows", err)
	}
}
