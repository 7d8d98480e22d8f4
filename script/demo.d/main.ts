/** The main job, end to end, with what it proved. Run it through `script/demo`. */
import { startGitHub } from '../../__tests__/support/github/server.ts'
import { runPod } from '../../__tests__/support/pod.ts'
import { credentialsOf, exampleBuild, runSlipway } from '../../__tests__/support/slipway.ts'
import { docker } from '../../__tests__/support/testbed.ts'

const tag = 'slipway-demo:dev'
const cluster = process.env['SLIPWAY_CLUSTER'] ?? 'kind'
const weight = { mb: 500, files: 10_000 }

const say = (line: string): void => console.log(line)

const nodesOf = async (name: string): Promise<readonly string[]> => {
  const filter = `label=io.x-k8s.kind.cluster=${name}`
  return (await docker('ps', '--filter', filter, '--format', '{{.Names}}')).split('\n').sort()
}

const check = (holds: boolean, what: string): void => {
  say(`  ${holds ? 'yes' : 'NO '}  ${what}`)
  if (!holds) process.exitCode = 1
}

const github = await startGitHub()
try {
  say(`An App's API and two private repositories stand at ${github.apiUrl} (a double of GitHub).`)
  say(
    `Building ${tag} from examples/private-dependencies, ${weight.mb} MB in ${weight.files} files.\n`,
  )
  const started = performance.now()
  const run = await runSlipway(
    { ...credentialsOf(github), ...exampleBuild(github, tag, weight), 'cluster-name': cluster },
    { onLog: (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`) },
  )
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  say(
    `\nThe step took ${seconds} s. In each node a pod now starts from the image, without any pull:`,
  )
  const nodes = await nodesOf(cluster)
  const printed =
    run.exitCode === 0 ? await Promise.all(nodes.map((node) => runPod(node, tag))) : []
  nodes.forEach((node, index) => {
    say(`  ${node} printed: ${printed[index]?.replaceAll('\n', ', ') ?? 'nothing'}`)
  })
  const [token] = github.tokens
  say('\nWhat this proved:')
  check(run.exitCode === 0 && run.postExitCode === 0, 'the step and its post succeeded')
  const expected = 'acme/private-one\nacme/private-two'
  check(
    printed.length > 0 && printed.every((text) => text === expected),
    'pods in every node run the image, with both private repositories in it',
  )
  check(
    /\| linked/.test(run.summary) && !/streamed/.test(run.summary),
    'the image was linked into the nodes, not copied',
  )
  check(github.tokens.length === 1, 'one token was minted, for two private RUN steps')
  check(token?.state() === 'revoked', 'the token is revoked')
  check(token !== undefined && !run.log.includes(token.value), 'the token is not in the log')
  await run.dispose()
} finally {
  await github.stop()
}
