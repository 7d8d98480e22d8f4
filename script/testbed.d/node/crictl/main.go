// A small crictl for testbed nodes: Debian has no cri-tools, and images are not
// pulled here. Same subcommands, arguments and output as cri-tools' crictl for what
// kind and this project's tests use; everything else is refused, never guessed, and
// what the real one needs, it needs, too.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

type object = map[string]any

func main() {
	// As the real one does before all else. It cannot where this process is in none of the process
	// numbers that /proc tells of: `chroot` into a node from another PID namespace.
	if _, err := os.Executable(); err != nil {
		fail("get executable path: " + err.Error())
	}
	tell("warning", "DEPRECATION: "+deprecation)
	global, rest := parse("crictl", os.Args[1:], []string{"runtime-endpoint,r=", "timeout,t="})
	if address := global["runtime-endpoint"]; address != "" {
		endpoint = strings.TrimPrefix(address, "unix://")
	}
	if text, given := global["timeout"]; given {
		patience, err := time.ParseDuration(text)
		if err != nil {
			fail(fmt.Sprintf("invalid value %q for flag -t: parse error", text))
		}
		client.Timeout = patience
	}
	if len(rest) == 0 {
		fail("usage: crictl COMMAND [ARGUMENT...]")
	}
	found, known := commands[rest[0]]
	if !known {
		fmt.Fprintf(os.Stderr, "No help topic for '%s'\n", rest[0])
		os.Exit(3)
	}
	flags, arguments := parse("crictl "+rest[0], rest[1:], found.flags)
	if len(arguments) < found.least {
		fail("ID cannot be empty")
	}
	if len(arguments) > found.most {
		fail(fmt.Sprintf("%s: what is %q?", rest[0], arguments[found.most]))
	}
	found.act(options{flags, arguments})
}

// Programs of this kind warn so at every call; whoever reads the first line of stderr reads this.
const deprecation = "The support for cgroup v1 is deprecated since containerd v2.2 and will be removed by no later than May 2029. Upgrade the host to use cgroup v2."

// tell writes a line on stderr as it is when that is no terminal.
func tell(level, message string) {
	fmt.Fprintf(os.Stderr, "time=%q level=%s msg=%q\n", time.Now().UTC().Format(time.RFC3339), level, message)
}

func fail(message string) {
	tell("error", message)
	os.Exit(1)
}

// must ends the program as crictl does when a call fails.
func must(reply object, err error) object {
	if err != nil {
		fail(err.Error())
	}
	return reply
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
		fail("config at " + path + " not found")
	}
	var value object
	if err := json.Unmarshal(text, &value); err != nil {
		fail(path + ": " + err.Error())
	}
	return value
}
