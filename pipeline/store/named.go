package store

import chcolumn "github.com/ClickHouse/clickhouse-go/v2/lib/column"

// Named is a Map column's value as a list: written in the list's order, so that the same row is the same bytes each
// time, which a Go map would not give.
type Named[V any] []NamedValue[V]

// NamedValue is one entry of a Named.
type NamedValue[V any] struct {
	Name  string
	Value V
}

// Put makes Named readable by the driver too.
func (n *Named[V]) Put(key, value any) {
	*n = append(*n, NamedValue[V]{Name: key.(string), Value: value.(V)})
}

// Iterator is how the driver walks the entries.
func (n *Named[V]) Iterator() chcolumn.MapIterator { return &namedIterator[V]{list: *n, at: -1} }

type namedIterator[V any] struct {
	list Named[V]
	at   int
}

func (i *namedIterator[V]) Next() bool { i.at++; return i.at < len(i.list) }
func (i *namedIterator[V]) Key() any   { return i.list[i.at].Name }
func (i *namedIterator[V]) Value() any { return i.list[i.at].Value }

var _ chcolumn.IterableOrderedMap = (*Named[float64])(nil)
