package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
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

// decode reads a message into what crictl prints: every field is there, 64-bit
// numbers are strings, enums are names.
func decode(kind string, from []byte) object {
	into := object{}
	byNumber := map[int]field{}
	for _, f := range messages[kind] {
		byNumber[f.number] = f
		into[camel(f.name)] = zero(f)
	}
	for len(from) > 0 {
		key, n := binary.Uvarint(from)
		from = from[n:]
		var number uint64
		var raw []byte
		switch key & 7 {
		case 0:
			number, n = binary.Uvarint(from)
			from = from[n:]
		case 1:
			number, from = binary.LittleEndian.Uint64(from), from[8:]
		case 2:
			length, n := binary.Uvarint(from)
			raw, from = from[n:n+int(length)], from[n+int(length):]
		default:
			fail("unexpected wire type")
		}
		f, found := byNumber[int(key>>3)]
		if !found {
			continue
		}
		name := camel(f.name)
		switch {
		case f.mapping:
			entry := decode(entryOf(f.kind), raw)
			into[name].(object)[entry["key"].(string)] = entry["value"]
		case f.repeated:
			into[name] = append(into[name].([]any), decodeOne(f.kind, number, raw))
		default:
			into[name] = decodeOne(f.kind, number, raw)
		}
	}
	return into
}

func entryOf(kind string) string {
	name := "entry of " + kind
	messages[name] = []field{{name: "key", kind: "string", number: 1}, {name: "value", kind: kind, number: 2}}
	return name
}

func zero(f field) any {
	switch {
	case f.mapping:
		return object{}
	case f.repeated:
		return []any{}
	case messages[f.kind] != nil:
		return nil
	}
	return decodeOne(f.kind, 0, nil)
}

func decodeOne(kind string, number uint64, raw []byte) any {
	switch kind {
	case "string":
		return string(raw)
	case "bytes":
		return base64.StdEncoding.EncodeToString(raw)
	case "bool":
		return number != 0
	case "int64":
		return strconv.FormatInt(int64(number), 10)
	case "uint64":
		return strconv.FormatUint(number, 10)
	case "double":
		return math.Float64frombits(number)
	case "int32", "uint32":
		return int64(number)
	}
	if names, isEnum := enums[kind]; isEnum {
		return names[int64(number)]
	}
	return decode(kind, raw)
}
