package clickhouse

import (
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// openBody gives the request's body as it was before the client compressed it:
// as a whole, the HTTP way, or in ClickHouse's own checksummed frames
// (decompress=1), or both.
func openBody(r *http.Request, frames bool) (io.Reader, error) {
	var body io.Reader = r.Body
	var err error
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		body, err = gzip.NewReader(body)
	case "deflate":
		body, err = zlib.NewReader(body)
	case "br":
		body = brotli.NewReader(body)
	case "zstd":
		body, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(128<<20))
	default:
		return nil, raise(codeUnknownCompression, "UNKNOWN_COMPRESSION_METHOD",
			"the request's Content-Encoding is %q, want gzip, deflate, br or zstd", encoding)
	}
	if err != nil {
		return nil, bodyError(err)
	}
	if frames {
		body = compress.NewReader(body)
	}
	return body, nil
}

// bodyError says why a body cannot be read.
func bodyError(err error) *exception {
	return raise(codeCannotReadAllData, "CANNOT_READ_ALL_DATA", "cannot read the request's body: %v", err)
}
