package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"iter"
	"os"
	"time"
)

// objects are a Store's files, in a folder or a bucket. Keys are paths with slashes, made by this package alone.
type objects interface {
	// open gives an error that is fs.ErrNotExist if there is no such file.
	open(ctx context.Context, key string) (object, error)
	// read gives a file as a whole, with the same error.
	read(ctx context.Context, key string) ([]byte, error)
	// put writes a file, whole or not at all.
	put(ctx context.Context, key string, data []byte) error
	// adopt makes a file of the working folder one of the store's, whole or not at all, and takes it out of there.
	adopt(ctx context.Context, key string, work *os.Root, name string) error
	// remove takes files away. One that is not there is none to complain of.
	remove(ctx context.Context, keys ...string) error
	// list gives the keys that begin with a prefix, which ends with a slash, and their sizes, in order.
	list(ctx context.Context, prefix string) iter.Seq2[listed, error]
	// reachable says whether a file that was not found is really not there.
	reachable(ctx context.Context) error
}

type object interface {
	io.ReaderAt
	io.Closer
	Size() int64
	ModTime() time.Time
}

type listed struct {
	key     string
	size    int64
	changed time.Time
}

// name is what files of a call are named by: no call id can lead anywhere, and none is in a file name to be read.
func name(callID string) string {
	sum := sha256.Sum256([]byte(callID))
	return hex.EncodeToString(sum[:16])
}

// place is the key of a call's file of a kind.
func place(kind, name, extension string) string {
	return kind + "/" + name[:2] + "/" + name + extension
}

// Sampled says whether a call is one of the share (0 to 1) of calls that are kept without a flag. It is always the same
// for a call, and a call in one share is in every larger one.
func Sampled(callID string, share float64) bool {
	sum := sha256.Sum256([]byte(callID))
	return float64(binary.BigEndian.Uint64(sum[24:])>>11)/(1<<53) < share
}
