package clickhouse

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"
)

// statement is one query as the engine wants it.
type statement struct {
	text   string
	format string // of the result, or of an insert's data, unless the text names one
	params []param
}

// param is the value of a {name:Type} in the text, in the escaped form of TSV:
// the engine reads it as the server reads a request's param_name.
type param struct{ name, value string }

// conn is one session of the engine. It runs one statement at a time, so whoever
// uses it holds it alone (see pool).
type conn struct {
	lib      *library
	owner    unsafe.Pointer // what chdb_close_conn takes
	handle   unsafe.Pointer // what everything else takes
	database string         // the current one; empty means: whatever the engine starts with
	tag      string         // its log_comment, by which a query of it can be killed
	spoilt   bool           // in a state that the next request might notice: changed, or its stream broken off
}

// connect opens a session on the data in dir. The first one of a process starts
// the engine, and dir is then the only folder it serves until all are closed.
// The engine reads its configuration from dir, too (see configure).
func connect(lib *library, dir, tag string) (*conn, error) {
	args := [...]*byte{cString("clickhouse"), cString("--path=" + dir), cString("--config-file=" + filepath.Join(dir, configName))}
	var pins runtime.Pinner
	defer pins.Unpin()
	for _, arg := range args {
		pins.Pin(arg)
	}
	owner := lib.connect(int32(len(args)), unsafe.Pointer(&args[0]))
	if owner == nil {
		return nil, fmt.Errorf("cannot open the ClickHouse engine on %s: it gives no reason; is the folder another version's, or the disk full?", dir)
	}
	c := &conn{lib: lib, owner: owner, handle: *(*unsafe.Pointer)(owner), tag: tag}
	if err := c.exec("SET log_comment = " + quote(tag)); err != nil {
		c.close()
		return nil, fmt.Errorf("cannot open the ClickHouse engine on %s: %w", dir, err)
	}
	return c, nil
}

func (c *conn) close() { c.lib.closeConn(c.owner) }

// exec runs a statement whose result nobody wants.
func (c *conn) exec(text string) error {
	r, err := c.query(statement{text: text, format: "Null"})
	if err != nil {
		return err
	}
	r.close()
	return nil
}

// use makes database the current one of the session; empty means default.
func (c *conn) use(database string) error {
	if database == "" {
		database = "default"
	}
	if database == c.database {
		return nil
	}
	if err := c.exec("USE " + quoteName(database)); err != nil {
		return err
	}
	c.database = database
	return nil
}

// query runs a statement and holds its whole result.
func (c *conn) query(s statement) (*result, error) {
	return c.result(s.call(c.lib.query, c.handle))
}

// stream starts a SELECT whose result is fetched block by block.
func (c *conn) stream(s statement) (*stream, error) {
	head, err := c.result(s.call(c.lib.streamQuery, c.handle))
	if err != nil {
		return nil, err
	}
	return &stream{conn: c, head: head}, nil
}

// insert starts an INSERT. Its text ends before FORMAT, VALUES and the data.
func (c *conn) insert(s statement) (*insertion, error) {
	in := &insertion{conn: c, handle: s.call(c.lib.insert, c.handle)}
	if text := c.lib.insertError(in.handle); text != "" {
		in.close()
		return nil, newException(text)
	}
	return in, nil
}

func (c *conn) result(handle unsafe.Pointer) (*result, error) {
	if handle == nil {
		return nil, newException("the engine gave no result")
	}
	r := &result{lib: c.lib, handle: handle}
	if text := c.lib.resultError(handle); text != "" {
		r.close()
		return nil, newException(text)
	}
	return r, nil
}

// call hands the statement to one of the engine's three functions that take one.
func (s statement) call(fn func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr,
	names, nameLens, values, valueLens unsafe.Pointer, params uintptr) unsafe.Pointer, handle unsafe.Pointer) unsafe.Pointer {
	n := len(s.params)
	var names, nameLens, values, valueLens unsafe.Pointer
	var pins runtime.Pinner
	defer pins.Unpin()
	if n > 0 {
		pointers, lengths := make([]*byte, 2*n), make([]uintptr, 2*n)
		for i, p := range s.params {
			pointers[i], lengths[i] = cString(p.name), uintptr(len(p.name))
			pointers[n+i], lengths[n+i] = cString(p.value), uintptr(len(p.value))
			pins.Pin(pointers[i])
			pins.Pin(pointers[n+i])
		}
		names, values = unsafe.Pointer(&pointers[0]), unsafe.Pointer(&pointers[n])
		nameLens, valueLens = unsafe.Pointer(&lengths[0]), unsafe.Pointer(&lengths[n])
	}
	out := fn(handle, unsafe.Pointer(cString(s.text)), uintptr(len(s.text)),
		unsafe.Pointer(cString(s.format)), uintptr(len(s.format)), names, nameLens, values, valueLens, uintptr(n))
	return out
}

// cString copies s with a NUL behind it. The engine takes lengths, so the NUL is
// there only to give an empty text an address.
func cString(s string) *byte {
	b := make([]byte, len(s)+1)
	copy(b, s)
	return &b[0]
}

// quote writes s as a string literal of SQL.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// quoteName writes s as an identifier of SQL.
func quoteName(s string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(s) + "`"
}
