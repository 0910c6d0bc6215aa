package examples

import "github.com/earshot/earshot/internal/sound"

// sampleRate in Hz is that of everything here.
const sampleRate = sound.Rate
