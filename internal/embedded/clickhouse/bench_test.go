package clickhouse

import (
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// BenchmarkInsert is what the worker's writes cost: batches of 1,000 rows.
func BenchmarkInsert(b *testing.B) {
	conn := dial(b, database(b), clickhouse.CompressionNone)
	if err := conn.Exec(b.Context(), rowTable); err != nil {
		b.Fatal(err)
	}
	batch := rows(1000)
	for b.Loop() {
		insertRows(b, b.Context(), conn, batch)
	}
	b.ReportMetric(float64(len(batch)*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkScan reads a result of many blocks, transcoded on its way.
func BenchmarkScan(b *testing.B) {
	conn := dial(b, "default", clickhouse.CompressionNone)
	const n = 1_000_000
	for b.Loop() {
		rows, err := conn.Query(b.Context(), "SELECT number, toString(number) FROM numbers(1000000)")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkSelect1 is what a request costs by itself, and with a setting.
func BenchmarkSelect1(b *testing.B) {
	engine(b)
	for _, params := range []string{"", "max_threads=1"} {
		b.Run("params="+params, func(b *testing.B) {
			for b.Loop() {
				post(b, params, "SELECT 1")
			}
		})
	}
}
