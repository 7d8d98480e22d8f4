package main

import (
	"fmt"
	"os"
	"strconv"
	"text/template"
	"time"
)

func inspectPods(o options) {
	inspect(o, "PodSandboxStatus", "pod_sandbox_id")
}

func inspectContainers(o options) {
	inspect(o, "ContainerStatus", "container_id")
}

// inspect prints JSON, or with `-o go-template --template` what that makes of the same JSON.
func inspect(o options, method, key string) {
	asJSON := o.asJSON("json", "go-template")
	for _, id := range o.rest {
		reply := must(runtime(method, object{key: id, "verbose": !o.on("quiet")}))
		status, _ := reply["status"].(object)
		readableTimes(status)
		all := withInfo(object{"status": status}, reply)
		if asJSON {
			printJSON(all)
			continue
		}
		parsed, err := template.New("").Parse(o.flags["template"])
		if err == nil {
			err = parsed.Execute(os.Stdout, all)
		}
		if err != nil {
			fail(err.Error())
		}
		fmt.Println()
	}
}

// readableTimes writes nanoseconds since 1970 as crictl does; what has not happened yet is year 1.
func readableTimes(status object) {
	for _, name := range []string{"createdAt", "startedAt", "finishedAt"} {
		text, isText := status[name].(string)
		nanoseconds, err := strconv.ParseInt(text, 10, 64)
		if !isText || err != nil {
			continue
		}
		at := time.Time{}
		if nanoseconds != 0 {
			at = time.Unix(0, nanoseconds)
		}
		status[name] = at.Format(time.RFC3339Nano)
	}
}
