package clickhouse

import (
	"io"
	"unsafe"
)

// result is the engine's answer, in the engine's memory until close.
type result struct {
	lib    *library
	handle unsafe.Pointer
}

// bytes are the formatted rows; they are gone after close.
func (r *result) bytes() []byte {
	n := r.lib.resultLength(r.handle)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(r.lib.resultBuffer(r.handle)), n)
}

func (r *result) summary() summary {
	return summary{
		readRows:  r.lib.resultRowsRead(r.handle),
		readBytes: r.lib.resultBytesRead(r.handle),
		rows:      r.lib.resultRowsWritten(r.handle),
		bytes:     r.lib.resultWritten(r.handle),
	}
}

func (r *result) close() { r.lib.destroyResult(r.handle) }

// stream is a result that is still being computed.
type stream struct {
	conn *conn
	head *result
	over bool // everything has been fetched
}

// next returns the next part of the result, or io.EOF behind the last one.
func (s *stream) next() (*result, error) {
	part, err := s.conn.result(s.conn.lib.streamFetch(s.conn.handle, s.head.handle))
	if err != nil {
		return nil, err
	}
	if len(part.bytes()) == 0 {
		part.close()
		s.over = true
		return nil, io.EOF
	}
	return part, nil
}

// close ends the query too, if it has not ended by itself. A session whose stream was broken off, by an error or by its client, is
// not lent again: the engine has been seen to answer the next query with nothing.
func (s *stream) close() {
	if !s.over {
		s.conn.spoilt = true
	}
	s.conn.lib.streamCancel(s.conn.handle, s.head.handle)
	s.head.close()
}

// insertion is an INSERT that takes its data.
type insertion struct {
	conn   *conn
	handle unsafe.Pointer
}

// append hands over a piece of the data; pieces may end anywhere.
func (in *insertion) append(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if in.conn.lib.insertAppend(in.handle, unsafe.Pointer(&data[0]), uintptr(len(data))) != 0 {
		return newException(in.conn.lib.insertError(in.handle))
	}
	return nil
}

// finish commits what was appended. Without it close throws the insert away.
func (in *insertion) finish() (summary, error) {
	r, err := in.conn.result(in.conn.lib.insertDone(in.handle))
	if err != nil {
		return summary{}, err
	}
	defer r.close()
	return r.summary(), nil
}

func (in *insertion) close() { in.conn.lib.insertDestroy(in.handle) }
