package clickhouse

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// handler speaks ClickHouse's HTTP interface.
type handler struct {
	pool    *pool
	version string
	log     *slog.Logger
}

func (h *handler) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", h.serveQuery)
	for _, path := range []string{"/ping", "/replicas_status"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "Ok.\n") })
	}
	// A page from elsewhere, open in a browser on this machine, must not be able
	// to send statements here.
	return http.NewCrossOriginProtection().Handler(mux)
}

func (h *handler) serveQuery(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Query().Get("query") == "" {
		io.WriteString(w, "Ok.\n")
		return
	}
	answer := newResponse(w, r.URL.Query().Get("query_id"), h.version)
	err := h.run(r, answer)
	if err == nil {
		err = answer.end()
	}
	if err == nil {
		return
	}
	e := asException(err)
	if errors.Is(r.Context().Err(), context.Canceled) {
		e = raise(codeCancelled, "QUERY_WAS_CANCELLED", "the client has gone, or the engine is closing")
	}
	h.log.Debug("query failed", "error", e)
	answer.fail(e, h.version)
}

func (h *handler) run(r *http.Request, answer *response) error {
	req, err := readRequest(r)
	if err != nil {
		return err
	}
	q, err := parse(req.text)
	if err != nil {
		return err
	}
	if req.mustOnlyRead && !q.reads() {
		return raise(codeReadonly, "READONLY", "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. "+
			"You should use method POST for modifying queries")
	}
	if req.cut && !q.insert {
		return raise(codeSyntaxError, "SYNTAX_ERROR", "Syntax error: Max query size exceeded: the query is longer than %d bytes", maxQuery)
	}
	if req.compress != "" {
		if answer.frames, err = newFrames(req.compress); err != nil {
			return err
		}
	}
	if h.pool.unwritten.Load() {
		return errUnwritten
	}
	if q.defines() {
		if err := h.pool.roomy(); err != nil {
			return err
		}
	}
	return h.pool.do(r.Context(), func(c *conn) error {
		c.spoilt = c.spoilt || q.session
		if err := c.use(req.database); err != nil {
			return err
		}
		restore, err := c.set(req.settings)
		defer restore()
		if err != nil {
			return err
		}
		// A small INSERT of VALUES goes as one text: it may hold expressions and
		// query parameters, which the engine resolves only there.
		if q.insert && (q.format != "Values" || req.cut) {
			return h.insert(c, req, q, answer)
		}
		return h.query(r.Context(), c, req, q, answer)
	})
}

// query runs a statement and writes its result.
func (h *handler) query(ctx context.Context, c *conn, req *request, q query, answer *response) error {
	format := req.format
	if q.format != "" && !q.insert {
		format = q.format
	}
	answer.setFormat(format)
	write := func(r *result) (err error) {
		defer r.close()
		answer.summary.add(r.summary())
		data := r.bytes()
		if format == "Native" && req.revision > 0 {
			if data, err = transcode(data, req.revision); err != nil {
				return err
			}
		}
		_, err = answer.Write(data)
		return err
	}
	s := statement{text: req.text, format: format, params: req.params}
	if (q.verb == "SELECT" || q.verb == "WITH") && streams(format) && !req.wait {
		rows, err := c.stream(s)
		switch {
		case err == nil:
			defer rows.close()
			return each(ctx, rows, write)
		case !strings.Contains(err.Error(), "Streaming query is not supported"):
			return err
		}
		// WITH … INSERT: refused as a stream before anything of it ran.
	}
	r, err := c.query(s)
	if err != nil {
		return err
	}
	if q.verb != "SELECT" {
		if err := h.pool.sound(); err != nil {
			r.close()
			return err
		}
	}
	return write(r)
}

func each(ctx context.Context, rows *stream, write func(*result) error) error {
	for {
		part, err := rows.next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = write(part)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// streams says whether the parts of a result, put one behind another, are the
// result: every part begins with the format's header.
func streams(format string) bool {
	return slices.Contains([]string{"Native", "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "CSV",
		"JSONEachRow", "JSONCompactEachRow", "RowBinary"}, format)
}

// insert feeds the data of an INSERT to the engine as it comes in.
func (h *handler) insert(c *conn, req *request, q query, answer *response) error {
	in, err := c.insert(statement{text: q.head, format: q.format, params: req.params})
	if err != nil {
		return err
	}
	defer in.close()
	if err := in.append([]byte(q.data)); err != nil {
		return err
	}
	client := http.NewResponseController(answer.w)
	defer client.SetReadDeadline(time.Time{})
	piece := make([]byte, 256<<10)
	for {
		_ = client.SetReadDeadline(time.Now().Add(idleLimit))
		n, err := req.more.Read(piece)
		if n > 0 {
			if err := in.append(piece[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return bodyError(err) // and the insert is thrown away: half of it would look like all
		}
	}
	if answer.summary, err = in.finish(); err != nil {
		return err
	}
	return h.pool.sound()
}
