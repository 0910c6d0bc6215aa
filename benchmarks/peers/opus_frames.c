/* Reads 16-bit mono PCM at 16 kHz on stdin and prints, for every 20 ms, what Opus's analysis (src/analysis.c) makes of
 * them: the probability of music and of activity. It analyses no rate lower than 16 kHz. */
#include <stdio.h>
#include <string.h>

#include "analysis.h"
#include "modes.h"
#include "opus_private.h"

#define FRAME 320

/* The one function that the analysis wants of the encoder: whether no sample is above the last bit. */
int is_digital_silence(const opus_val16 *pcm, int n, int channels, int bits) {
	for (int i = 0; i < n * channels; i++)
		if (pcm[i] * (1 << bits) > 1 || pcm[i] * (1 << bits) < -1)
			return 0;
	return 1;
}

/* one channel, as it is */
static void mono(const void *from, opus_val32 *to, int n, int offset, int c1, int c2, int channels) {
	const opus_int16 *pcm = (const opus_int16 *)from + offset;
	for (int i = 0; i < n; i++)
		to[i] = pcm[i];
}

int main(void) {
	static TonalityAnalysisState state;
	const CELTMode *mode = opus_custom_mode_create(48000, 960, NULL);
	AnalysisInfo info;
	opus_int16 pcm[FRAME];
	if (mode == NULL) {
		fprintf(stderr, "opus_frames: no mode of 48 kHz\n");
		return 1;
	}
	tonality_analysis_init(&state, 16000);
	state.application = 2048; /* OPUS_APPLICATION_VOIP */
	while (fread(pcm, sizeof(opus_int16), FRAME, stdin) == FRAME) {
		memset(&info, 0, sizeof info);
		run_analysis(&state, mode, pcm, FRAME, FRAME, 0, -2, 1, 16000, 16, mono, &info);
		if (info.valid)
			printf("%.3f %.3f\n", info.music_prob, info.activity_probability);
		else
			printf("0 0\n");
	}
	return 0;
}
