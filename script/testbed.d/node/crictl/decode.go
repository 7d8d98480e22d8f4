package main

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
)

// decode reads a message into what crictl prints: every field but a message that was not sent is
// there, 64-bit numbers are strings, enums are names.
func decode(kind string, from []byte) object {
	into := object{}
	byNumber := map[int]field{}
	for _, f := range messages[kind] {
		byNumber[f.number] = f
		if value := zero(f); value != nil {
			into[camel(f.name)] = value
		}
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
			into[name] = append(into[name].([]any), decodeItems(f.kind, number, raw)...)
		default:
			into[name] = decodeOne(f.kind, number, raw)
		}
	}
	return into
}

// decodeItems reads one item of a list, or all: numbers are sent as one piece.
func decodeItems(kind string, number uint64, raw []byte) []any {
	if kind != "int64" || raw == nil {
		return []any{decodeOne(kind, number, raw)}
	}
	items := []any{}
	for len(raw) > 0 {
		one, n := binary.Uvarint(raw)
		items, raw = append(items, decodeOne(kind, one, nil)), raw[n:]
	}
	return items
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
