package rulebook

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// names checks every name of a parsed expression against the vocabulary, since CEL's own complaints cannot say which
// name was meant, and brings the expression into the form that CEL checks: numbers become doubles, and the functions
// on segments get the call they look into.
type names struct {
	*language
	env     *cel.Env
	on      []string
	p       *problems
	what    string
	line    func(id int64) int
	factory ast.ExprFactory
	nextID  int64
	found   *expression
}

func (n *names) add(e ast.Expr, expected, what string, args ...any) {
	n.p.add(n.line(e.ID()), expected, n.what+": "+what, args...)
}

// visit takes every node, the leaves first.
func (n *names) visit(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.Int:
			e.SetKindCase(n.factory.NewLiteral(e.ID(), types.Double(v)))
		case types.Uint:
			e.SetKindCase(n.factory.NewLiteral(e.ID(), types.Double(v)))
		}
	case ast.IdentKind:
		n.ident(e)
	case ast.SelectKind:
		n.field(e)
	case ast.CallKind:
		n.function(e)
	case ast.StructKind:
		n.add(e, "a plain expression", "a rule makes no objects")
	}
}

func (n *names) ident(e ast.Expr) {
	switch name := e.AsIdent(); {
	case name == "call", name == "it" && len(n.on) > 0:
	case name == "it":
		n.add(e, "call", "there is no segment `it` in an expression on the call")
	default:
		known := []string{"call", "count(…)", "total(…)", "any(…)"}
		if len(n.on) > 0 {
			known = append(known, "it", "overlaps(…)")
		}
		n.add(e, oneOf(name, known)+"; text stands in quotes", "unknown name %q", name)
	}
}

// field checks it.NAME and call.NAME.
func (n *names) field(e ast.Expr) {
	object, field, ok := selection(e)
	if !ok {
		return
	}
	var typeName, of string
	switch {
	case object == "call":
		typeName, of = callType, "the call"
		n.found.usesCall = true
	case object == "it" && len(n.on) > 0:
		typeName, of = segmentType(n.on), strings.Join(n.on, " or ")
	default:
		return
	}
	if _, known := n.types.FindStructFieldType(typeName, field); !known {
		fields, _ := n.types.FindStructFieldNames(typeName)
		n.add(e, oneOf(field, fields), "%s has no %q", of, field)
	}
}

func selection(e ast.Expr) (object, field string, ok bool) {
	if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind {
		return "", "", false
	}
	return e.AsSelect().Operand().AsIdent(), e.AsSelect().FieldName(), true
}

func (n *names) function(e ast.Expr) {
	call := e.AsCall()
	name, args := call.FunctionName(), call.Args()
	switch name {
	case operators.Equals, operators.NotEquals:
		n.comparable(args[0], args[1])
		n.comparable(args[1], args[0])
		return
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			for _, element := range args[1].AsList().Elements() {
				n.comparable(args[0], element)
			}
		}
		return
	}
	if want, ours := functionArguments[name]; ours && !call.IsMemberFunction() {
		n.segmentFunction(e, name, args, want)
		return
	}
	if !n.env.HasFunction(name) {
		var known []string
		for f := range n.env.Functions() {
			if f[0] >= 'a' && f[0] <= 'z' {
				known = append(known, f)
			}
		}
		n.add(e, oneOf(name, append(known, "has")), "unknown function %q", name)
	}
}

// comparable checks a text that a field with known values is compared with: it.kind == 'hodl' would never be true.
func (n *names) comparable(field, text ast.Expr) {
	object, name, ok := selection(field)
	if !ok || text.Kind() != ast.LiteralKind {
		return
	}
	s, ok := text.AsLiteral().(types.String)
	if !ok {
		return
	}
	values := n.values(object, name, n.on)
	for _, v := range values {
		if v == string(s) {
			return
		}
	}
	if values != nil {
		n.add(text, oneOf("'"+string(s)+"'", quoted(values)), "%s.%s is never %q", object, name, string(s))
	}
}

func quoted(values []string) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = "'" + v + "'"
	}
	return list
}

// segmentFunction checks count, total, any and overlaps. The kind has to be written out, so that the rulebook knows
// which segments to keep.
func (n *names) segmentFunction(e ast.Expr, name string, args []ast.Expr, want int) {
	usage := name + "('kind')"
	if name == "overlaps" {
		usage = "overlaps(it, 'kind')"
	}
	if len(args) != want {
		n.add(e, usage, "%s has %d arguments", name, len(args))
		return
	}
	if want == 2 && (args[0].Kind() != ast.IdentKind || args[0].AsIdent() != "it") {
		n.add(args[0], usage, "%s is not about a segment", name)
		return
	}
	last := args[want-1]
	kind, ok := types.String(""), false
	if last.Kind() == ast.LiteralKind {
		kind, ok = last.AsLiteral().(types.String)
	}
	if !ok {
		n.add(last, usage, "the kind that %s looks for is not written out", name)
		return
	}
	if _, known := n.kinds[string(kind)]; !known {
		n.add(last, oneOf(string(kind), n.kindNames()), "there is no kind of segment %q", string(kind))
		return
	}
	n.found.kinds[string(kind)] = true
	n.nextID++
	full := append([]ast.Expr{n.factory.NewIdent(n.nextID, "call")}, args...)
	e.SetKindCase(n.factory.NewCall(e.ID(), name, full...))
}
