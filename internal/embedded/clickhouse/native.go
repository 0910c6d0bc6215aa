package clickhouse

import (
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
// setting for that; where a column ends is known only by decoding it.
func transcode(blocks []byte, revision uint64) ([]byte, error) {
	reader := chproto.NewReader(bytes.NewReader(blocks))
	out := new(chproto.Buffer)
	out.Buf = make([]byte, 0, len(blocks)+len(blocks)/8+64)
	for {
		// The time zone only decides how Go would show a time; the bytes stay.
		block := proto.Block{ServerContext: &column.ServerContext{Timezone: time.UTC}}
		err := block.Decode(reader, 0)
		if errors.Is(err, io.EOF) && block.Columns == nil {
			return out.Buf, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read a block of the result: %w", err)
		}
		if err := block.Encode(out, revision); err != nil {
			return nil, fmt.Errorf("cannot write a block of the result: %w", err)
		}
	}
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
