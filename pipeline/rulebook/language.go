package rulebook

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/earshot/earshot/analyzers"
	"github.com/earshot/earshot/schemas"
)

// maxExpression bounds an expression's length in characters.
const maxExpression = 4096

const callType = "earshot.Call"

// language is CEL with the two names of a rule, `it` and `call`, typed by the vocabulary of the analyzers.
type language struct {
	kinds map[string]analyzers.KindDoc
	types typeTable
	call  *cel.Env            // knows `call` only
	envs  map[string]*cel.Env // knows `it` as well, by the type name of the kinds it may be of
}

func newLanguage(docs []analyzers.KindDoc) (*language, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	l := &language{
		kinds: map[string]analyzers.KindDoc{},
		types: typeTable{Provider: registry, fields: map[string]map[string]*types.FieldType{callType: callFields()}},
		envs:  map[string]*cel.Env{},
	}
	for _, d := range docs {
		l.kinds[d.Kind] = merge(l.kinds[d.Kind], d)
	}
	l.call, err = cel.NewEnv(
		cel.CustomTypeProvider(l.types),
		// No loops: the time an expression takes does not depend on what it is given.
		cel.ClearMacros(), cel.Macros(cel.HasMacro),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.CrossTypeNumericComparisons(true),
		cel.Variable("call", cel.ObjectType(callType)),
		segmentFunctions(),
	)
	return l, err
}

// env returns the environment of a rule on these kinds; none means a rule on the call.
func (l *language) env(on []string) (*cel.Env, error) {
	if len(on) == 0 {
		return l.call, nil
	}
	name := segmentType(on)
	if env, ok := l.envs[name]; ok {
		return env, nil
	}
	l.types.fields[name] = l.segmentFields(on)
	env, err := l.call.Extend(cel.Variable("it", cel.ObjectType(name)))
	if err != nil {
		return nil, fmt.Errorf("cannot declare the segment type %s: %w", name, err)
	}
	l.envs[name] = env
	return env, nil
}

func segmentType(on []string) string {
	return "earshot.Segment." + strings.Join(slices.Sorted(slices.Values(on)), "_")
}

// merge joins what two analyzers say of the same kind.
func merge(a, b analyzers.KindDoc) analyzers.KindDoc {
	if a.Kind == "" {
		return b
	}
	measures := map[string]string{}
	for _, doc := range []analyzers.KindDoc{b, a} {
		for name, what := range doc.Measures {
			measures[name] = what
		}
	}
	a.Measures, a.Sources = measures, append(slices.Clone(a.Sources), b.Sources...)
	return a
}

func (l *language) kindNames() []string {
	names := make([]string, 0, len(l.kinds))
	for k := range l.kinds {
		names = append(names, k)
	}
	return names
}

// values returns the texts that a field can hold, or nil when it is no text with a known set of values.
func (l *language) values(object, field string, on []string) []string {
	switch object + "." + field {
	case "it.kind":
		return on
	case "it.leg", "call.ended_by":
		return []string{"agent", "customer", "mixed", ""}
	case "call.direction":
		return []string{"inbound", "outbound", ""}
	case "it.source":
		sources := []string{""}
		for _, k := range on {
			sources = append(sources, l.kinds[k].Sources...)
		}
		return sources
	}
	return nil
}

// typeTable tells CEL the fields of `it` and `call`.
type typeTable struct {
	types.Provider
	fields map[string]map[string]*types.FieldType
}

func (t typeTable) FindStructType(name string) (*types.Type, bool) {
	if _, ok := t.fields[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return nil, false
}

func (t typeTable) FindStructFieldNames(name string) ([]string, bool) {
	fields, ok := t.fields[name]
	names := make([]string, 0, len(fields))
	for f := range fields {
		names = append(names, f)
	}
	return names, ok
}

func (t typeTable) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	f, ok := t.fields[name][field]
	return f, ok
}

func (t typeTable) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("a rule cannot make a %s", name)
}

func callFields() map[string]*types.FieldType {
	field := func(t *types.Type, get func(*Call) any) *types.FieldType {
		return &types.FieldType{
			Type:    t,
			IsSet:   func(any) bool { return true },
			GetFrom: func(o any) (any, error) { return get(&o.(*facts).call), nil },
		}
	}
	return map[string]*types.FieldType{
		"legs":         field(types.DoubleType, func(c *Call) any { return float64(c.Legs) }),
		"mono":         field(types.BoolType, func(c *Call) any { return c.Mono }),
		"duration":     field(types.DoubleType, func(c *Call) any { return c.Duration.Seconds() }),
		"ended_by":     field(types.StringType, func(c *Call) any { return c.EndedBy.Name() }),
		"answer_known": field(types.BoolType, func(c *Call) any { return c.AnswerKnown }),
		"direction":    field(types.StringType, func(c *Call) any { return directionName(c.Direction) }),
		"swapped":      field(types.BoolType, func(c *Call) any { return c.Swapped }),
	}
}

func directionName(d schemas.Direction) string {
	switch d {
	case schemas.Direction_DIRECTION_INBOUND:
		return "inbound"
	case schemas.Direction_DIRECTION_OUTBOUND:
		return "outbound"
	default:
		return ""
	}
}

// segmentFields are the fields of `it` in a rule on these kinds: what every segment has, and what each kind measures.
func (l *language) segmentFields(on []string) map[string]*types.FieldType {
	text := func(get func(*analyzers.Segment) string) *types.FieldType {
		return &types.FieldType{
			Type:    types.StringType,
			IsSet:   func(any) bool { return true },
			GetFrom: func(o any) (any, error) { return get(o.(*item).segment), nil },
		}
	}
	number := func(name string, get func(*analyzers.Segment) (float64, bool)) *types.FieldType {
		return &types.FieldType{
			Type:  types.DoubleType,
			IsSet: func(o any) bool { _, ok := get(o.(*item).segment); return ok },
			GetFrom: func(o any) (any, error) {
				s := o.(*item).segment
				v, ok := get(s)
				switch {
				case !ok:
					return nil, fmt.Errorf("%s at %.1f s has no measure %s", s.Kind, s.Start.Seconds(), name)
				case math.IsNaN(v) || math.IsInf(v, 0):
					return nil, fmt.Errorf("%s of %s at %.1f s is not a number", name, s.Kind, s.Start.Seconds())
				}
				return v, nil
			},
		}
	}
	fields := map[string]*types.FieldType{}
	for _, k := range on {
		for name := range l.kinds[k].Measures {
			fields[name] = number(name, func(s *analyzers.Segment) (float64, bool) { return s.Get(name) })
		}
	}
	always := func(get func(*analyzers.Segment) float64) func(*analyzers.Segment) (float64, bool) {
		return func(s *analyzers.Segment) (float64, bool) { return get(s), true }
	}
	fields["kind"] = text(func(s *analyzers.Segment) string { return s.Kind })
	fields["leg"] = text(func(s *analyzers.Segment) string { return s.Leg.Name() })
	fields["source"] = text(func(s *analyzers.Segment) string { return s.Source })
	fields["start"] = number("start", always(func(s *analyzers.Segment) float64 { return s.Start.Seconds() }))
	fields["end"] = number("end", always(func(s *analyzers.Segment) float64 { return s.End.Seconds() }))
	fields["duration"] = number("duration", always(func(s *analyzers.Segment) float64 { return s.Duration().Seconds() }))
	fields["value"] = number("value", always(func(s *analyzers.Segment) float64 { return s.Value }))
	fields["confidence"] = number("confidence", always(func(s *analyzers.Segment) float64 { return s.Confidence }))
	return fields
}
