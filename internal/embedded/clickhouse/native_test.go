package clickhouse

import (
	"bytes"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Every type a result may have must come through transcode: for the engine's own
// revision a block stays the same bytes, and clickhouse-go reads the other one.
func TestTranscodeKeepsEveryType(t *testing.T) {
	for _, expression := range []string{
		"1", "toInt128(-1)", "toUInt256(7)", "1.5", "toFloat32(nan)", "toBFloat16(1.5)", "'text'", "toFixedString('abc', 5)", "NULL", "toNullable('x')",
		"toDate('2026-02-03')", "toDate32('1950-01-01')", "toDateTime('2026-02-03 04:05:06', 'Asia/Shanghai')",
		"toDateTime64('2026-02-03 04:05:06.789', 6)", "toIntervalSecond(5)", "toTime('12:00:00')",
		"toDecimal32('1.25', 2)", "toDecimal256('1.25', 40)", "generateUUIDv7()", "toIPv4('127.0.0.1')", "toIPv6('::1')", "true",
		"CAST('b', 'Enum8(\\'a\\' = 1, \\'b\\' = 2)')", "CAST('b', 'Enum16(\\'a\\' = 1, \\'b\\' = 2000)')",
		"[1, 2]", "(NULL, toIntervalDay(1))", "materialize(toIntervalMonth(3))", "[[1], []]", "emptyArrayUInt8()", "map('a', 1.5)", "map('a', ['b'])", "tuple(1, 'a')", "CAST(tuple(1, 'a'), 'Tuple(x UInt8, y String)')",
		"CAST([(1, 'a')], 'Nested(x UInt8, y String)')", "(1.0, 2.0)::Point",
		"toLowCardinality(toString(number % 3))", "[toLowCardinality('a')]", "CAST(map('a', 1), 'Map(LowCardinality(String), Float64)')",
		"CAST(if(number % 2, 'x', NULL), 'LowCardinality(Nullable(String))')",
		"CAST(1, 'SimpleAggregateFunction(sum, UInt64)')",
		"CAST(if(number % 2, 'x', NULL), 'Nullable(String)')", "'{\"a\":1}'::JSON", "number::Dynamic", "number::Variant(UInt64, String)", "[NULL, 1]",
	} {
		t.Run(expression, func(t *testing.T) {
			query := "SELECT " + expression + " AS c FROM numbers(100) FORMAT Native"
			want := []byte(post(t, "", query))
			same, err := transcode(want, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, same) {
				t.Errorf("want %q\n got %q", want[:min(len(want), 300)], same[:min(len(same), 300)])
			}
			rows, err := dial(t, "default", clickhouse.CompressionNone).Query(t.Context(), "SELECT "+expression+" AS c FROM numbers(100)")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			n := 0
			for rows.Next() {
				n++
			}
			if rows.Err() != nil || n != 100 {
				t.Errorf("clickhouse-go reads %d rows (%v), want 100", n, rows.Err())
			}
		})
	}
}

func TestTranscodeRefusesBrokenBlocks(t *testing.T) {
	block := []byte(post(t, "", "SELECT number AS c FROM numbers(100) FORMAT Native"))
	if _, err := transcode(block[:len(block)-1], 54460); err == nil {
		t.Error("a block cut short was taken for a whole one")
	}
	if out, err := transcode(nil, 54460); err != nil || len(out) != 0 {
		t.Errorf("no block became %q (%v)", out, err)
	}
}
