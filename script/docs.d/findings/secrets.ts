import { dockerfile, type FindingPage, type FindingPages, named } from './page.ts'

const { raw } = String

const credentials: FindingPage = {
  told: "Files of all layers, those of the base and those that a later line deletes among them, by their names and by the first 16 kB of their content: `.netrc` with a password, `.git-credentials`, `.git/config` and `.gitconfig` with a token, private keys in `.ssh` or called `id_rsa` and the like, `.npmrc`, `.pypirc`, Docker's `config.json` with a login, AWS's `credentials`, `.kube/config`. A variable (`$NPM_TOKEN`) in place of the value is no secret, nor is an SSH key in tests, fixtures or examples of a package below `node_modules`, `site-packages`, `dist-packages` or `gems`: everybody has it. The value is never shown.",
  cost: 'Whoever can pull the image has what the credentials open. Deleting the file in a later line only hides it.',
  before: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force
RUN rm .npmrc
`),
  ],
  after: [
    dockerfile(raw`FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=true \
    npm ci --omit=dev && npm cache clean --force
`),
    named(
      '.dockerignore',
      raw`.git
.npmrc
`,
    ),
  ],
  leave:
    'Never. Revoke them first, then mend the Dockerfile: images that were pushed keep them. How secrets get into a build: [Secrets](../secrets.md). A checkout with its token in `.git/config` is mended by `.git` in .dockerignore, or `persist-credentials: false` of actions/checkout.',
}

const history: FindingPage = {
  told: "The image's history and its variables, those of the base among them: GitHub's tokens (`ghp_…`, `github_pat_…` and their kin), npm's (`npm_…`), AWS's key ids (`AKIA…`, `ASIA…`), and private keys. Examples of Amazon's documentation are none. The value is never shown.",
  cost: '`docker history` and `docker inspect` print it, also for whoever only has the manifest and the config.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
ARG GH_TOKEN
RUN pip install --no-cache-dir \
    git+https://x-access-token:$GH_TOKEN@github.com/acme/private-one.git@v1.4.0
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN --mount=type=secret,id=gitconfig,target=/etc/gitconfig,required=true \
    pip install --no-cache-dir git+https://github.com/acme/private-one.git@v1.4.0
`),
  ],
  leave:
    'Never. Revoke it. Slipway mints a token for the build alone and mounts it: [recipes](../recipes.md) for each package manager.',
}

const writable: FindingPage = {
  told: 'Files and folders of the finished image that all users may write (`o+w`), from lines of yours. Not counted: what the base image has, what has the sticky bit, as `/tmp` has, links, and all below `/tmp`, `/var/tmp`, `/dev`, `/proc`, `/sys`, `/run/lock` and `/var/lock`. It has no bytes.',
  cost: 'Whoever gets into the container as any user can change what the program reads or runs next.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
COPY app /app
RUN mkdir -m 777 /app/uploads
USER 1000
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
COPY app /app
RUN install -d -o 1000 /app/uploads
USER 1000
`),
  ],
  leave:
    'Where the user is not known beforehand, as on OpenShift: that one is always in group 0, so `chgrp 0` and `chmod g=u` will do. Modes of the checkout come along with `COPY`: mend them there, or by `--chmod`.',
}

const key: FindingPage = {
  told: 'Files of the finished image called `….pem`, `….key`, `key`, `id_rsa` and the like, or `ssh_host_…_key`, that all may read (`o+r`) and that have a private key in their first 16 kB. Not counted: what the base image has, keys of packages (`site-packages`, `node_modules`, `gems`), folders of tests, examples and documentation, and what [`credentials`](credentials.md) tells.',
  cost: 'Whoever can pull the image can pretend to be your server; in a container, every user can.',
  before: [
    dockerfile(raw`FROM nginx:1.29
COPY tls/server.crt tls/server.key /etc/nginx/tls/
`),
  ],
  after: [
    dockerfile(raw`FROM nginx:1.29
`),
    named(
      'the pod',
      raw`volumeMounts: [{ name: tls, mountPath: /etc/nginx/tls, readOnly: true }]
volumes: [{ name: tls, secret: { secretName: server-tls, defaultMode: 0400 } }]
`,
    ),
  ],
  leave:
    'Keys that are made for tests and open nothing: a folder `testdata` or `fixtures` says so, and is not looked at. `--chmod=0400` alone ends the finding, but the key is in the image all the same.',
}

export const secretPages: FindingPages = {
  credentials,
  'credentials-in-history': history,
  'writable-by-all': writable,
  'readable-key': key,
}
