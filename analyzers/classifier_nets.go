package analyzers

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/earshot/earshot/analyzers/dsp"
)

// nets are the classifier's weights.
type nets struct{ scene, frame *dsp.Fixed }

func newNets(scene, frame *dsp.Net) *nets {
	return &nets{dsp.NewFixed(scene, sceneRanges()), dsp.NewFixed(frame, frameRanges())}
}

// weights is what benchmarks/train made; weights.md says from what, and how good it is.
//
//go:embed weights.bin
var weights []byte

// trained are the nets of the weights built in. They are decoded when first needed, so that the training command runs
// whatever the file holds.
var trained = sync.OnceValue(func() *nets {
	n, err := decodeNets(weights)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return n
})

func decodeNets(data []byte) (*nets, error) {
	scene, data, err := dsp.DecodeNet(data, sceneInputs, 2)
	if err != nil {
		return nil, fmt.Errorf("cannot read the weights of the scene net: %w", err)
	}
	frame, data, err := dsp.DecodeNet(data, frameInputs, 1)
	if err != nil {
		return nil, fmt.Errorf("cannot read the weights of the frame net: %w", err)
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("cannot read the weights: %d bytes too many", len(data))
	}
	return newNets(scene, frame), nil
}
