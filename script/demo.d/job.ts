import { startGitHub } from '../../__tests__/support/github/server.ts'
import { runPod } from '../../__tests__/support/pod.ts'
import { credentialsOf, platformBuilds, runSlipway } from '../../__tests__/support/slipway.ts'
import { docker } from '../../__tests__/support/testbed.ts'
import { check, say } from './say.ts'

const cluster = process.env['SLIPWAY_CLUSTER'] ?? 'kind'
const baseMb = 500

/** What a pod of each image prints. */
const expected: Readonly<Record<string, string>> = {
  api: 'api, release 1',
  datagen: 'datagen',
  preprocessing: 'acme/private-one\nacme/private-two',
  training: 'training',
  serving: 'serving',
  e2e: 'e2e',
}
const services = Object.keys(expected)
const tag = 'demo'

const nodesOf = async (name: string): Promise<readonly string[]> => {
  const filter = `label=io.x-k8s.kind.cluster=${name}`
  return (await docker('ps', '--filter', filter, '--format', '{{.Names}}')).split('\n').sort()
}

/** What each service prints in one node, one after another, as pods of a test would. */
const runAll = async (node: string): Promise<Readonly<Record<string, string>>> => {
  const printed: Record<string, string> = {}
  for (const service of services) printed[service] = await runPod(node, `acme/${service}:${tag}`)
  return printed
}

/** The main job, end to end, with what it proved. */
export const demoJob = async (): Promise<void> => {
  const github = await startGitHub()
  try {
    say(`An App's API and two private repositories stand at ${github.apiUrl} (a double of GitHub).`)
    say(`Building six services from examples/ml-platform; the base of three has ${baseMb} MB.\n`)
    const started = performance.now()
    const { inputs, ...options } = platformBuilds(github, { tag, baseMb })
    const run = await runSlipway(
      { ...credentialsOf(github), ...inputs, 'cluster-name': cluster },
      { ...options, onLog: (text) => process.stdout.write(text.replace(/\n?$/, '\n')) },
    )
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    say(
      `\nThe step took ${seconds} s. In each node pods now start from the images, without any pull:`,
    )
    const nodes = await nodesOf(cluster)
    const printed = run.exitCode === 0 ? await Promise.all(nodes.map(runAll)) : []
    nodes.forEach((node, index) => {
      const lines = Object.entries(printed[index] ?? {}).map(
        ([service, text]) => `    ${service} printed: ${text.replaceAll('\n', ', ')}`,
      )
      say(`  ${node}\n${lines.join('\n')}`)
    })
    const [token] = github.tokens
    say('\nWhat this proved:')
    check(run.exitCode === 0 && run.postExitCode === 0, 'the step and its post succeeded')
    const isRight = (texts: Readonly<Record<string, string>>): boolean =>
      services.every((service) => texts[service] === expected[service])
    check(
      printed.length > 0 && printed.every(isRight),
      'pods in every node run all six images, one with both private repositories in it',
    )
    check(
      /\| linked/.test(run.summary) && !/streamed/.test(run.summary),
      'the images were linked into the nodes, not copied',
    )
    const ended = [...run.log.matchAll(/^Build (\S+): \d/gm)].map(([, name]) => name)
    const isOnce = ended.filter((name) => name === 'base-ml').length === 1
    const isFirst = ['preprocessing', 'training', 'serving'].every(
      (name) => ended.indexOf('base-ml') < ended.indexOf(name),
    )
    check(
      isOnce && isFirst,
      'the shared base was built by itself, once, before what builds upon it',
    )
    check(github.tokens.length === 1, 'one token was minted, for all builds')
    check(token?.state() === 'revoked', 'the token is revoked')
    check(token !== undefined && !run.log.includes(token.value), 'the token is not in the log')
    await run.dispose()
  } finally {
    await github.stop()
  }
}
