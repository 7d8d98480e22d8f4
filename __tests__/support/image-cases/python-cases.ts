/** What the real pip leaves, in the image or on this machine before. */
import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Case } from './case.ts'
import { makeWheels, pip } from './wheels.ts'

const execute = promisify(execFile)

/** Serves wheels as an index does (PEP 503): what comes out of a folder, pip keeps in no cache. */
const serveWheels = async (folder: string) => {
  const names = await readdir(folder)
  const server = createServer(async ({ url = '' }, response) => {
    const name = names.find((each) => url.endsWith(`/${each}`))
    if (name === undefined) {
      response.setHeader('content-type', 'text/html')
      response.end(names.map((each) => `<a href="/${each}">${each}</a>`).join('\n'))
    } else {
      // pip keeps nothing without it.
      response.setHeader('etag', `"${name}"`)
      response.end(await readFile(join(folder, name)))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/simple`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

const fillCache = async (folder: string): Promise<void> => {
  const wheels = join(folder, 'wheels')
  await makeWheels(wheels, 'frames', true)
  const index = await serveWheels(wheels)
  try {
    const to = [`--cache-dir=${folder}/made/root/.cache/pip`, `--target=${folder}/made/usr/lib/app`]
    // Of other hosts than these, pip caches what comes by HTTPS alone.
    const from = [`--index-url=${index.url}`, '--trusted-host=127.0.0.1', 'frames==1.0']
    const options = ['--no-deps', '--no-compile', ...to, ...from]
    await execute('python3', ['-m', 'pip', '--isolated', 'install', '--quiet', ...options])
  } finally {
    await index.stop()
  }
  await rm(wheels, { recursive: true })
}

const makeEnvironment = async (folder: string): Promise<void> => {
  const environment = join(folder, 'app/.venv')
  await execute('python3', ['-m', 'venv', '--without-pip', environment])
  const wheels = join(folder, 'wheels')
  await makeWheels(wheels, 'frames')
  const python = ['-m', 'pip', `--python=${environment}/bin/python`, '--isolated', '--no-input']
  const from = ['install', '--quiet', '--no-index', `--find-links=${wheels}`, 'frames==2.0']
  await execute('python3', [...python, ...from])
  await rm(wheels, { recursive: true })
}

const inVenv = 'python3 -m venv --without-pip /venv && pip --python=/venv/bin/python install'

export const pythonCases: readonly Case[] = [
  {
    name: 'cache-pip',
    line: 2,
    sin: ['FROM tiny', 'RUN --mount=type=bind,source=made,target=/made cp -r /made/. /'],
    clean: [
      'FROM tiny',
      'RUN --mount=type=bind,source=made,target=/made --mount=type=cache,id=slipway-rules-real-pip,target=/root/.cache cp -r /made/. /',
    ],
    saves: true,
    prepare: fillCache,
  },
  {
    name: 'virtual-environment',
    line: 3,
    sin: ['FROM python', 'WORKDIR /srv', 'COPY app .'],
    clean: [
      'FROM python AS build',
      pip(`${inVenv} frames==2.0`),
      'FROM python',
      'COPY --from=build /venv /venv',
      'COPY app /srv',
    ],
    ignored: ['**/.venv'],
    files: { 'app/main.py': 'import frames\n' },
    prepare: makeEnvironment,
  },
  {
    name: 'bytecode',
    line: 2,
    sin: ['FROM python', pip('pip install --compile tables')],
    clean: ['FROM python', pip('pip install --no-compile tables')],
    saves: true,
  },
  {
    name: 'tests',
    line: 2,
    sin: ['FROM python', pip('pip install sci')],
    clean: [
      'FROM python',
      pip('pip install sci && rm -r /usr/local/lib/python3*/*-packages/sci/tests'),
    ],
    saves: true,
  },
  {
    name: 'cuda-orphaned',
    line: 2,
    sin: ['FROM python', pip('pip install torch===2.4.0 && pip install torch===2.4.0+cpu')],
    clean: ['FROM python', pip('pip install torch===2.4.0+cpu')],
    evidence: 'nvidia-cublas-cu12 12.1, triton 3.0',
    saves: true,
  },
  {
    name: 'cuda-unused',
    line: 2,
    sin: ['FROM python', pip('pip install torch===2.4.0')],
    clean: ['FROM python', pip('pip install torch===2.4.0'), 'LABEL gpu=yes'],
    pods: { sin: '{ limits: { memory: 1Gi } }', clean: '{ limits: { nvidia.com/gpu: 1 } }' },
  },
  {
    name: 'cuda-twice',
    line: 1,
    sin: ['FROM cuda', pip('pip install nvidia-cublas-cu12')],
    clean: ['FROM python', pip('pip install nvidia-cublas-cu12')],
    saves: true,
  },
  {
    name: 'orphaned-distributions',
    line: 2,
    sin: ['FROM python', pip('pip install web==1.0 && pip install web==2.0')],
    clean: ['FROM python', pip('pip install web==2.0')],
    saves: true,
  },
  {
    name: 'distribution-twice',
    line: 3,
    sin: ['FROM python', pip('pip install frames==2.0'), pip(`${inVenv} frames==1.0`)],
    clean: ['FROM python', pip('pip install frames==2.0'), pip(`${inVenv} web==2.0`)],
    saves: true,
  },
  {
    name: 'distribution-replaced',
    line: 3,
    sin: ['FROM python', pip('pip install frames==1.0'), pip('pip install frames==2.0')],
    clean: ['FROM python', pip('pip install frames==2.0')],
    also: ['distribution-asked-twice', 'rewritten'],
    evidence: 'frames 1.0 of line 2 gives way to 2.0',
    saves: true,
  },
  {
    name: 'distribution-asked-twice',
    line: 3,
    sin: ['FROM python', pip('pip install web==2.0'), pip('pip install web frames')],
    clean: ['FROM python', pip('pip install web==2.0'), pip('pip install frames')],
    evidence: 'web (line 2, too)',
  },
  {
    name: 'never-imported',
    line: 2,
    sin: ['FROM python', pip('pip install big-one web==2.0'), 'COPY main.py /srv/'],
    clean: ['FROM python', pip('pip install big-one web==2.0'), 'COPY all.py /srv/'],
    files: { 'main.py': 'import web\n', 'all.py': 'import web, big_one\n' },
  },
  {
    name: 'copied-before-install',
    line: 3,
    sin: ['FROM python', 'WORKDIR /srv', 'COPY . .', pip('pip install -r requirements.txt')],
    clean: [
      'FROM python',
      'WORKDIR /srv',
      'COPY requirements.txt .',
      pip('pip install -r requirements.txt'),
      'COPY . .',
    ],
    files: { 'requirements.txt': 'web==2.0\n', 'main.py': 'import web\n' },
  },
]
