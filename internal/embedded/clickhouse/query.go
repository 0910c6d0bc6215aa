package clickhouse

import "strings"

// query is what the handler needs to know about a text before the engine gets it.
type query struct {
	verb   string // its first word, in capitals
	format string // of the result or of an insert's data; empty if the text names none
	insert bool   // an INSERT that takes data, rather than INSERT … SELECT
	// head and data are the parts of such an INSERT: "INSERT INTO t (a)" and what
	// follows VALUES or FORMAT x.
	head, data string
	// session says that the statement changes the session it runs in, which no
	// later request may notice.
	session bool
}

// parse looks over a text. It refuses what ClickHouse's server refuses and the
// engine, made for a single user at a terminal, would do: several statements in
// one request, and reading or writing files by INTO OUTFILE and FROM INFILE.
func parse(text string) (query, error) {
	lex := lexer{sql: text}
	first := lex.next()
	if first.kind == tokenEnd {
		return query{}, raise(codeSyntaxError, "SYNTAX_ERROR", "Syntax error: the query is empty")
	}
	q := query{}
	if first.kind == tokenWord {
		q.verb = strings.ToUpper(text[first.start:first.end])
	}
	q.session = q.verb == "SET" || q.verb == "USE"
	if q.verb == "INSERT" {
		if done := q.parseInsert(&lex); done {
			return q, nil
		}
		lex = lexer{sql: text, pos: first.end}
	}
	return q, q.parseRest(&lex)
}

// parseInsert finds where the data of an INSERT begins, and says whether it found it.
func (q *query) parseInsert(lex *lexer) bool {
	depth := 0
	for {
		t := lex.next()
		switch {
		case t.kind == tokenEnd:
			return false
		case lex.isByte(t, '('):
			depth++
		case lex.isByte(t, ')'):
			depth--
		case depth > 0:
		case lex.is(t, "SELECT") || lex.is(t, "WITH") || lex.is(t, "FROM"):
			return false
		case lex.is(t, "VALUES"):
			q.insert, q.head, q.format, q.data = true, lex.sql[:t.start], "Values", lex.sql[t.end:]
			return true
		case lex.is(t, "FORMAT"):
			name := lex.next()
			q.insert, q.head, q.format = true, lex.sql[:t.start], lex.sql[name.start:name.end]
			q.data = trimBeforeData(lex.sql[name.end:])
			return true
		}
	}
}

// trimBeforeData drops what separates the format's name from the data: blanks up
// to and including one line end, as the server does. What follows may itself
// begin with blanks that count.
func trimBeforeData(s string) string {
	s = strings.TrimLeft(s, " \t\f\v;")
	s = strings.TrimPrefix(s, "\r")
	return strings.TrimPrefix(s, "\n")
}

// parseRest looks at a statement that carries no data.
func (q *query) parseRest(lex *lexer) error {
	var previous token
	named := false // previous may be the name of the result's format
	for t := lex.next(); t.kind != tokenEnd; t = lex.next() {
		if lex.isByte(t, ';') {
			if lex.next().kind != tokenEnd {
				return raise(codeSyntaxError, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed): failed at position %d (end of query)", t.end)
			}
			return nil
		}
		if named && !lex.is(t, "SETTINGS") {
			q.format = "" // a column called format: behind the clause nothing else may follow
		}
		named = false
		switch {
		case lex.is(t, "TEMPORARY") && q.verb == "CREATE":
			q.session = true
		case lex.is(t, "OUTFILE") && lex.is(previous, "INTO"):
			return raise(codeIntoOutfile, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed")
		case lex.is(t, "INFILE") && lex.is(previous, "FROM"):
			return raise(codeNotImplemented, "NOT_IMPLEMENTED", "FROM INFILE is for the command-line client: send the data as the request's body")
		case t.kind == tokenWord && lex.is(previous, "FORMAT"):
			q.format, named = lex.sql[t.start:t.end], true
		}
		previous = t
	}
	return nil
}

// defines says whether the statement writes what tables are: without that the engine cannot be opened again.
func (q *query) defines() bool {
	return q.verb == "CREATE" || q.verb == "RENAME" || q.verb == "ALTER"
}

// reads says whether the statement leaves no trace, so that a GET may carry it.
func (q *query) reads() bool {
	switch q.verb {
	case "SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "":
		return true
	}
	return false
}
