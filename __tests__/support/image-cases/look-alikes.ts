import { randomBytes } from 'node:crypto'
import { type LookAlike, lay } from './case.ts'
import { pip } from './wheels.ts'

const put = (path: string, bytes: number): string =>
  `mkdir -p "$(dirname ${path})" && truncate -s ${bytes} ${path}`

const numpy = 'venv/lib/python3.12/site-packages/numpy'

/** As `venv` puts them into an environment, where a Python has what it needs for that. */
const pipFiles = '/usr/local/lib/python3*/site-packages/pip*'

/** What resembles sins and is none. */
export const lookAlikes: readonly LookAlike[] = [
  {
    name: 'what the base has is its own',
    clean: ['FROM sinful', 'RUN touch /program'],
  },
  {
    name: "uv's cache, linked into the environment",
    clean: [
      'FROM tiny',
      lay(
        'made',
        [],
        `mkdir -p /${numpy} && cp -al /root/.cache/uv/archive-v0/ab/numpy/. /${numpy}/`,
      ),
    ],
    files: { 'made/root/.cache/uv/archive-v0/ab/numpy/core.so': 3_100_000 },
  },
  {
    name: "pnpm's store, linked into node_modules",
    clean: [
      'FROM tiny',
      lay(
        'made',
        [],
        'mkdir -p /app/node_modules/react && ln /root/.local/share/pnpm/store/v10/files/0a/bc /app/node_modules/react/index.js',
      ),
    ],
    files: { 'made/root/.local/share/pnpm/store/v10/files/0a/bc': 3_200_000 },
  },
  {
    name: "conda's packages, linked into the environment",
    clean: [
      'FROM tiny',
      lay(
        'made',
        [],
        'mkdir -p /opt/conda/lib && ln /opt/conda/pkgs/numpy-2.1.0/lib/core.so /opt/conda/lib/core.so',
      ),
    ],
    files: {
      'made/opt/conda/pkgs/numpy-2.1.0/info/index.json': '{}',
      'made/opt/conda/pkgs/numpy-2.1.0/lib/core.so': 3_300_000,
    },
  },
  {
    name: 'where Poetry installs, beside its cache',
    clean: ['FROM tiny', lay('made')],
    files: {
      'made/root/.cache/pypoetry/virtualenvs/app-x-py3.12/pyvenv.cfg': 'home = /usr/bin\n',
      'made/root/.cache/pypoetry/virtualenvs/app-x-py3.12/lib/python3.12/site-packages/numpy/core.so': 3_400_000,
    },
  },
  {
    name: "Yarn's Plug'n'Play, which loads from its cache",
    clean: ['FROM tiny', 'COPY app /app', lay('made')],
    files: {
      'app/.pnp.cjs': '#!/usr/bin/env node\n',
      'app/.yarn/cache/left-pad-npm-1.3.0-1b2c3d4e5f.zip': 1_350_000,
      'made/root/.yarn/berry/cache/react-npm-18.3.1-0a1b2c3d4e-10c0.zip': 1_360_000,
    },
  },
  {
    name: 'keys as documentation has them',
    clean: ['FROM tiny', 'ENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE', 'RUN touch /ready'],
  },
  {
    name: 'an environment with a pip of its own',
    clean: [
      'FROM python',
      `RUN python3 -m venv --without-pip /venv && cp -r ${pipFiles} /venv/lib/python3*/site-packages/`,
    ],
  },
  {
    name: 'below the thresholds',
    clean: [
      'FROM tiny',
      `RUN ${[
        put('/root/.cache/pip/http-v2/a', 990_000),
        put('/var/log/app.log', 9_900_000),
        put('/opt/small.safetensors', 99_000_000),
        put('/usr/lib/liby.a', 9_800_000),
        put('/usr/share/doc/x/manual', 9_700_000),
        put('/app/node_modules/.cache/a', 980_000),
      ].join(' && ')}`,
    ],
  },
  {
    name: 'names alike',
    clean: [
      'FROM tiny',
      `RUN ${[
        put('/srv/.cache/pip-tools/a', 2_100_000),
        put('/srv/npm/_cacache/a', 2_110_000),
        put('/srv/cargo-registry/a', 2_120_000),
        put('/var/cache/apt-proxy/a', 2_150_000),
        put('/srv/node_modules.cache/a', 2_160_000),
        put('/srv/build.log.d/a', 11_200_000),
        put('/srv/table.parquet', 100_200_000),
        put('/srv/tests/data', 11_300_000),
        put('/srv/docs/manual', 11_400_000),
      ].join(' && ')}`,
    ],
  },
  {
    name: 'a submodule, whose .git is a file',
    clean: ['FROM tiny', 'COPY app /app'],
    files: { 'app/.git': 'gitdir: ../.git/modules/app\n', 'app/data': 200_000 },
  },
  {
    name: 'made and removed in one line',
    clean: [
      'FROM tiny',
      `RUN ${[
        put('/root/.cache/uv/a', 5_100_000),
        put('/tmp/build/core', 5_200_000),
        put('/var/log/x.log', 15_000_000),
        put('/opt/kept', 1_100_000),
        'chown -R 7:7 /opt && echo 1 >>/opt/kept && rm -r /root/.cache /tmp/build /var/log',
      ].join(' && ')}`,
    ],
  },
  {
    name: 'sins of a stage of its own',
    clean: [
      'FROM devel AS build',
      `RUN ${put('/root/.cache/pip/a', 5_300_000)} && ${put('/usr/lib/libz.a', 12_000_000)} && mkdir -m 777 /out && touch /out/program`,
      'RUN chown -R 1000 /usr/lib && rm -r /root/.cache',
      'FROM tiny',
      'COPY --from=build /out/program /program',
    ],
  },
  {
    name: 'what several may write by design',
    clean: [
      'FROM tiny',
      'RUN mkdir -m 1777 /scratch && mkdir -m 775 /shared && mkdir -p /var/tmp/x && chmod 777 /var/tmp/x && touch /tmp/x && chmod 666 /tmp/x && ln -s /shared /link',
    ],
  },
  {
    name: 'small files changed later, links within a line, one size with another content',
    clean: [
      'FROM tiny',
      'COPY own /opt',
      `RUN chown 7 /opt/a && echo 1 >>/opt/b && rm /opt/c && ${put('/srv/a.dat', 4_100_000)} && ln /srv/a.dat /srv/b.dat`,
    ],
    files: {
      'own/a': 300_000,
      'own/b': 310_000,
      'own/c': 320_000,
      'own/one.dat': randomBytes(1_200_000),
      'own/other.dat': randomBytes(1_200_000),
    },
  },
  {
    name: 'required by another distribution',
    clean: ['FROM python', pip('pip install app-plugin && pip install web==2.0')],
  },
  {
    name: 'asked for in a file of requirements',
    clean: [
      'FROM python',
      'COPY requirements.txt /srv/',
      pip('pip install web==1.0 && pip install web==2.0'),
    ],
    files: { 'requirements.txt': 'web\nlonely\n' },
  },
  {
    name: 'torch for CPUs, installed as it should be',
    clean: [
      'FROM python',
      pip('pip install torch===2.4.0+cpu'),
      pip('pip install frames==2.0'),
      'COPY main.py /srv/',
    ],
    files: { 'main.py': 'import torch, frames\n' },
  },
  {
    name: 'an image that compiles on purpose',
    clean: ['FROM tiny', 'COPY gcc /opt/gcc'],
    files: { 'gcc/bin/cc1': 900_000, 'gcc/lib/libgcc.a': 8_000_000, 'gcc/include/stddef.h': '\n' },
  },
  {
    name: 'a pointer of Git LFS in words',
    clean: ['FROM tiny', 'COPY notes.md /srv/'],
    files: {
      'notes.md': `A pointer begins with "version https://git-lfs.github.com/spec/v1". ${'.'.repeat(60)}\n`,
    },
  },
]
