package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

func pods(o options) {
	filter := object{}
	o.filterState(filter, "SANDBOX_", "ready", "notready")
	o.filterLabel(filter)
	reply := must(runtime("ListPodSandbox", object{"filter": filter}))
	reply["items"] = o.named(reply["items"].([]any))
	if o.asJSON("table") {
		printJSON(reply)
		return
	}
	rows := newTable(!o.on("quiet"), "POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME")
	defer rows.print()
	for _, item := range reply["items"].([]any) {
		pod := item.(object)
		if o.on("quiet") {
			fmt.Println(pod["id"])
			continue
		}
		handler := pod["runtimeHandler"].(string)
		if handler == "" {
			handler = "(default)"
		}
		meta := pod["metadata"].(object)
		rows.add(o.short(pod["id"], ""), ago(pod["createdAt"]), title(pod["state"], "SANDBOX_"), meta["name"].(string),
			meta["namespace"].(string), fmt.Sprint(meta["attempt"]), handler)
	}
}

func (o options) filterState(filter object, prefix string, known ...string) {
	want, given := o.flags["state"]
	if !given {
		return
	}
	for _, word := range known {
		if strings.EqualFold(word, want) {
			filter["state"] = object{"state": prefix + strings.ToUpper(word)}
			return
		}
	}
	fail("--state should be one of " + strings.Join(known, ", "))
}

func (o options) filterLabel(filter object) {
	label, given := o.flags["label"]
	if !given {
		return
	}
	name, value, found := strings.Cut(label, "=")
	if !found {
		fail(fmt.Sprintf("incorrectly formatted label %q", label))
	}
	filter["label_selector"] = object{name: value}
}

// named keeps what --name asks for, by part of the name.
func (o options) named(items []any) []any {
	kept := []any{}
	for _, item := range items {
		if meta, found := item.(object)["metadata"].(object); !found || strings.Contains(meta["name"].(string), o.flags["name"]) {
			kept = append(kept, item)
		}
	}
	return kept
}

func containers(o options) {
	filter := object{}
	if !o.on("all") {
		filter["state"] = object{"state": "CONTAINER_RUNNING"}
	}
	if pod := o.flags["pod"]; pod != "" {
		filter["pod_sandbox_id"] = pod
	}
	o.filterState(filter, "CONTAINER_", "created", "running", "exited", "unknown")
	o.filterLabel(filter)
	reply := must(runtime("ListContainers", object{"filter": filter}))
	reply["containers"] = o.named(reply["containers"].([]any))
	if o.asJSON("table") {
		printJSON(reply)
		return
	}
	rows := newTable(!o.on("quiet"), "CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD", "NAMESPACE")
	defer rows.print()
	for _, item := range reply["containers"].([]any) {
		one := item.(object)
		if o.on("quiet") {
			fmt.Println(one["id"])
			continue
		}
		meta := one["metadata"].(object)
		rows.add(o.short(one["id"], ""), o.shortImage(one), ago(one["createdAt"]),
			title(one["state"], "CONTAINER_"), meta["name"].(string), fmt.Sprint(meta["attempt"]), o.short(one["podSandboxId"], ""),
			labelOf(one, "io.kubernetes.pod.name"), labelOf(one, "io.kubernetes.pod.namespace"))
	}
}

// shortImage cuts only what is a digest.
func (o options) shortImage(one object) string {
	name := one["image"].(object)["image"].(string)
	if strings.HasPrefix(name, "sha256:") {
		return o.short(name, "sha256:")
	}
	return name
}

func labelOf(one object, name string) string {
	if value, found := one["labels"].(object)[name].(string); found {
		return value
	}
	return "unknown"
}

// logs prints what the runtime wrote: "TIME STREAM F|P TEXT" a line.
func logs(o options) {
	status := must(runtime("ContainerStatus", object{"container_id": o.rest[0]}))["status"].(object)
	text, err := os.ReadFile(status["logPath"].(string))
	if err != nil {
		fail(err.Error())
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
	if want, given := o.flags["tail"]; given {
		count, err := strconv.Atoi(want)
		if err != nil {
			fail(fmt.Sprintf("invalid value %q for flag -tail: parse error", want))
		}
		if count >= 0 && count < len(lines) {
			lines = lines[len(lines)-count:]
		}
	}
	for _, line := range lines {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 4)
		if len(parts) < 4 {
			continue
		}
		out := os.Stdout
		if parts[1] == "stderr" {
			out = os.Stderr
		}
		if parts[2] != "P" {
			parts[3] += "\n"
		}
		fmt.Fprint(out, parts[3])
	}
}
