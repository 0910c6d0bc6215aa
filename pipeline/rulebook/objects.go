package rulebook

import (
	"cmp"
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/earshot/earshot/analyzers"
)

// scope is what an expression is evaluated in: cel.Activation over the two names.
type scope struct {
	facts facts
	item  item
}

// ResolveName implements cel.Activation.
func (s *scope) ResolveName(name string) (any, bool) {
	switch name {
	case "call":
		return &s.facts, true
	case "it":
		return &s.item, s.item.segment != nil
	}
	return nil, false
}

// Parent implements cel.Activation.
func (s *scope) Parent() cel.Activation { return nil }

// facts is `call`: what is known of the call, and the segments that the functions look at.
type facts struct {
	opaque
	call     Call
	segments *timelines
	// open says that segments which still go on count as well.
	open bool
	// rule is the one that asks: its confidence and its `where` say which segments count.
	rule *rule
	// failed is why a `where` could not be evaluated.
	failed error
}

// judged makes the facts those that a rule sees.
func (f *facts) judged(r *rule) { f.rule, f.open, f.failed = r, r.Live, nil }

// counts says whether a segment counts for the rule that asks.
func (f *facts) counts(s *analyzers.Segment) bool {
	switch r := f.rule; {
	case s.Open && !f.open, s.Confidence < r.Confidence:
		return false
	case r.where == nil || s.Kind != r.Evidence:
		return true
	default:
		ok, err := r.where.holds(&scope{facts: *f, item: item{segment: s}})
		f.failed = cmp.Or(f.failed, err)
		return ok
	}
}

// item is `it`: the segment being judged.
type item struct {
	opaque
	segment *analyzers.Segment
}

func (f *facts) Value() any              { return f }
func (f *facts) Equal(o ref.Val) ref.Val { return types.Bool(ref.Val(f) == o) }
func (i *item) Value() any               { return i }
func (i *item) Equal(o ref.Val) ref.Val  { return types.Bool(ref.Val(i) == o) }

// The types by which CEL finds the functions that take such a value.
var (
	factsType = types.NewObjectType(callType)
	itemType  = types.NewObjectType("earshot.Segment")
)

func (f *facts) Type() ref.Type { return factsType }
func (i *item) Type() ref.Type  { return itemType }

// opaque holds what CEL wants of a value and no rule can use.
type opaque struct{}

func (opaque) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("cannot convert it to %v", t)
}

func (opaque) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("cannot convert it to %s", t.TypeName())
}

// functionArguments are how many arguments a rule gives each function. The names check puts `call` before them, since
// that is where the segments are.
var functionArguments = map[string]int{"count": 1, "total": 1, "any": 1, "overlaps": 2}

func segmentFunctions() cel.EnvOption {
	call := cel.ObjectType(callType)
	perKind := func(name string, result *cel.Type, of func(*facts, string) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_call_kind", []*cel.Type{call, cel.StringType}, result,
			cel.BinaryBinding(func(c, kind ref.Val) ref.Val { return of(c.(*facts), string(kind.(types.String))) })))
	}
	options := []cel.EnvOption{
		perKind("count", cel.DoubleType, func(f *facts, kind string) ref.Val {
			n, _ := f.segments.sum(kind, f.counts)
			return types.Double(n)
		}),
		perKind("total", cel.DoubleType, func(f *facts, kind string) ref.Val {
			_, length := f.segments.sum(kind, f.counts)
			return types.Double(length.Seconds())
		}),
		perKind("any", cel.BoolType, func(f *facts, kind string) ref.Val {
			n, _ := f.segments.sum(kind, f.counts)
			return types.Bool(n > 0)
		}),
		cel.Function("overlaps", cel.Overload("overlaps_call_it_kind",
			[]*cel.Type{call, cel.DynType, cel.StringType}, cel.BoolType,
			cel.FunctionBinding(func(args ...ref.Val) ref.Val {
				f, it := args[0].(*facts), args[1].(*item)
				return types.Bool(f.segments.overlaps(it.segment, string(args[2].(types.String)), f.open))
			}))),
	}
	return func(e *cel.Env) (*cel.Env, error) {
		for _, option := range options {
			var err error
			if e, err = option(e); err != nil {
				return nil, err
			}
		}
		return e, nil
	}
}
