package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sort"
	"strconv"
)

// encode writes a message; JSON names may be the definition's or camel case.
func encode(kind string, from object) []byte {
	known := map[string]bool{}
	var out []byte
	for _, f := range messages[kind] {
		known[f.name], known[camel(f.name)] = true, true
		given, found := from[f.name]
		if !found {
			given, found = from[camel(f.name)]
		}
		if !found || given == nil {
			continue
		}
		switch {
		case f.mapping:
			out = encodeMap(out, f, given.(object))
		case f.repeated:
			for _, item := range list(given) {
				out = encodeOne(out, f, item)
			}
		default:
			out = encodeOne(out, f, given)
		}
	}
	for name := range from {
		if !known[name] {
			fail(fmt.Sprintf("%s has no field %q", kind, name))
		}
	}
	return out
}

func list(given any) []any {
	if items, fits := given.([]any); fits {
		return items
	}
	var items []any
	for _, item := range given.([]string) {
		items = append(items, item)
	}
	return items
}

func encodeMap(out []byte, f field, given object) []byte {
	keys := make([]string, 0, len(given))
	for key := range given {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		entry := encodeOne(nil, field{kind: "string", number: 1}, key)
		entry = encodeOne(entry, field{kind: f.kind, number: 2}, given[key])
		out = appendBytes(out, f.number, entry)
	}
	return out
}

func encodeOne(out []byte, f field, given any) []byte {
	switch f.kind {
	case "string":
		return appendBytes(out, f.number, []byte(given.(string)))
	case "bytes":
		raw, _ := base64.StdEncoding.DecodeString(given.(string))
		return appendBytes(out, f.number, raw)
	}
	if _, isMessage := messages[f.kind]; isMessage {
		return appendBytes(out, f.number, encode(f.kind, given.(object)))
	}
	out = binary.AppendUvarint(out, uint64(f.number)<<3)
	return binary.AppendUvarint(out, uint64(integer(f.kind, given)))
}

func integer(kind string, given any) int64 {
	switch v := given.(type) {
	case bool:
		if v {
			return 1
		}
		return 0
	case int:
		return int64(v)
	case float64:
		return int64(v)
	case string:
		for number, name := range enums[kind] {
			if name == v {
				return number
			}
		}
		if number, err := strconv.ParseInt(v, 10, 64); err == nil {
			return number
		}
	}
	fail(fmt.Sprintf("no %s: %v", kind, given))
	return 0
}

func appendBytes(out []byte, number int, value []byte) []byte {
	out = binary.AppendUvarint(out, uint64(number)<<3|2)
	out = binary.AppendUvarint(out, uint64(len(value)))
	return append(out, value...)
}
