package main

import (
	"fmt"
	"os"
	"strings"
)

func pods(a arguments) {
	filter := object{}
	if len(a.rest) > 0 {
		filter["id"] = a.rest[0]
	}
	if want := a.flags["s"]; want != "" {
		filter["state"] = object{"state": "SANDBOX_" + strings.ToUpper(want)}
	}
	addLabel(filter, a)
	reply := must(runtime("ListPodSandbox", object{"filter": filter}))
	reply["items"] = named(reply["items"].([]any), a)
	if a.flags["o"] == "json" {
		printJSON(reply)
		return
	}
	if !a.on("q") {
		fmt.Printf("%-15s %-12s %-30s %-20s %s\n", "POD ID", "STATE", "NAME", "NAMESPACE", "ATTEMPT")
	}
	for _, item := range reply["items"].([]any) {
		pod := item.(object)
		if a.on("q") {
			fmt.Println(pod["id"])
			continue
		}
		meta := pod["metadata"].(object)
		state := strings.TrimPrefix(pod["state"].(string), "SANDBOX_")
		fmt.Printf("%-15s %-12s %-30s %-20s %d\n", pod["id"].(string)[:13], state, meta["name"], meta["namespace"], meta["attempt"])
	}
}

func addLabel(filter object, a arguments) {
	if name, value, found := strings.Cut(a.flags["label"], "="); found {
		filter["label_selector"] = object{name: value}
	}
}

// named keeps what --name asks for, by part of the name.
func named(items []any, a arguments) []any {
	kept := []any{}
	for _, item := range items {
		if meta, found := item.(object)["metadata"].(object); !found || strings.Contains(meta["name"].(string), a.flags["name"]) {
			kept = append(kept, item)
		}
	}
	return kept
}

func containers(a arguments) {
	filter := object{}
	if len(a.rest) > 0 {
		filter["id"] = a.rest[0]
	}
	if pod := a.flags["p"]; pod != "" {
		filter["pod_sandbox_id"] = pod
	}
	if want := a.flags["s"]; want != "" {
		filter["state"] = object{"state": "CONTAINER_" + strings.ToUpper(want)}
	} else if !a.on("a") {
		filter["state"] = object{"state": "CONTAINER_RUNNING"}
	}
	addLabel(filter, a)
	reply := must(runtime("ListContainers", object{"filter": filter}))
	reply["containers"] = named(reply["containers"].([]any), a)
	if a.flags["o"] == "json" {
		printJSON(reply)
		return
	}
	if !a.on("q") {
		fmt.Printf("%-15s %-45s %-12s %-25s %-9s %s\n", "CONTAINER", "IMAGE", "STATE", "NAME", "ATTEMPT", "POD ID")
	}
	for _, item := range reply["containers"].([]any) {
		one := item.(object)
		if a.on("q") {
			fmt.Println(one["id"])
			continue
		}
		meta := one["metadata"].(object)
		state := strings.TrimPrefix(one["state"].(string), "CONTAINER_")
		fmt.Printf("%-15s %-45s %-12s %-25s %-9d %s\n", one["id"].(string)[:13], one["image"].(object)["image"],
			strings.ToUpper(state[:1])+strings.ToLower(state[1:]), meta["name"], meta["attempt"], one["podSandboxId"].(string)[:13])
	}
}

// logs prints what the runtime wrote: "TIME STREAM F|P TEXT" a line.
func logs(a arguments) {
	a.need(1, "a container's ID")
	status := must(runtime("ContainerStatus", object{"container_id": a.rest[0]}))["status"].(object)
	text, err := os.ReadFile(status["logPath"].(string))
	if err != nil {
		fail(err.Error())
	}
	lines := strings.SplitAfter(string(text), "\n")
	for _, line := range lines {
		parts := strings.SplitN(line, " ", 4)
		if len(parts) < 4 {
			continue
		}
		out := os.Stdout
		if parts[1] == "stderr" {
			out = os.Stderr
		}
		if parts[2] == "P" {
			parts[3] = strings.TrimSuffix(parts[3], "\n")
		}
		fmt.Fprint(out, parts[3])
	}
}
