package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
)

var commands map[string]func(arguments)

func init() {
	commands = map[string]func(arguments){
		"version": version, "info": info,
		"images": images, "image": images, "img": images, "inspecti": inspectImages, "rmi": removeImages,
		"pods": pods, "ps": containers, "inspectp": inspectPods, "inspect": inspectContainers,
		"runp": runPod, "create": create, "run": run, "logs": logs, "exec": exec,
		"start": each("StartContainer", "container_id", nil),
		"stop":  stop,
		"stopp": each("StopPodSandbox", "pod_sandbox_id", nil),
		"rm":    removeContainers,
		"rmp":   removePods,
	}
}

// each calls a method for every ID and prints the ID, as crictl does.
func each(method, key string, more object) func(arguments) {
	return func(a arguments) {
		a.need(1, "an ID")
		for _, id := range a.rest {
			request := object{key: id}
			for name, value := range more {
				request[name] = value
			}
			must(runtime(method, request))
			fmt.Println(id)
		}
	}
}

func version(arguments) {
	reply := must(runtime("Version", object{}))
	fmt.Printf("Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n",
		reply["version"], reply["runtimeName"], reply["runtimeVersion"], reply["runtimeApiVersion"])
}

func info(arguments) {
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

func images(a arguments) {
	request := object{}
	if len(a.rest) > 0 {
		request["filter"] = object{"image": object{"image": a.rest[0]}}
	}
	reply := must(image("ListImages", request))
	if a.flags["o"] == "json" {
		printJSON(reply)
		return
	}
	if !a.on("q") {
		fmt.Printf("%-50s %-20s %-15s %s\n", "IMAGE", "TAG", "IMAGE ID", "SIZE")
	}
	for _, item := range reply["images"].([]any) {
		one := item.(object)
		id := strings.TrimPrefix(one["id"].(string), "sha256:")
		if a.on("q") {
			fmt.Println(one["id"])
			continue
		}
		if !a.on("no-trunc") {
			id = id[:13]
		}
		names := one["repoTags"].([]any)
		if len(names) == 0 {
			names = []any{"<none>:<none>"}
		}
		bytes, _ := strconv.ParseFloat(one["size"].(string), 64)
		for _, name := range names {
			cut := strings.LastIndex(name.(string), ":")
			fmt.Printf("%-50s %-20s %-15s %.3gMB\n", name.(string)[:cut], name.(string)[cut+1:], id, bytes/1e6)
		}
	}
}

func inspectImages(a arguments) {
	a.need(1, "an image")
	for _, name := range a.rest {
		reply := must(image("ImageStatus", object{"image": object{"image": name}, "verbose": true}))
		if reply["image"] == nil {
			fail("no such image \"" + name + "\" present")
		}
		if !a.on("q") {
			printJSON(withInfo(object{"status": reply["image"]}, reply))
		}
	}
}

func removeImages(a arguments) {
	a.need(1, "an image")
	for _, name := range a.rest {
		found := must(image("ImageStatus", object{"image": object{"image": name}}))
		if found["image"] == nil {
			fail("no such image " + name)
		}
		must(image("RemoveImage", object{"image": object{"image": name}}))
		fmt.Println("Deleted: " + name)
	}
}

func exec(a arguments) {
	a.need(2, "a container's ID and a command")
	reply := must(runtime("ExecSync", object{"container_id": a.rest[0], "cmd": a.rest[1:], "timeout": 60}))
	os.Stdout.Write(decodeBytes(reply["stdout"]))
	os.Stderr.Write(decodeBytes(reply["stderr"]))
	if code := reply["exitCode"].(int64); code != 0 {
		os.Exit(int(code))
	}
}
