package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// sentences are spoken by espeak-ng in many of its voices: more languages and registers than there are recordings of.
var sentences = map[string][]string{
	"de": {"Guten Tag, mein Name ist Schneider, was kann ich für Sie tun?", "Einen Moment bitte, ich verbinde Sie mit der Buchhaltung.", "Ihre Rechnung vom dritten März ist noch offen."},
	"pt": {"Bom dia, em que posso ajudar?", "O seu pedido foi enviado ontem e chega amanhã de manhã.", "Pode repetir o número do contrato, por favor?"},
	"hi": {"नमस्ते, मैं आपकी क्या सहायता कर सकता हूँ?", "कृपया अपना खाता नंबर बताइए।", "आपका बिल कल तक जमा हो जाएगा।"},
	"tr": {"İyi günler, size nasıl yardımcı olabilirim?", "Lütfen biraz bekleyin, hemen bakıyorum.", "Faturanız dün ödenmiş görünüyor."},
	"pl": {"Dzień dobry, w czym mogę pomóc?", "Proszę podać numer klienta i datę urodzenia.", "Przesyłka została wysłana wczoraj wieczorem."},
	"sw": {"Habari za asubuhi, naweza kukusaidia vipi?", "Tafadhali subiri kidogo, nitaangalia akaunti yako."},
	"vi": {"Xin chào, tôi có thể giúp gì cho bạn?", "Vui lòng chờ một chút, tôi đang kiểm tra.", "Hóa đơn của bạn đã được thanh toán hôm qua."},
	"el": {"Καλημέρα σας, πώς μπορώ να σας βοηθήσω;", "Παρακαλώ περιμένετε μια στιγμή."},
	"en": {"Good morning, thank you for calling, how may I help you today?", "Could you hold the line for a moment while I check that?", "I am very sorry about that, let me see what I can do."},
	"sv": {"God morgon, vad kan jag hjälpa dig med?", "Ett ögonblick, jag ska titta på ditt ärende."},
}

var variants = []string{"", "+m1", "+m3", "+m7", "+f2", "+f4", "+croak"}

// synthetic has espeak-ng speak the sentences.
func synthetic(cache string) (*source, error) {
	voice := &source{name: "synthetic"}
	for _, language := range []string{"de", "pt", "hi", "tr", "pl", "sw", "vi", "el", "en", "sv"} {
		for i, sentence := range sentences[language] {
			for j, variant := range variants {
				name := filepath.Join(cache, fmt.Sprintf("espeak-%s-%d%s.wav", language, i, variant))
				if _, err := os.Stat(name); err != nil {
					speed, pitch := fmt.Sprint(130+20*((i+j)%5)), fmt.Sprint(30+10*((i+2*j)%5))
					if out, err := exec.Command("espeak-ng", "-v", language+variant, "-s", speed, "-p", pitch, "-w", name, sentence).CombinedOutput(); err != nil {
						return nil, fmt.Errorf("cannot synthesise %s with espeak-ng: %w: %s", language+variant, err, out)
					}
				}
				pcm, err := decode(name, cache)
				if err != nil {
					return nil, err
				}
				if pcm = trim(pcm); len(pcm) > rate/5 {
					voice.clips = append(voice.clips, pcm)
				}
			}
		}
	}
	return voice, nil
}
