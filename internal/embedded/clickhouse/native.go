package clickhouse

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// transcode turns Native blocks as the engine writes them, of revision 0, into
// the ones that a client of the given revision reads: with block info in front,
// and a mark at every column that says how it is serialized. The engine has no
// setting for that.
//
// The bytes of a column are the same in both, so they are copied as they are; but
// where they end is known only by decoding them.
func transcode(blocks []byte, revision uint64) ([]byte, error) {
	t := newTranscoder(blocks, revision)
	for t.at < len(blocks) {
		if err := t.block(); err != nil {
			return nil, fmt.Errorf("cannot hand on a block of the result: %w", err)
		}
	}
	return t.out.Buf, nil
}

type transcoder struct {
	in       []byte
	at       int // what of in has been copied or dealt with
	source   *bytes.Reader
	buffered *bufio.Reader
	reader   *chproto.Reader // over buffered, which it must not buffer again
	out      chproto.Buffer
	revision uint64
	context  column.ServerContext
}

func newTranscoder(blocks []byte, revision uint64) *transcoder {
	t := &transcoder{in: blocks, source: bytes.NewReader(blocks), revision: revision}
	// As large as ch-go's own, or it would put another buffer in front.
	t.buffered = bufio.NewReaderSize(t.source, 128<<10)
	t.reader = chproto.NewReader(t.buffered)
	t.out.Buf = make([]byte, 0, len(blocks)+len(blocks)/8+64)
	t.context.Timezone = time.UTC // only decides how Go would show a time
	return t
}

// position is how much of in the reader has decoded.
func (t *transcoder) position() int { return len(t.in) - t.source.Len() - t.buffered.Buffered() }

// copy hands on what was decoded since the last time.
func (t *transcoder) copy() {
	end := t.position()
	t.out.PutRaw(t.in[t.at:end])
	t.at = end
}

func (t *transcoder) block() error {
	if t.revision > 0 {
		chproto.BlockInfo{BucketNum: -1}.Encode(&t.out)
	}
	columns, err := t.reader.UVarInt()
	if err != nil {
		return err
	}
	rows, err := t.reader.Int()
	if err != nil {
		return err
	}
	t.copy()
	for i := range columns {
		if err := t.column(rows); err != nil {
			return fmt.Errorf("column %d of %d with %d rows: %w", i+1, columns, rows, err)
		}
	}
	return nil
}

func (t *transcoder) column(rows int) error {
	name, err := t.reader.Str()
	if err != nil {
		return err
	}
	kind, err := t.reader.Str()
	if err != nil {
		return err
	}
	t.copy()
	if t.revision >= proto.DBMS_MIN_REVISION_WITH_CUSTOM_SERIALIZATION {
		t.out.PutBool(false)
	}
	if rows == 0 {
		return nil
	}
	decoder, err := column.Type(kind).Column(name, &t.context)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if state, ok := decoder.(column.CustomSerialization); ok {
		if err := state.ReadStatePrefix(t.reader); err != nil {
			return fmt.Errorf("%s %s: %w", name, kind, err)
		}
	}
	if err := decoder.Decode(t.reader, rows); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%s %s: %w", name, kind, err)
	}
	t.copy()
	return nil
}

// frameSize is how much goes into one frame of compressed output, which a client
// decompresses as a whole.
const frameSize = 1 << 20

// newFrames gives a writer that compresses the way the clients of compress=1 read.
func newFrames(method string) (*compress.Writer, error) {
	switch method {
	case "LZ4":
		return compress.NewWriter(0, compress.LZ4), nil
	case "ZSTD":
		return compress.NewWriter(0, compress.ZSTD), nil
	case "NONE":
		return compress.NewWriter(0, compress.None), nil
	}
	return nil, raise(codeUnknownCompression, "UNKNOWN_COMPRESSION_METHOD",
		"network_compression_method is %q, want LZ4, ZSTD or NONE", method)
}
