package main

import (
	"os"
	"strconv"
	"text/template"
	"time"
)

func inspectPods(a arguments) {
	inspect(a, "PodSandboxStatus", "pod_sandbox_id")
}

func inspectContainers(a arguments) {
	inspect(a, "ContainerStatus", "container_id")
}

// inspect prints JSON, or with `-o go-template --template` what that makes of the same JSON.
func inspect(a arguments, method, key string) {
	a.need(1, "an ID")
	for _, id := range a.rest {
		reply := must(runtime(method, object{key: id, "verbose": true}))
		status, _ := reply["status"].(object)
		readableTimes(status)
		all := withInfo(object{"status": status}, reply)
		if a.flags["o"] != "go-template" {
			printJSON(all)
			continue
		}
		parsed, err := template.New("").Parse(a.flags["template"])
		if err == nil {
			err = parsed.Execute(os.Stdout, all)
		}
		if err != nil {
			fail(err.Error())
		}
	}
}

// readableTimes writes nanoseconds since 1970 as crictl does.
func readableTimes(status object) {
	for _, name := range []string{"createdAt", "startedAt", "finishedAt"} {
		text, isText := status[name].(string)
		nanoseconds, err := strconv.ParseInt(text, 10, 64)
		if isText && err == nil {
			status[name] = time.Unix(0, nanoseconds).Format(time.RFC3339Nano)
		}
	}
}
