/* Reads 16-bit mono PCM at 8 kHz on stdin and prints 1 for every 20 ms that WebRTC's voice activity detector, in the
 * mode given (0 to 3), calls speech, and 0 for every other. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "webrtc/common_audio/vad/include/webrtc_vad.h"

#define FRAME 160

int main(int argc, char **argv) {
	int16_t pcm[FRAME];
	VadInst *vad;
	if (argc != 2 || WebRtcVad_Create(&vad) || WebRtcVad_Init(vad) || WebRtcVad_set_mode(vad, atoi(argv[1]))) {
		fprintf(stderr, "usage: vad_frames MODE\n");
		return 2;
	}
	while (fread(pcm, sizeof(int16_t), FRAME, stdin) == FRAME)
		printf("%d\n", WebRtcVad_Process(vad, 8000, pcm, FRAME) == 1);
	WebRtcVad_Free(vad);
	return 0;
}
