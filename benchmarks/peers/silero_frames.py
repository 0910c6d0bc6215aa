"""Reads 16-bit mono PCM at 8 kHz on stdin and prints, for every 20 ms, how likely Silero VAD finds speech there: its ONNX
model as the package ships it, run by ONNX Runtime on one thread, 32 ms at a time."""
import pathlib
import sys

import numpy
import onnxruntime

FRAME, WINDOW, CONTEXT, RATE = 160, 256, 32, 8000

model = pathlib.Path(__file__).with_name("silero_vad") / "data" / "silero_vad.onnx"
options = onnxruntime.SessionOptions()
options.inter_op_num_threads = options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
pcm = numpy.frombuffer(sys.stdin.buffer.read(), dtype="<i2").astype(numpy.float32) / 32768
frames = len(pcm) // FRAME
pcm = numpy.concatenate([numpy.zeros(CONTEXT, numpy.float32), pcm, numpy.zeros(WINDOW, numpy.float32)])
state, rate = numpy.zeros((2, 1, 128), numpy.float32), numpy.array(RATE, numpy.int64)
likely = []
for at in range(0, len(pcm) - CONTEXT - WINDOW + 1, WINDOW):
    out, state = session.run(None, {"input": pcm[None, at : at + CONTEXT + WINDOW], "state": state, "sr": rate})
    likely.append(float(out[0, 0]))
for i in range(frames):
    print(f"{likely[(i * FRAME + FRAME // 2) // WINDOW]:.3f}")
