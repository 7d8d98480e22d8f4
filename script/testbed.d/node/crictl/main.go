// A small crictl for testbed nodes: Debian has no cri-tools, and images are not
// pulled here. Same subcommands, arguments and JSON as cri-tools' crictl for what
// kind and this project's tests use; everything else is refused, never guessed.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type object = map[string]any

func main() {
	args := os.Args[1:]
	for len(args) > 1 && strings.HasPrefix(args[0], "-") { // -r, --runtime-endpoint, -t
		if !strings.Contains(args[0], "=") {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		fail("usage: crictl COMMAND [ARGUMENT...]")
	}
	command, known := commands[args[0]]
	if !known {
		fail("this crictl has no command " + args[0])
	}
	command(parse(args[1:]))
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "FATA[0000] "+message)
	os.Exit(1)
}

// must ends the program as crictl does when a call fails.
func must(reply object, err error) object {
	if err != nil {
		fail(err.Error())
	}
	return reply
}

// arguments of one command: flags by their short name, then the rest.
type arguments struct {
	flags map[string]string
	rest  []string
}

var longNames = map[string]string{
	"output": "o", "quiet": "q", "all": "a", "force": "f", "state": "s", "pod": "p",
	"name": "name", "namespace": "namespace", "label": "label", "tail": "tail", "timeout": "t", "no-trunc": "no-trunc",
	"follow": "follow", "sync": "sync", "image": "image", "verbose": "v", "template": "template", "no-pull": "no-pull", "prune": "prune",
}

var boolean = map[string]bool{"q": true, "a": true, "f": true, "no-trunc": true, "sync": true, "v": true, "no-pull": true, "prune": true}

func parse(args []string) arguments {
	parsed := arguments{flags: map[string]string{}}
	for i := 0; i < len(args); i++ {
		name, value, hasValue := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if !strings.HasPrefix(args[i], "-") || args[i] == "-" {
			// What follows the first ID is exec's own command line.
			parsed.rest = append(parsed.rest, args[i])
			if len(parsed.rest) > 1 {
				parsed.rest = append(parsed.rest, args[i+1:]...)
				break
			}
			continue
		}
		if short, found := longNames[name]; found {
			name = short
		}
		if !hasValue && !boolean[name] {
			if i++; i == len(args) {
				fail("flag needs an argument: -" + name)
			}
			value = args[i]
		}
		if boolean[name] && !hasValue {
			value = "true"
		}
		parsed.flags[name] = value
	}
	return parsed
}

func (a arguments) on(flag string) bool { return a.flags[flag] == "true" }

func (a arguments) need(count int, what string) {
	if len(a.rest) < count {
		fail("needs " + what)
	}
}

func printJSON(value any) {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		fail(err.Error())
	}
	fmt.Println(string(text))
}

func readJSON(path string) object {
	text, err := os.ReadFile(path)
	if err != nil {
		fail(err.Error())
	}
	var value object
	if err := json.Unmarshal(text, &value); err != nil {
		fail(path + ": " + err.Error())
	}
	return value
}
