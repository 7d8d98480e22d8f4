package main

import (
	"fmt"
	"strconv"
)

func runPod(o options) {
	fmt.Println(must(runtime("RunPodSandbox", object{"config": readJSON(o.rest[0])}))["podSandboxId"])
}

func create(o options) {
	fmt.Println(must(runtime("CreateContainer", object{
		"pod_sandbox_id": o.rest[0], "config": readJSON(o.rest[1]), "sandbox_config": readJSON(o.rest[2]),
	}))["containerId"])
}

func stop(o options) {
	seconds, err := strconv.Atoi(o.flags["timeout"])
	if _, given := o.flags["timeout"]; given && err != nil {
		fail(fmt.Sprintf("invalid value %q for flag -timeout: parse error", o.flags["timeout"]))
	}
	each("StopContainer", "container_id", "%s\n", object{"timeout": seconds})(o)
}

// What runs is removed only by force, and what is not there is an error: the calls themselves would do both.
func removeContainers(o options) {
	for _, id := range o.rest {
		status := must(runtime("ContainerStatus", object{"container_id": id}))["status"].(object)
		if status["state"] == "CONTAINER_RUNNING" {
			if !o.on("force") {
				fail(fmt.Sprintf("container %q is running, please stop it first", id))
			}
			must(runtime("StopContainer", object{"container_id": id, "timeout": 0}))
		}
		must(runtime("RemoveContainer", object{"container_id": id}))
		fmt.Println(id)
	}
}

func removePods(o options) {
	if o.on("all") {
		for _, pod := range must(runtime("ListPodSandbox", object{}))["items"].([]any) {
			o.rest = append(o.rest, pod.(object)["id"].(string))
		}
	} else if len(o.rest) == 0 {
		fail("ID cannot be empty")
	}
	for _, id := range o.rest {
		status := must(runtime("PodSandboxStatus", object{"pod_sandbox_id": id}))["status"].(object)
		if status["state"] == "SANDBOX_READY" {
			if !o.on("force") {
				fail(fmt.Sprintf("pod sandbox %q is running, please stop it first", id))
			}
			must(runtime("StopPodSandbox", object{"pod_sandbox_id": id}))
			fmt.Printf("Stopped sandbox %s\n", id)
		}
		must(runtime("RemovePodSandbox", object{"pod_sandbox_id": id}))
		fmt.Printf("Removed sandbox %s\n", id)
	}
}
