package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

type command struct {
	act         func(options)
	flags       []string
	least, most int
}

const many = 1 << 20

var commands map[string]command

func init() {
	listed := []string{"output,o=", "quiet,q", "no-trunc", "name=", "state,s=", "label="}
	looked := []string{"output,o=", "quiet,q", "template="}
	commands = map[string]command{
		"version":  {version, nil, 0, 0},
		"info":     {info, []string{"output,o="}, 0, 0},
		"images":   {images, []string{"output,o=", "quiet,q", "no-trunc"}, 0, 1},
		"inspecti": {inspectImages, []string{"output,o=", "quiet,q"}, 1, many},
		"rmi":      {removeImages, []string{"prune,q"}, 0, many},
		"pods":     {pods, listed, 0, 0},
		"ps":       {containers, append(listed, "all,a", "pod,p="), 0, 0},
		"inspectp": {inspectPods, looked, 1, many},
		"inspect":  {inspectContainers, looked, 1, many},
		"runp":     {runPod, nil, 1, 1},
		"create":   {create, nil, 3, 3},
		"start":    {each("StartContainer", "container_id", "%s\n", nil), nil, 1, many},
		"stop":     {stop, []string{"timeout,t="}, 1, many},
		"stopp":    {each("StopPodSandbox", "pod_sandbox_id", "Stopped sandbox %s\n", nil), nil, 1, many},
		"rm":       {removeContainers, []string{"force,f"}, 1, many},
		"rmp":      {removePods, []string{"all,a", "force,f"}, 0, many},
		"logs":     {logs, []string{"tail="}, 1, 1},
	}
}

// each calls a method for every ID and prints what crictl does of it.
func each(method, key, done string, more object) func(options) {
	return func(o options) {
		for _, id := range o.rest {
			request := object{key: id}
			for name, value := range more {
				request[name] = value
			}
			must(runtime(method, request))
			fmt.Printf(done, id)
		}
	}
}

func version(options) {
	reply := must(runtime("Version", object{}))
	fmt.Printf("Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n",
		reply["version"], reply["runtimeName"], reply["runtimeVersion"], reply["runtimeApiVersion"])
}

func info(o options) {
	o.asJSON("json")
	reply := must(runtime("Status", object{"verbose": true}))
	printJSON(withInfo(object{"status": reply["status"]}, reply))
}

// withInfo adds what the reply's `info` holds: JSON in strings.
func withInfo(out, reply object) object {
	entries, _ := reply["info"].(object)
	for name, text := range entries {
		var parsed any
		if json.Unmarshal([]byte(text.(string)), &parsed) != nil {
			parsed = text
		}
		out[name] = parsed
	}
	return out
}

func images(o options) {
	request := object{}
	if len(o.rest) > 0 {
		request["filter"] = object{"image": object{"image": o.rest[0]}}
	}
	reply := must(image("ListImages", request))
	if o.asJSON("table") {
		printJSON(reply)
		return
	}
	rows := newTable(!o.on("quiet"), "IMAGE", "TAG", "IMAGE ID", "SIZE")
	defer rows.print()
	for _, item := range reply["images"].([]any) {
		one := item.(object)
		if o.on("quiet") {
			fmt.Println(one["id"])
			continue
		}
		names := one["repoTags"].([]any)
		if len(names) == 0 {
			names = []any{"<none>:<none>"}
		}
		bytes, _ := strconv.ParseFloat(one["size"].(string), 64)
		for _, name := range names {
			cut := strings.LastIndex(name.(string), ":")
			rows.add(name.(string)[:cut], name.(string)[cut+1:], o.short(one["id"], "sha256:"), humanSize(bytes))
		}
	}
}

func inspectImages(o options) {
	o.asJSON("json")
	for _, name := range o.rest {
		reply := must(image("ImageStatus", object{"image": object{"image": name}, "verbose": !o.on("quiet")}))
		if reply["image"] == nil {
			fail(fmt.Sprintf("no such image %q present", name))
		}
		printJSON(withInfo(object{"status": reply["image"]}, reply))
	}
}

func removeImages(o options) {
	names := o.rest
	if o.on("prune") {
		names = append(names, unused()...)
	} else if len(names) == 0 {
		fail("ID cannot be empty")
	}
	for _, name := range names {
		found := must(image("ImageStatus", object{"image": object{"image": name}}))
		if found["image"] == nil {
			fail("no such image " + name)
		}
		must(image("RemoveImage", object{"image": object{"image": name}}))
		fmt.Println("Deleted: " + name)
	}
}

// unused: images that no container is made of, but those that are pinned.
func unused() []string {
	used := map[any]bool{}
	for _, item := range must(runtime("ListContainers", object{}))["containers"].([]any) {
		used[item.(object)["imageRef"]] = true
	}
	var ids []string
	for _, item := range must(image("ListImages", object{}))["images"].([]any) {
		if one := item.(object); !used[one["id"]] && one["pinned"] != true {
			ids = append(ids, one["id"].(string))
		}
	}
	return ids
}
