import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.js';
import { createCertificateAuthority, issueCertificate } from '../../kubesim/certificates.js';
import { ContainerChanges } from '../../kubesim/kubelet/container-changes.js';
import { containerRun } from '../../kubesim/kubelet/container-run.js';
import type { ContentSource } from '../../kubesim/kubelet/pod-content.js';
import { PodPorts } from '../../kubesim/kubelet/pod-ports.js';
import type { Pod, Secret } from '../../kubesim/kubernetes/kinds/core.js';

const HOST = 'webhook.ns.svc';
let authority: Awaited<ReturnType<typeof createCertificateAuthority>>;
let ports: PodPorts;

beforeAll(async () => {
  const now = new Date();
  authority = await createCertificateAuthority(now);
  const issued = await issueCertificate(
    authority,
    { subject: { name: HOST }, use: 'server', hosts: [HOST] },
    now,
  );
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  const data = { 'tls.crt': base64(issued.cert), 'tls.key': base64(issued.key) };
  const source: ContentSource = {
    configMap: () => undefined,
    serviceAccountToken: () => undefined,
    secret: (_namespace, name) =>
      name === 'certificate' ? ({ metadata: { name }, data } as unknown as Secret) : undefined,
  };
  ports = new PodPorts(
    {
      clock: systemClock,
      scaled: (seconds) => seconds * 1000,
      allPods: () => [],
      service: () => undefined,
    },
    { runOf: (pod, container) => containerRun(source, { pod, container }, []) },
    new ContainerChanges(),
  );
});

const MOUNT = { name: 'certificate', mountPath: '/tls' };
const TLS_OPTIONS = ['--tls-cert-file=/tls/tls.crt', '--tls-private-key-file=/tls/tls.key'];

/** A pod that runs agnhost with a certificate. */
function agnhost(...args: string[]): Pod {
  const container = {
    name: 'c',
    image: 'registry.k8s.io/e2e-test-images/agnhost:2.63',
    args,
    volumeMounts: [MOUNT],
  };
  const state = { running: { startedAt: new Date().toISOString() } };
  return {
    metadata: { name: 'web-0', namespace: 'ns', uid: 'u' },
    spec: {
      containers: [container],
      volumes: [{ name: 'certificate', secret: { secretName: 'certificate' } }],
    },
    status: { phase: 'Running', containerStatuses: [{ name: 'c', state }] },
  } as unknown as Pod;
}

interface Exchange {
  readonly path: string;
  readonly body?: object;
}

async function send(socket: Duplex, { path, body }: Exchange): Promise<string> {
  const sent = request({
    createConnection: () => socket,
    method: body ? 'POST' : 'GET',
    path,
    headers: body ? { 'content-type': 'application/json' } : {},
  });
  sent.end(body && JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return text(response);
}

/** The answer of a port of the pod, over TLS if the certificate is expected. */
async function answer(
  pod: Pod,
  port: number,
  exchange: Exchange & { readonly secure?: boolean },
): Promise<string> {
  const [near, far] = duplexPair();
  ports.listener(pod, port)?.(far);
  if (!exchange.secure) return send(near, exchange);
  return send(connect({ socket: near, ca: authority.cert, servername: HOST }), exchange);
}

async function review(webhook: string, request: object): Promise<unknown> {
  const body = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'r1', ...request },
  };
  const pod = agnhost('webhook', '--port=8444', ...TLS_OPTIONS);
  return (JSON.parse(await answer(pod, 8444, { path: webhook, body, secure: true })) as { response: unknown })
    .response;
}

test('serves the host name of a pod on the port of its program', async () => {
  expect(await answer(agnhost('serve-hostname'), 9376, { path: '/' })).toBe('web-0');
});

test('serves the files of an image', async () => {
  expect(await answer(agnhost('test-webserver'), 80, { path: '/localhost.crt' })).toContain('localhost.crt');
  expect(await answer(agnhost('test-webserver'), 80, { path: '/missing' })).toContain('404');
});

test('refuses a connection to a port without a program', () => {
  expect(ports.listener(agnhost('serve-hostname'), 80)).toBeUndefined();
});

test('refuses connections while the certificate of a server is missing', () => {
  const pod = agnhost('webhook', '--port', '8444', '--tls-cert-file=/other', '--tls-private-key-file=/other');
  expect(ports.listener(pod, 8444)).toBeUndefined();
});

test('rejects a pod by a webhook that runs in a pod', async () => {
  const object = { metadata: { labels: { 'webhook-e2e-test': 'webhook-disallow' } } };
  expect(await review('/pods?timeout=5s', { operation: 'CREATE', object })).toEqual({
    uid: 'r1',
    allowed: false,
    status: { message: 'the pod contains unwanted label;' },
  });
});

test('changes an object by a webhook that runs in a pod', async () => {
  const response = (await review('/mutating-configmaps', {
    operation: 'CREATE',
    object: { data: { 'mutation-start': 'yes' } },
  })) as { patch: string };
  expect(response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
  expect(JSON.parse(Buffer.from(response.patch, 'base64').toString())).toEqual([
    { op: 'add', path: '/data/mutation-stage-1', value: 'yes' },
  ]);
});

test('converts a custom resource by a webhook that runs in a pod', async () => {
  const object = { apiVersion: 'stable.example.com/v1', kind: 'E2e', hostPort: 'localhost:8080' };
  const pod = agnhost('crd-conversion-webhook', '--port=9444', ...TLS_OPTIONS);
  const conversion = { uid: 'r2', desiredAPIVersion: 'stable.example.com/v2', objects: [object] };
  const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request: conversion };
  expect(JSON.parse(await answer(pod, 9444, { path: '/crdconvert', body, secure: true }))).toMatchObject({
    response: {
      uid: 'r2',
      result: { status: 'Success' },
      convertedObjects: [
        { apiVersion: 'stable.example.com/v2', kind: 'E2e', host: 'localhost', port: '8080' },
      ],
    },
  });
});
