package review

import "github.com/earshot/earshot/review/conduct"
import "time"

type callScore struct {
	Score, Pending float64
	Lines          []flagView
}

func scoreOf([]flagView) callScore { return callScore{} }

type clockView struct {
	Stage     string
	Due, Late bool
	DueAt     time.Time
}

func (s *Server) clock(conduct.State) clockView   { return clockView{} }
func (s *Server) shiftNames() []string            { return nil }
func (s *Server) serveSpectrogram(v *visit) error { return notFound("problem.page") }
func (s *Server) serveMine(v *visit) error        { return notFound("problem.page") }
func (s *Server) serveScores(v *visit) error      { return notFound("problem.page") }
func (s *Server) serveAgent(v *visit) error       { return notFound("problem.page") }
func (s *Server) serveAppeals(v *visit) error     { return notFound("problem.page") }
func (s *Server) serveSlips(v *visit) error       { return notFound("problem.page") }
