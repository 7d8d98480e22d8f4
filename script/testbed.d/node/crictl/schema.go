package main

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
)

// The CRI's own definition, from Debian's golang-k8s-cri-api-dev.
//
//go:embed api.proto
var definition string

type field struct {
	name     string
	kind     string // scalar, message or enum name
	number   int
	repeated bool
	mapping  bool // map<string, KIND>
}

var messages = map[string][]field{}
var enums = map[string]map[int64]string{}

var (
	comments = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	blocks   = regexp.MustCompile(`(?s)\b(message|enum)\s+(\w+)\s*\{([^{}]*)\}`)
	member   = regexp.MustCompile(`(repeated\s+)?(?:map<\s*string\s*,\s*(\w+)\s*>|([\w.]+))\s+(\w+)\s*=\s*(\d+)\s*(?:\[[^\]]*\])?\s*;`)
	value    = regexp.MustCompile(`(\w+)\s*=\s*(\d+)\s*;`)
)

func init() {
	for _, block := range blocks.FindAllStringSubmatch(comments.ReplaceAllString(definition, ""), -1) {
		name, body := block[2], block[3]
		if block[1] == "enum" {
			enums[name] = map[int64]string{}
			for _, v := range value.FindAllStringSubmatch(body, -1) {
				number, _ := strconv.ParseInt(v[2], 10, 64)
				enums[name][number] = v[1]
			}
			continue
		}
		messages[name] = []field{}
		for _, m := range member.FindAllStringSubmatch(body, -1) {
			number, _ := strconv.Atoi(m[5])
			messages[name] = append(messages[name], field{
				name: m[4], kind: m[2] + m[3], number: number, repeated: m[1] != "", mapping: m[2] != "",
			})
		}
	}
}

// camel is the JSON name of a field: repo_tags is repoTags.
func camel(name string) string {
	parts := strings.Split(name, "_")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}
