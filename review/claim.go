package review

import (
	"errors"
	"net/http"
	"time"

	"github.com/earshot/earshot/pipeline/store"
)

// claimFor is how long a claim holds by itself; a page that stays open renews it.
const claimFor = 5 * time.Minute

// claimed is what a script is told of a claim.
type claimed struct {
	Mine bool   `json:"mine"`
	Told string `json:"told"`
}

// claim notes that somebody is at a call, so that two do not judge it unknowingly. It stops nobody.
func (s *Server) claim(v *visit) error {
	call := v.r.PathValue("call")
	if err := s.mayHear(v, call); err != nil {
		return err
	}
	_, err := s.store.Claim(v.r.Context(), call, v.who.name, s.now(), s.now().Add(claimFor))
	var conflict *store.ClaimConflict
	answer := claimed{Mine: true, Told: v.say("claim.mine")}
	if errors.As(err, &conflict) {
		names, err := s.names.get(v.r.Context(), s.now())
		if err != nil {
			return err
		}
		answer = claimed{Told: v.say("claim.others", "who", names.account(conflict.First.By), "time", conflict.First.At.In(s.config.Location).Format("15:04"))}
	} else if err != nil {
		return err
	}
	if v.script() {
		return v.json(http.StatusOK, answer)
	}
	return v.to(callPath(call, time.Time{}, "", ""), "")
}

func (s *Server) release(v *visit) error {
	call := v.r.PathValue("call")
	if err := s.store.Release(v.r.Context(), call, v.who.name, s.now()); err != nil {
		return err
	}
	if v.script() {
		return v.json(http.StatusOK, claimed{})
	}
	return v.to("/inbox", "")
}

// mayHear says whether there is such a call in the reader's scope.
func (s *Server) mayHear(v *visit, call string) error {
	_, err := s.store.Seen(v.r.Context(), v.who.scope(), call)
	if errors.Is(err, store.ErrNotFound) {
		return notFound("problem.call")
	}
	return err
}
