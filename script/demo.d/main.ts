/** What can be shown. Run it through `script/demo`. */
import { demoJob } from './job.ts'
import { demoReport } from './report.ts'

await (process.argv[2] === 'report' ? demoReport : demoJob)()
