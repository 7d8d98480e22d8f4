package main

import (
	"fmt"
	"strings"
)

// options of one command: flags by their long name, then the rest.
type options struct {
	flags map[string]string
	rest  []string
}

func (o options) on(flag string) bool { return o.flags[flag] == "true" }

// parse reads the flags up to the first argument that is none; what comes after that is no flag, as
// with the real one. Specifications are LONG or LONG,SHORT, with `=` at the end where a value follows.
func parse(usage string, args, specifications []string) (map[string]string, []string) {
	long, needsValue := map[string]string{}, map[string]bool{}
	for _, specification := range specifications {
		names := strings.Split(strings.TrimSuffix(specification, "="), ",")
		needsValue[names[0]] = strings.HasSuffix(specification, "=")
		for _, name := range names {
			long[name] = names[0]
		}
	}
	flags := map[string]string{}
	for len(args) > 0 {
		if args[0] == "--" {
			return flags, args[1:]
		}
		if !strings.HasPrefix(args[0], "-") || args[0] == "-" {
			break
		}
		given, value, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(args[0], "-"), "-"), "=")
		args = args[1:]
		name, known := long[given]
		if !known {
			fmt.Printf("Incorrect Usage: flag provided but not defined: -%s\n\nNAME:\n   %s\n", given, usage)
			fail("flag provided but not defined: -" + given)
		}
		switch {
		case !needsValue[name]:
			if hasValue && value != "true" && value != "false" {
				fail(fmt.Sprintf("invalid boolean value %q for -%s", value, given))
			}
			if !hasValue {
				value = "true"
			}
		case !hasValue:
			if len(args) == 0 {
				fail("flag needs an argument: -" + given)
			}
			value, args = args[0], args[1:]
		}
		flags[name] = value
	}
	return flags, args
}

// asJSON is what `--output` asks for; other formats than the named ones are refused.
func (o options) asJSON(standard string, others ...string) bool {
	format, given := o.flags["output"]
	if !given {
		format = standard
	}
	for _, other := range append(others, standard, "json") {
		if format == other {
			return format == "json"
		}
	}
	fail(fmt.Sprintf("unsupported output format %q", format))
	return false
}
