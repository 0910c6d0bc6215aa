package clickhouse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// libName is what the engine's file is called on every platform, Darwin too.
const libName = "libchdb.so"

// library holds the functions of libchdb that Earshot calls, as chdb.h declares
// them. Text goes over as pointer and length, so nothing needs a final NUL.
type library struct {
	version func() string

	setSignalHandlersEnabled func(enabled int32)

	connect   func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	closeConn func(conn unsafe.Pointer)

	query func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr,
		names, nameLens, values, valueLens unsafe.Pointer, params uintptr) unsafe.Pointer
	streamQuery func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr,
		names, nameLens, values, valueLens unsafe.Pointer, params uintptr) unsafe.Pointer
	streamFetch  func(conn, stream unsafe.Pointer) unsafe.Pointer
	streamCancel func(conn, stream unsafe.Pointer)

	resultBuffer      func(result unsafe.Pointer) unsafe.Pointer
	resultLength      func(result unsafe.Pointer) uintptr
	resultError       func(result unsafe.Pointer) string
	resultRowsRead    func(result unsafe.Pointer) uint64
	resultBytesRead   func(result unsafe.Pointer) uint64
	resultRowsWritten func(result unsafe.Pointer) uint64
	resultWritten     func(result unsafe.Pointer) uint64
	destroyResult     func(result unsafe.Pointer)

	insert func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr,
		names, nameLens, values, valueLens unsafe.Pointer, params uintptr) unsafe.Pointer
	insertAppend  func(stream, data unsafe.Pointer, n uintptr) int32
	insertDone    func(stream unsafe.Pointer) unsafe.Pointer
	insertCancel  func(stream unsafe.Pointer)
	insertError   func(stream unsafe.Pointer) string
	insertDestroy func(stream unsafe.Pointer)

	mu  sync.Mutex
	dir string // the folder the engine is serving, if it is
}

func (l *library) symbols() map[string]any {
	return map[string]any{
		"chdb_version":                     &l.version,
		"chdb_set_signal_handlers_enabled": &l.setSignalHandlersEnabled,
		"chdb_connect":                     &l.connect,
		"chdb_close_conn":                  &l.closeConn,
		"chdb_query_with_params_n":         &l.query,
		"chdb_stream_query_with_params_n":  &l.streamQuery,
		"chdb_stream_fetch_result":         &l.streamFetch,
		"chdb_stream_cancel_query":         &l.streamCancel,
		"chdb_result_buffer":               &l.resultBuffer,
		"chdb_result_length":               &l.resultLength,
		"chdb_result_error":                &l.resultError,
		"chdb_result_rows_read":            &l.resultRowsRead,
		"chdb_result_bytes_read":           &l.resultBytesRead,
		"chdb_result_rows_written":         &l.resultRowsWritten,
		"chdb_result_bytes_written":        &l.resultWritten,
		"chdb_destroy_query_result":        &l.destroyResult,
		"chdb_stream_insert_with_params_n": &l.insert,
		"chdb_stream_append":               &l.insertAppend,
		"chdb_stream_done":                 &l.insertDone,
		"chdb_stream_cancel_insert":        &l.insertCancel,
		"chdb_stream_insert_error":         &l.insertError,
		"chdb_destroy_insert_stream":       &l.insertDestroy,
	}
}

// opened remembers the one library of this process: a second copy of the engine
// beside the first would fight over the data and the allocator.
var opened struct {
	sync.Mutex
	lib *library
}

// load opens the library at path, or wherever find finds it when path is empty.
// Half a gigabyte is mapped here, so it is called only when the engine is wanted.
func load(path string) (*library, error) {
	path, err := find(path)
	if err != nil {
		return nil, err
	}
	opened.Lock()
	defer opened.Unlock()
	if opened.lib != nil {
		return opened.lib, nil
	}
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("cannot load the ClickHouse engine %s: %w", path, err)
	}
	lib := new(library)
	for name, fn := range lib.symbols() {
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("cannot use the ClickHouse engine %s: it has no %s, is it another version? %w", path, name, err)
		}
		purego.RegisterFunc(fn, address)
	}
	// Off before anything starts: Go's own handlers turn a nil dereference into a panic.
	lib.setSignalHandlersEnabled(0)
	opened.lib = lib
	return lib, nil
}

// claim takes the process's one engine for dir. The engine would fail to open a
// second folder without saying why.
func (l *library) claim(dir string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dir != "" {
		return fmt.Errorf("cannot serve %s: this process already serves %s, and the engine has one folder at a time", dir, l.dir)
	}
	l.dir = dir
	return nil
}

// release gives the engine free for another folder.
func (l *library) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dir = ""
}

// find says which file to load: the one named, or the one beside the executable,
// or the one in lib/ next to the executable's bin/.
func find(named string) (string, error) {
	candidates := []string{named}
	if named == "" {
		exe, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("cannot find the ClickHouse engine: %w", err)
		}
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dir := filepath.Dir(exe)
		candidates = []string{filepath.Join(dir, libName), filepath.Join(dir, "..", "lib", libName)}
	}
	for _, path := range candidates {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("cannot find the ClickHouse engine: no file %s; `make build` puts one beside the executable, "+
		"EARSHOT_LIBCHDB names another place, and --clickhouse uses a server instead", strings.Join(candidates, ", nor "))
}
