package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxWAVChunks is more than any recorder writes before the audio.
const maxWAVChunks = 1000

// wavChunks are the two chunks of a RIFF file that matter.
type wavChunks struct {
	format   []byte // the fmt chunk, its first 40 bytes
	dataAt   int64
	dataSize uint32 // as the header says
}

func findWAVChunks(r io.ReaderAt, size int64) (*wavChunks, error) {
	if err := checkRIFF(r, size); err != nil {
		return nil, err
	}
	c := &wavChunks{}
	at := int64(12)
	for range maxWAVChunks {
		id, length, err := chunkHeader(r, at, size)
		if errors.Is(err, io.EOF) {
			if c.format == nil {
				return nil, fmt.Errorf("truncated header: expected a fmt and a data chunk in the %d bytes of the file", size)
			}
			return nil, fmt.Errorf("truncated header: expected a data chunk in the %d bytes of the file", size)
		}
		if err != nil {
			return nil, err
		}
		at += 8
		switch {
		case id == "data" && c.format == nil:
			return nil, errors.New("the data chunk comes first: expected the fmt chunk before it")
		case id == "data":
			c.dataAt, c.dataSize = at, length
			return c, nil
		case int64(length) > size-at:
			return nil, fmt.Errorf("truncated header: the %q chunk says %d bytes, the file has %d", id, length, size-at)
		case id == "fmt " && length < 16:
			return nil, fmt.Errorf("fmt chunk of %d bytes: expected at least 16", length)
		case id == "fmt ":
			c.format = make([]byte, min(length, 40))
			if _, err := r.ReadAt(c.format, at); err != nil {
				return nil, fmt.Errorf("cannot read the fmt chunk: %w", err)
			}
		}
		at += int64(length) + int64(length&1) // chunks begin on even bytes
	}
	return nil, fmt.Errorf("expected a data chunk among the first %d chunks", maxWAVChunks)
}

func checkRIFF(r io.ReaderAt, size int64) error {
	if size == 0 {
		return errors.New("the file is empty: expected a WAV header")
	}
	head := make([]byte, min(size, 12))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("cannot read the header: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("RF64")), bytes.HasPrefix(head, []byte("RIFX")):
		return fmt.Errorf("unsupported container %s: expected RIFF", head[:4])
	case !bytes.HasPrefix([]byte("RIFF"), head[:min(len(head), 4)]):
		return fmt.Errorf("not a WAV file: it begins with %q, expected \"RIFF\"", head[:min(len(head), 4)])
	case len(head) < 12:
		return fmt.Errorf("truncated header: the file has %d bytes, expected at least 44", size)
	case string(head[8:]) != "WAVE":
		return fmt.Errorf("not a WAV file: a RIFF file of type %q, expected \"WAVE\"", head[8:])
	}
	return nil
}

// chunkHeader gives io.EOF where no chunk header fits into the file any more.
func chunkHeader(r io.ReaderAt, at, size int64) (id string, length uint32, err error) {
	if size-at < 8 {
		return "", 0, io.EOF
	}
	var head [8]byte
	if n, err := r.ReadAt(head[:], at); n < len(head) {
		return "", 0, fmt.Errorf("cannot read the chunk header at byte %d: %w", at, err)
	}
	return string(head[:4]), binary.LittleEndian.Uint32(head[4:]), nil
}

// chunksToTheEnd says that what follows an empty data chunk is nothing, or further chunks, and thus no audio.
func chunksToTheEnd(r io.ReaderAt, at, size int64) bool {
	for range maxWAVChunks {
		if at >= size {
			return true
		}
		id, length, err := chunkHeader(r, at, size)
		if err != nil || int64(length) > size-at-8 {
			return false
		}
		for _, b := range []byte(id) {
			if b < ' ' || b > '~' {
				return false
			}
		}
		at += 8 + int64(length) + int64(length&1)
	}
	return false
}
