// Package schemas holds everything that crosses a process boundary: the Kafka messages (calls.proto and the Go code
// generated from it), the ClickHouse tables (clickhouse/*.sql) and the rulebook (rulebook.yaml).
package schemas

import "embed"

// ClickHouse holds the migrations, in the form goose runs.
//
//go:embed clickhouse/*.sql
var ClickHouse embed.FS

// Rulebook is the rulebook Earshot judges by unless it is given another.
//
//go:embed rulebook.yaml
var Rulebook []byte
