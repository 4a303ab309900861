import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PROTECTED_PATHS,
  protectedPath,
  protectedPathIn,
} from '../../../kernel/kubernetes/protected-paths.js';
import { hostPathWarnings } from '../../../subgraphs/workloads/model/host-path.rules.js';
import { startWorkloads, type WorkloadsWorld } from './kit.js';

let world: WorkloadsWorld;
let clusterId: string;
beforeAll(async () => {
  world = await startWorkloads();
  clusterId = await world.cluster('acme', 1);
});
afterAll(() => world?.[Symbol.asyncDispose]());

const pod = (path: string, more = '') =>
  `{ apiVersion: v1, kind: Pod, metadata: { name: agent }, spec: {
    containers: [{ name: a, image: nginx, volumeMounts: [{ name: v, mountPath: /host${more} }] }],
    volumes: [{ name: v, hostPath: { path: "${path}" } }] } }`;

async function apply(yaml: string) {
  const query = `mutation ($input: ApplyManifestInput!) { applyManifest(input: $input, dryRun: true) {
    objects { result error { code } warnings { code message path } } userErrors { code } } }`;
  const { data, errors } = await world.workloads<{
    applyManifest: {
      objects: { result: string | null; warnings: { code: string; message: string; path: string[] }[] }[];
      userErrors: object[];
    };
  }>('acme', query, { input: { clusterId, yaml } });
  expect(errors).toEqual([]);
  return data.applyManifest;
}

describe('manifest that mounts Kubernetes directories of its nodes', () => {
  test.each(PROTECTED_PATHS)('is applied with a warning: %s', async (path) => {
    const { objects, userErrors } = await apply(`${pod('/tmp')}\n---\n${pod(`${path}/x`)}`);
    expect(userErrors).toEqual([]);
    expect(objects.map(({ result }) => result)).toEqual(['CREATED', 'CREATED']);
    expect(objects.map(({ warnings }) => warnings)).toEqual([
      [],
      [{ code: 'PROTECTED_PATH', message: expect.stringContaining(path), path: ['input', 'yaml', '1'] }],
    ]);
  });

  test('is applied without a warning if it mounts them read-only', async () => {
    const { objects } = await apply(pod('/var/lib/kubelet', ', readOnly: true'));
    expect(objects.map(({ warnings }) => warnings)).toEqual([[]]);
  });
});

const template = (path: string) => ({ spec: { volumes: [{ name: 'v', hostPath: { path } }] } });
test.each([
  ['Deployment', { template: template('/etc/kubernetes') }],
  ['CronJob', { jobTemplate: { spec: { template: template('/etc/kubeadm') } } }],
  ['PersistentVolume', { hostPath: { path: '/var/lib/docker/volumes' } }],
  ['Pod', template('/var/lib').spec],
])('finds the volumes in the spec of a %s', (kind, spec) => {
  expect(hostPathWarnings({ kind, spec }, [])).toHaveLength(1);
});

test.each([
  ['/var/lib/kubelet', '/var/lib/kubelet'],
  ['/var/lib/kubelet/', '/var/lib/kubelet'],
  ['/var/lib/kubelet/pods/x', '/var/lib/kubelet'],
  ['/data/../etc//kubernetes/pki', '/etc/kubernetes'],
  ['/', '/var/lib/kubelet'],
  ['/etc', '/etc/kubernetes'],
  ['/var/lib/kubelet2', undefined],
  ['/var/lib/containers', undefined],
  ['/data', undefined],
])('the path %s overlaps %s', (path, kept) => {
  expect(protectedPath(path)).toBe(kept);
});

test.each([
  ['rm -rf /var/lib/kubelet', '/var/lib/kubelet'],
  ['ln -s /data/docker /var/lib/docker', '/var/lib/docker'],
  ['echo x>/etc/kubernetes/manifests/a.yaml', '/etc/kubernetes'],
  ['CONF="/etc/kubeadm/config"', '/etc/kubeadm'],
  ['mv /srv/../var/lib//containerd/io /tmp', '/var/lib/containerd'],
  ['#!/bin/sh\nmkdir -p /var/lib/mysql /etc/motd.d', undefined],
  ['curl -o /tmp/a https://mirror.example/etc/kubernetes/a', undefined],
  ['cp chroot/var/lib/kubelet/config /tmp', undefined],
  ['ls /var/lib/kubelet2 /etc', undefined],
])('the script %j names %s', (script, kept) => {
  expect(protectedPathIn(script)).toBe(kept);
});
