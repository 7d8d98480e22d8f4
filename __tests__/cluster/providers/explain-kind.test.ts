import { expect, test } from 'vitest'
import { explainKind } from '../../../src/cluster/providers/explain-kind.ts'

/** What kind 0.33 printed here, but for those that are marked. From 0.20 on it has the same words for all of these. */
const printed: readonly (readonly [name: string, lines: string, why: RegExp, remedy: RegExp])[] = [
  [
    'kubeadm fails',
    ` • Starting control-plane 🕹️  ...
 ✗ Starting control-plane 🕹️
ERROR: failed to create cluster: failed to init node with kubeadm: command "docker exec --privileged c-control-plane kubeadm init --config=/kind/kubeadm.conf --skip-token-print --v=6" failed with error: exit status 1

Command Output: error execution phase wait-control-plane: could not initialize a Kubernetes cluster
[preflight] Running pre-flight checks`,
    /^failed to init node with kubeadm: error execution phase wait-control-plane: could not init\S+ a Kubernetes cluster$/,
    /journal\.log/,
  ],
  [
    'no such image',
    ` ✗ Ensuring node image (nothere:1) 🖼️
ERROR: failed to create cluster: failed to pull image "nothere:1": command "docker pull nothere:1" failed with error: exit status 1

Command Output: Error response from daemon: pull access denied for nothere, repository does not exist or may require 'docker login'`,
    /^failed to pull image "nothere:1": Error response from daemon: pull access denied/,
    /docker pull nothere:1/,
  ],
  [
    'a port is taken',
    ` ✗ Preparing nodes 📦 
ERROR: failed to create cluster: command "docker run --name c-control-plane --publish=0.0.0.0:39999:80/TCP n:1" failed with error: exit status 125

Command Output: c471e20d2d4218bd862049851377ad1f3cdc8ef4252ce211d06032d1ad17f652
docker: Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint c-control-plane (4abdbff): failed to bind host port for 0.0.0.0:39999:172.24.0.7:80/tcp: address already in use

Run 'docker run --help' for more information`,
    /^0\.0\.0\.0:39999 is taken on this machine/,
    /hostPort/,
  ],
  [
    'a port is taken by a container (Docker 28)',
    `ERROR: failed to create cluster: command "docker run" failed with error: exit status 125
Command Output: docker: Error response from daemon: driver failed programming external connectivity on endpoint c: Bind for 127.0.0.1:8080 failed: port is already allocated`,
    /^127\.0\.0\.1:8080 is taken/,
    /docker ps/,
  ],
  [
    'the name is taken',
    'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "kind"',
    /^node\(s\) already exist for a cluster with the name "kind"$/,
    /another cluster-name/,
  ],
  [
    'inotify is exhausted (kind#3317)',
    'ERROR: failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*|detected cgroup v1"',
    /^could not find a log line that matches/,
    /sysctl fs\.inotify/,
  ],
  [
    'cgroup v1 (Kubernetes 1.35)',
    `ERROR: failed to create cluster: failed to init node with kubeadm: command "docker exec" failed with error: exit status 1
Command Output: [kubelet-check] The kubelet is not healthy
error: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is in maintenance mode`,
    /^kubelet is configured to not run on a host using cgroup v1$/,
    /before 1\.35/,
  ],
  [
    'the disk is full',
    `ERROR: failed to create cluster: failed to pull image "kindest/node:v1": command "docker pull kindest/node:v1" failed with error: exit status 1
Command Output: failed to register layer: write /usr/bin/x: no space left on device`,
    /^the disk is full/,
    /free-disk/,
  ],
  [
    'the configuration is wrong',
    'ERROR: failed to create cluster: unable to decode config: yaml: unmarshal errors: line 2: field nods not found in type v1alpha4.Cluster',
    /^unable to decode config: .*field nods not found/,
    /Correct kind-config/,
  ],
  [
    'the network has no addresses left (Docker 28)',
    `ERROR: failed to create cluster: failed to ensure docker network: command "docker network create" failed with error: exit status 1
Command Output: Error response from daemon: all predefined address pools have been fully subnetted; could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network`,
    /^failed to ensure docker network: .*non-overlapping/,
    /network prune/,
  ],
  [
    'a mount of what cannot be made (as 0.20, 0.23 and 0.33 print it)',
    ` ✗ Preparing nodes 📦
ERROR: failed to create cluster: command "docker run --name c-control-plane --net kind --volume=/proc/nothing/here:/x n:1" failed with error: exit status 127

Command Output: 603dc448e6fc47a11d1c6b708a4a5c1510267e73879f3357237ac814bcd364c0
docker: Error response from daemon: error while creating mount source path '/proc/nothing/here': mkdir /proc/nothing: no such file or directory

Run 'docker run --help' for more information`,
    /^docker run failed: Error response from daemon: error while creating mount source path '\/proc\/nothing\/here': mkdir \S+ no such file or directory$/,
    /Correct extraMounts/,
  ],
  [
    'a patch of kubeadm that is none (as 0.20, 0.23 and 0.33 print it)',
    ` ✗ Writing configuration 📜
ERROR: failed to create cluster: failed to generate kubeadm config content: failed to parse patches: failed to parse type meta for "nonsense": error unmarshaling JSON`,
    /^failed to generate kubeadm config content: failed to parse patches: /,
    /Correct kubeadmConfigPatches/,
  ],
  [
    "patches do not fit the node's containerd (kind's sources)",
    'ERROR: failed to create cluster: failed to restart containerd after patching config: command "docker exec" failed with error: exit status 1',
    /^failed to restart containerd after patching config$/,
    /containerdConfigPatches of kind-config: .* version 2 .*, also with containerd 2\.$/,
  ],
]

test.each(printed)('%s', (_name, text, why, remedy) => {
  const lines = text.split('\n')
  expect(explainKind(lines).why).toMatch(why)
  expect(explainKind(lines).remedy).toMatch(remedy)
})

test.each([
  'must have at least one control-plane node',
  '[invalid configuration for node 0: "boss" is not a valid node role, must have at least one control-plane node]',
  'unknown apiVersion: kind.x-k8s.io/v1alpha9',
  'unknown kind Clutter for apiVersion: kind.x-k8s.io/v1alpha4',
  'could not determine kind / apiVersion for config: yaml: line 1: did not find expected node content',
  'invalid pod subnet failed to parse cidr value:"abc" with error: invalid CIDR address: abc',
  'invalid kubeProxyMode: abc',
  'invalid configuration for node 0: invalid hostPort: invalid port number: 99999',
  "'pt_W' is not a valid cluster name, cluster names must match `^[a-z0-9.-]+$`",
  'error reading file: open /nowhere: no such file or directory',
])('of kind-config, 0.27 and 0.33 say: %s', (said) => {
  // 0.33 says this first, on the machines that it is about.
  const warning =
    'cgroup v1 is deprecated in Kubernetes and will not be supported in a future kind release, please upgrade to cgroup v2'
  for (const before of [[], [warning]]) {
    const { why, remedy } = explainKind([...before, `ERROR: failed to create cluster: ${said}`])
    expect([why, remedy]).toEqual([said, expect.stringMatching(/^Correct kind-config: /)])
  }
})

test('what nobody foresaw is told as kind tells it, in one line', () => {
  const lines = ['Creating cluster "c" ...', 'ERROR: failed to create cluster: the moon is full']
  expect(explainKind(lines)).toEqual({
    why: 'the moon is full',
    remedy: "kind's output above says more.",
  })
  expect(explainKind([]).why).toBe('it printed nothing')
  expect(explainKind([' • Preparing nodes', '']).why).toBe('• Preparing nodes')
})

test('a port in what went well before is no reason', () => {
  const lines = ['port is already allocated', 'ERROR: failed to create cluster: another thing']
  expect(explainKind(lines).why).toBe('another thing')
})
