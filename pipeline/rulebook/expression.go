package rulebook

import (
	"errors"
	"fmt"
	"math"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"go.yaml.in/yaml/v4"
)

// expression is a compiled CEL expression. It may be evaluated from several goroutines at once.
type expression struct {
	text    string
	line    int
	program cel.Program
	// kinds are the kinds of segment that its functions look at.
	kinds map[string]bool
	// usesCall says that it reads facts of the call, which are complete only when the call has ended.
	usesCall bool
}

// result is the type of an expression's value.
type result int

const (
	truth result = iota
	figure
)

// compile parses, checks and plans the expression in a YAML scalar. It returns nil after telling what is wrong.
func (l *language) compile(n *yaml.Node, what string, on []string, want result, p *problems) *expression {
	text, ok := p.text(n, what)
	if !ok {
		return nil
	}
	if len(text) > maxExpression {
		p.add(n.Line, fmt.Sprintf("at most %d", maxExpression), "%s has %d characters", what, len(text))
		return nil
	}
	first := n.Line // the line of the expression's first line
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		first++
	}
	env, err := l.env(on)
	if err != nil {
		p.add(n.Line, "", "%s: %v", what, err)
		return nil
	}
	parsed, issues := env.Parse(text)
	if p.issues(issues, first, what) {
		return nil
	}
	tree := parsed.NativeRep()
	e := &expression{text: text, line: n.Line, kinds: map[string]bool{}}
	before := len(p.list)
	check := &names{
		language: l, env: env, on: on, p: p, what: what, found: e,
		line:    func(id int64) int { return first + max(tree.SourceInfo().GetStartLocation(id).Line(), 1) - 1 },
		factory: ast.NewExprFactory(), nextID: ast.MaxID(tree),
	}
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(check.visit))
	if len(p.list) > before {
		return nil
	}
	checked, issues := env.Check(parsed)
	if p.issues(issues, first, what) {
		return nil
	}
	got := checked.OutputType()
	switch {
	case want == truth && !got.IsExactType(types.BoolType):
		p.add(n.Line, "true or false", "%s gives %s", what, cel.FormatCELType(got))
		return nil
	case want == figure && !got.IsExactType(types.DoubleType) && !got.IsExactType(types.IntType):
		p.add(n.Line, "a number", "%s gives %s", what, cel.FormatCELType(got))
		return nil
	}
	if e.program, err = env.Program(checked, cel.EvalOptions(cel.OptOptimize)); err != nil {
		p.add(n.Line, "a CEL expression", "%s: %v", what, err)
		return nil
	}
	return e
}

// issues takes over what CEL found, and says whether it found anything.
func (p *problems) issues(issues *cel.Issues, first int, what string) bool {
	if issues == nil || issues.Err() == nil {
		return false
	}
	if len(issues.Errors()) == 0 {
		p.add(first, "a CEL expression", "%s: %v", what, issues.Err())
	}
	for _, e := range issues.Errors() {
		p.add(first+max(e.Location.Line(), 1)-1, "a CEL expression", "%s, column %d: %s", what, e.Location.Column()+1, e.Message)
	}
	return true
}

// holds evaluates a condition; a condition that is not there holds.
func (e *expression) holds(s *scope) (bool, error) {
	if e == nil {
		return true, nil
	}
	v, _, err := e.program.Eval(s)
	if err != nil {
		return false, err
	}
	b, ok := v.(types.Bool)
	if !ok {
		return false, fmt.Errorf("%s gives no truth value", e.text)
	}
	return bool(b), nil
}

var errNotFinite = errors.New("the measured value is not a finite number")

// figure evaluates a measure.
func (e *expression) figure(s *scope) (float64, error) {
	v, _, err := e.program.Eval(s)
	if err != nil {
		return 0, err
	}
	var f float64
	switch n := v.(type) {
	case types.Double:
		f = float64(n)
	case types.Int:
		f = float64(n)
	default:
		return 0, fmt.Errorf("%s gives no number", e.text)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, errNotFinite
	}
	return f, nil
}
