package evidence

import (
	"context"
	"errors"
)

// S3 says how to reach a bucket.
type S3 struct{}

func openS3(context.Context, string, Options) (*Store, error) {
	return nil, errors.New("cannot use s3:// yet")
}
func (s *Store) openParts(context.Context, string) (*Audio, error) { return nil, nil }
func (w *Writer) partSize() int64                                  { return 1 }
func (w *Writer) putParts(context.Context, int64) error            { return nil }
func (w *Writer) dropParts(context.Context) error                  { return nil }
