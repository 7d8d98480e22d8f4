package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// table has columns as wide as crictl's.
type table struct{ rows []string }

func newTable(isShown bool, names ...string) *table {
	rows := &table{}
	if isShown {
		rows.add(names...)
	}
	return rows
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, strings.Join(cells, "\t")+"\n") }

func (t *table) print() {
	out := tabwriter.NewWriter(os.Stdout, 20, 1, 3, ' ', 0)
	for _, row := range t.rows {
		fmt.Fprint(out, row)
	}
	out.Flush()
}

// short cuts an ID for people.
func (o options) short(id any, prefix string) string {
	text := id.(string)
	if o.on("no-trunc") {
		return text
	}
	if text = strings.TrimPrefix(text, prefix); len(text) > 13 {
		text = text[:13]
	}
	return text
}

// humanSize has decimal units and three digits.
func humanSize(bytes float64) string {
	for _, unit := range []string{"B", "kB", "MB", "GB", "TB"} {
		if bytes < 1000 {
			return strconv.FormatFloat(bytes, 'g', 3, 64) + unit
		}
		bytes /= 1000
	}
	return "much"
}

// ago says when something was made, given as nanoseconds since 1970.
func ago(text any) string {
	nanoseconds, _ := strconv.ParseInt(text.(string), 10, 64)
	since := time.Since(time.Unix(0, nanoseconds))
	switch {
	case since < time.Second:
		return "Less than a second ago"
	case since < 2*time.Second:
		return "1 second ago"
	case since < time.Minute:
		return fmt.Sprintf("%d seconds ago", int(since.Seconds()))
	case since < 2*time.Minute:
		return "About a minute ago"
	case since < time.Hour:
		return fmt.Sprintf("%d minutes ago", int(since.Minutes()))
	}
	return fmt.Sprintf("%d hours ago", int(since.Hours()))
}

// title writes CONTAINER_RUNNING as Running.
func title(state any, prefix string) string {
	word := strings.ToLower(strings.TrimPrefix(state.(string), prefix))
	return strings.ToUpper(word[:1]) + word[1:]
}
