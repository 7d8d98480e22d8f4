package main

import (
	"fmt"
	"strconv"
)

func runPod(a arguments) {
	a.need(1, "a pod's JSON")
	fmt.Println(must(runtime("RunPodSandbox", object{"config": readJSON(a.rest[0])}))["podSandboxId"])
}

func create(a arguments) {
	a.need(3, "a pod's ID, a container's JSON and the pod's JSON")
	fmt.Println(createIn(a.rest[0], readJSON(a.rest[1]), readJSON(a.rest[2])))
}

func createIn(pod string, container, sandbox object) string {
	reply := must(runtime("CreateContainer", object{"pod_sandbox_id": pod, "config": container, "sandbox_config": sandbox}))
	return reply["containerId"].(string)
}

func run(a arguments) {
	a.need(2, "a container's JSON and a pod's JSON")
	sandbox := readJSON(a.rest[1])
	pod := must(runtime("RunPodSandbox", object{"config": sandbox}))["podSandboxId"].(string)
	id := createIn(pod, readJSON(a.rest[0]), sandbox)
	must(runtime("StartContainer", object{"container_id": id}))
	fmt.Println(id)
}

func stop(a arguments) {
	seconds, _ := strconv.Atoi(a.flags["t"])
	each("StopContainer", "container_id", object{"timeout": seconds})(a)
}

func removeContainers(a arguments) {
	if a.on("f") {
		for _, id := range a.rest {
			must(runtime("StopContainer", object{"container_id": id, "timeout": 0}))
		}
	}
	each("RemoveContainer", "container_id", nil)(a)
}

func removePods(a arguments) {
	if a.on("a") {
		for _, pod := range must(runtime("ListPodSandbox", object{}))["items"].([]any) {
			a.rest = append(a.rest, pod.(object)["id"].(string))
		}
	}
	if a.on("f") {
		for _, id := range a.rest {
			must(runtime("StopPodSandbox", object{"pod_sandbox_id": id}))
		}
	}
	if len(a.rest) > 0 || !a.on("a") {
		each("RemovePodSandbox", "pod_sandbox_id", nil)(a)
	}
}
